import { readFileSync, readdirSync } from 'node:fs'
import { array, assert, constantFrom, double, oneof, property, string, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { FormatError } from '../errors.ts'
import { parseSpikeGlxMeta } from './index.ts'
import type { SpikeGlxMeta } from './index.ts'

const folder = new URL('../../../../fixtures/spikeglx/', import.meta.url)
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.meta'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
const anyText = constantFrom(...texts)
const fraction = double({ min: 0, max: 1, noNaN: true })

const allowed = /^(meta|missing-key|invalid-value|contradiction|unknown-probe)$/

/** `meta`, or the code of the error; any other error passes through. */
function outcomeOf(text: string): string {
  try {
    return isWhole(parseSpikeGlxMeta(text, 'a.meta')) ? 'meta' : 'a meta whose parts disagree'
  } catch (error) {
    if (error instanceof FormatError) return error.code
    throw error
  }
}

function isWhole(meta: SpikeGlxMeta): boolean {
  const { analogChannels, channels, electrodes, probe, sampleShifts } = meta
  return (
    channels.length === analogChannels &&
    sampleShifts.length === analogChannels &&
    electrodes.length === (probe ? analogChannels : 0) &&
    analogChannels + meta.syncChannels === meta.savedChannels &&
    channels.every(({ gain }) => Number.isFinite(gain) && gain > 0) &&
    Number.isFinite(meta.durationSeconds) &&
    meta.samplingRate > 0
  )
}

test('the metas themselves are read', () => {
  expect(texts.map(outcomeOf)).toEqual(texts.map(() => 'meta'))
})

test('a meta cut anywhere is read or refused by name', () => {
  assert(
    property(anyText, fraction, (text, at) => {
      expect(outcomeOf(text.slice(0, Math.floor(at * text.length)))).toMatch(allowed)
    }),
    { numRuns: 200 },
  )
})

test('a meta without one of its lines is read or refused by name', () => {
  for (const text of texts) {
    const lines = text.split(/\r?\n/)
    for (const [left] of lines.entries())
      expect(outcomeOf(lines.filter((_, index) => index !== left).join('\n'))).toMatch(allowed)
  }
})

test('a meta with a value replaced by anything is read or refused by name', () => {
  const value = oneof(
    string(),
    constantFrom(
      '',
      '0',
      '-1',
      '1e309',
      'NaN',
      'all',
      '()',
      '(0,384)',
      '0:383',
      '999999',
      '(0,1)(0 0 0 0 0 0)',
      '1,1,1',
    ),
  )
  assert(
    property(anyText, fraction, value, (text, at, replacement) => {
      const lines = text.split(/\r?\n/)
      const index = Math.floor(at * (lines.length - 1))
      const key = lines[index]?.split('=')[0]
      expect(outcomeOf(lines.with(index, `${key}=${replacement}`).join('\n'))).toMatch(allowed)
    }),
    { numRuns: 300 },
  )
})

test('a meta with some characters changed is read or refused by name', () => {
  const edits = array(tuple(fraction, string({ minLength: 1, maxLength: 1 })), { maxLength: 8 })
  assert(
    property(anyText, edits, (text, changes) => {
      const characters = Array.from(text)
      for (const [at, character] of changes) characters[Math.floor(at * (text.length - 1))] = character
      expect(outcomeOf(characters.join(''))).toMatch(allowed)
    }),
    { numRuns: 200 },
  )
})
