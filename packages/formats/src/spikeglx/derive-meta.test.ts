import { readFileSync, readdirSync } from 'node:fs'
import { array, assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDerivedMeta, parseSpikeGlxMeta } from './index.ts'
import type { DerivedFile } from './index.ts'

const folder = new URL('../../../../fixtures/spikeglx/', import.meta.url)
const texts = [folder, new URL('more/', folder)].flatMap((at) =>
  readdirSync(at)
    .filter((name) => name.endsWith('.meta'))
    .map((name) => [name, readFileSync(new URL(name, at), 'utf8')] as const),
)
const textOf = (name: string): string => texts.find(([candidate]) => candidate === name)?.[1] ?? ''

const chain = { by: 'NeuroJoint 0.2.0', steps: [{ step: 'high-pass', details: 'cutoff=300 order=3' }] }
const fileOf = (channels: readonly number[], facts: Partial<DerivedFile> = {}): DerivedFile => ({
  binPath: 'D:\\out\\a_g0_t0.imec0.ap.bin',
  channels,
  startFrame: 1000,
  frames: 500,
  createdAt: '2026-11-21T12:00:00',
  chain,
  ...facts,
})

test.each(texts)('the meta of all and of some channels of %s says of them what it said before', (_, text) => {
  const source = parseSpikeGlxMeta(text, 'a.meta')
  const all = source.channels.map(({ index }) => index)
  for (const channels of [all, all.filter((channel) => channel % 3 !== 1)]) {
    const derived = parseSpikeGlxMeta(formatDerivedMeta(source, fileOf(channels)), 'b.meta')
    expect(derived).toMatchObject({
      stream: source.stream,
      samplingRate: source.samplingRate,
      savedChannels: channels.length + source.syncChannels,
      syncChannels: source.syncChannels,
      fileSizeBytes: 2 * 500 * (channels.length + source.syncChannels),
      durationSeconds: 500 / source.samplingRate,
      firstSample: source.firstSample === null ? null : source.firstSample + 1000,
      createdAt: source.createdAt,
      applied: [...source.applied, { step: 'high-pass', by: 'NeuroJoint 0.2.0', details: 'cutoff=300 order=3' }],
    })
    const facts = ({ index: _index, ...rest }: { readonly index: number }) => rest
    expect(derived.channels.map(facts)).toEqual(
      channels.map((channel) => facts(source.channels[channel] ?? { index: 0 })),
    )
    expect(derived.electrodes.map(({ electrode, used }) => [electrode, used])).toEqual(
      channels.flatMap((channel) => {
        const site = source.electrodes[channel]
        return site ? [[site.electrode, site.used]] : []
      }),
    )
  }
})

describe('a derived meta', () => {
  const source = parseSpikeGlxMeta(textOf('NP2_2013_all_channels.imec0.ap.meta'), 'a.meta')

  test('counts its channels and drops what is true of the source only', () => {
    const { entries } = parseSpikeGlxMeta(formatDerivedMeta(source, fileOf([0, 1, 2, 7, 383])), 'b.meta')
    const keys = ['nSavedChans', 'snsApLfSy', 'snsSaveChanSubset', 'fileSHA1', 'fileName', 'userNotes'] as const
    expect(keys.map((key) => entries.get(key))).toEqual([
      '6',
      '5,0,1',
      '0:2,7,383:384',
      undefined,
      'D:/out/a_g0_t0.imec0.ap.bin',
      source.entries.get('userNotes'),
    ])
    expect(entries.get('~snsChanMap')?.split(')')).toHaveLength(8)
    expect(entries.get('~imroTbl')).toBe(source.entries.get('~imroTbl'))
  })

  test('may be derived again: every chain stays told', () => {
    const once = parseSpikeGlxMeta(formatDerivedMeta(source, fileOf([3, 5, 8])), 'b.meta')
    const again = { ...chain, steps: [{ step: 'whiten', details: '' }] }
    const twice = parseSpikeGlxMeta(formatDerivedMeta(once, fileOf([1], { chain: again })), 'c.meta')
    expect(twice.applied.map(({ step }) => step)).toEqual(['high-pass', 'whiten'])
    expect(twice.channels[0]?.acquisitionIndex).toBe(5)
  })

  test('of the LF band of a full band has its own rate and the gain of the full band', () => {
    const channels = source.channels.map(({ index }) => index)
    const file = fileOf(channels, { binPath: 'a.imec0.lf.bin', lfFactor: 12, startFrame: 0 })
    const lf = parseSpikeGlxMeta(formatDerivedMeta(source, file), 'a.imec0.lf.meta')
    expect(lf).toMatchObject({
      stream: 'lf',
      samplingRate: source.samplingRate / 12,
      analogChannels: 384,
      syncChannels: 1,
    })
    expect(lf.channels[5]).toMatchObject({ name: 'LF5', acquisitionIndex: 5, gain: source.channels[5]?.gain })
    const own = parseSpikeGlxMeta(textOf('Noise_g0_t0.imec0.ap.meta'), 'a.meta')
    expect(() => formatDerivedMeta(own, file)).toThrow(expect.objectContaining({ code: 'invalid-value' }))
  })

  test('is refused for channels that are not there or not in order', () => {
    for (const channels of [[384], [-1], [2, 1], [1, 1], [0.5]])
      expect(() => formatDerivedMeta(source, fileOf(channels))).toThrow(
        expect.objectContaining({ code: 'out-of-range' }),
      )
  })

  test('of any subset is read back', () => {
    assert(
      property(array(integer({ min: 0, max: 383 }), { minLength: 1, maxLength: 20 }), (chosen) => {
        const channels = [...new Set(chosen)].toSorted((a, b) => a - b)
        const derived = parseSpikeGlxMeta(formatDerivedMeta(source, fileOf(channels)), 'b.meta')
        expect(derived.channels.map(({ acquisitionIndex }) => acquisitionIndex)).toEqual(channels)
      }),
      { numRuns: 50 },
    )
  })
})
