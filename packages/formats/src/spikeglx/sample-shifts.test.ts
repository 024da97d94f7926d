import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { probeType } from '../probes/index.ts'
import { parseSpikeGlxMeta } from './index.ts'

const folder = new URL('../../../../fixtures/spikeglx/', import.meta.url)
const texts = [folder, new URL('more/', folder)].flatMap((at) =>
  readdirSync(at)
    .filter((name) => name.endsWith('.meta'))
    .map((name) => [name, readFileSync(new URL(name, at), 'utf8')] as const),
)
const withTable = texts.filter(([, text]) => text.includes('~muxTbl='))

test.each(withTable)('the multiplexing table of %s says what its part number says', (_, text) => {
  const { sampleShifts } = parseSpikeGlxMeta(text, 'a.meta')
  expect(sampleShifts).toEqual(parseSpikeGlxMeta(text.replace(/~muxTbl=.*/, ''), 'a.meta').sampleShifts)
})

describe('a multiplexing table', () => {
  const [, text = ''] = withTable.find(([name]) => name.startsWith('NP2_2013_all')) ?? []
  const parse = (table: string) => parseSpikeGlxMeta(text.replace(/~muxTbl=.*/, `~muxTbl=${table}`), 'a.meta')

  test('goes before the part number', () => {
    const channels = Array.from({ length: 384 }, (_, channel) => channel)
    const rows = [0, 1].map((turn) => `(${channels.filter((channel) => channel % 2 === turn).join(' ')})`)
    expect(parse(`(192,2)${rows.join('')}`).sampleShifts.slice(0, 4)).toEqual([0, 0.5, 0, 0.5])
  })

  test('may have pauses: the irregular turns of a 128-channel probe', () => {
    const channels = Array.from({ length: 384 }, (_, channel) => channel)
    const rows = [channels.slice(0, 200), [...channels.slice(200), ...Array.from({ length: 16 }, () => 384)]]
    const { sampleShifts } = parse(`(200,2)${rows.map((row) => `(${row.join(' ')})`).join('')}`)
    expect([sampleShifts[199], sampleShifts[200]]).toEqual([0, 0.5])
    const type = probeType('NP1200')
    // the vendor's first turn: channels 84, 11 and 85; its last has ten channels and two pauses
    expect([84, 11, 85, 100, 92, 98].map((channel) => Math.round(13 * type.sampleShift(channel)))).toEqual([
      0, 0, 0, 1, 11, 11,
    ])
  })

  test.each([
    ['(24,16)(0 1', 'was cut'],
    ['(24,2)(0 1)(2 3)', 'has short rows'],
    ['(2,3)(0 1)(2 3)', 'has fewer rows than it says'],
    ['(2,2)(0 1)(2 3)', 'lacks a saved channel'],
    ['(x,2)(0 1)(2 3)', 'has no numbers'],
  ])('%s is refused: it %s', (table) => {
    expect(() => parse(table)).toThrow(expect.objectContaining({ code: 'invalid-value', key: '~muxTbl' }))
  })
})
