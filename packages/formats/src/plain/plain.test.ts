import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, constantFrom, double, property } from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FormatError } from '../errors.ts'
import { openRecording } from '../recording/index.ts'
import { formatPlainDescription, openPlainRecording, parsePlainDescription } from './index.ts'
import type { PlainDescription } from './index.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plain-'))
})
afterAll(() => rm(folder, { recursive: true }))

const channel = (index: number) => ({ index, name: `CH${index}`, acquisitionIndex: 10 + index, gain: 0.5, offset: 0 })

/** Two files: one with two segments behind eight bytes, one with a third. */
const description: PlainDescription = {
  format: 'neurojoint-int16',
  version: 1,
  samplingRate: 1000,
  columns: 3,
  channels: [
    {
      ...channel(0),
      site: { shank: 1, x: 16, y: 20, used: true },
      sampleShift: 0.25,
      range: { least: -512, most: 511 },
    },
    { ...channel(1), site: { shank: 1, x: 16, y: 40, used: false }, sampleShift: 0 },
  ],
  files: [
    {
      path: 'a.bin',
      offsetBytes: 8,
      segments: [
        { frames: 1, startSeconds: 0 },
        { frames: 2, startSeconds: 5 },
      ],
    },
    { path: 'b.bin', offsetBytes: 0, segments: [{ frames: 2, startSeconds: 9 }] },
  ],
  gaps: [{ segment: 1, start: 0, end: 2 }],
  applied: [{ step: 'high-pass', by: 'someone', details: '300 Hz' }],
}

async function writeAll(): Promise<void> {
  await writeFile(join(folder, 'a.bin'), Int16Array.of(9, 9, 9, 9, 1, 2, 64, 3, 4, 64, 5, 6, 64))
  await writeFile(join(folder, 'b.bin'), Int16Array.of(7, 8, 64, 9, 10, 64))
  await writeFile(join(folder, 'a.json'), formatPlainDescription(description))
}

describe('a plain int16 recording', () => {
  test('is what its sidecar says, by the path of either', async () => {
    await writeAll()
    for (const path of [join(folder, 'a.json'), join(folder, 'a.bin')]) {
      const recording = await openRecording(path)
      expect(recording).toMatchObject({
        format: 'plain',
        samplingRate: 1000,
        channels: description.channels,
        segments: [
          { frames: 1, startSeconds: 0 },
          { frames: 2, startSeconds: 5 },
          { frames: 2, startSeconds: 9 },
        ],
        gaps: description.gaps,
        applied: description.applied,
      })
      expect(await recording.traces({ segment: 1, start: 0, end: 2 })).toEqual(Int16Array.of(3, 4, 5, 6))
      expect(await recording.traces({ segment: 2, start: 1, end: 2, channels: [1] })).toEqual(Int16Array.of(10))
      await recording.close()
    }
  })

  test('needs no sidecar where options say it', async () => {
    await writeAll()
    const path = join(folder, 'b.bin')
    const recording = await openPlainRecording(path, { samplingRate: 500, channels: 2, columns: 3, gain: 0.195 })
    expect(recording.segments).toEqual([{ frames: 2, startSeconds: 0 }])
    expect(recording.channels[1]).toEqual({ index: 1, name: 'CH1', acquisitionIndex: 1, gain: 0.195, offset: 0 })
    expect(await recording.traces({ start: 0, end: 2 })).toEqual(Int16Array.of(7, 8, 9, 10))
    await recording.close()
    await expect(openPlainRecording(path, { samplingRate: 500, channels: 5, gain: 1 })).rejects.toMatchObject({
      code: 'ragged-file',
    })
    await expect(openPlainRecording(path, { samplingRate: 0, channels: 3, gain: 1 })).rejects.toMatchObject({
      code: 'invalid-value',
      key: 'samplingRate',
    })
  })

  test('that was cut is refused, as is one without its sidecar', async () => {
    await writeAll()
    await truncate(join(folder, 'b.bin'), 11)
    await expect(openRecording(join(folder, 'a.json'))).rejects.toMatchObject({
      code: 'file-truncated',
      bytes: 11,
      expectedBytes: 12,
    })
    await expect(openRecording(join(folder, 'b.bin'))).rejects.toMatchObject({ code: 'missing-file', file: 'b.json' })
  })
})

describe('a sidecar', () => {
  const text = formatPlainDescription(description)
  const outcomeOf = (changed: string): string => {
    try {
      parsePlainDescription(changed, 'a.json')
      return 'read'
    } catch (error) {
      if (error instanceof FormatError) return error.code
      throw error
    }
  }

  test('outlives writing and reading', () => {
    expect(parsePlainDescription(text, 'a.json')).toEqual(description)
  })

  test('cut anywhere is refused by name', () => {
    assert(
      property(double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (at) => {
        expect(outcomeOf(text.slice(0, Math.floor(at * (text.length - 2))))).toBe('invalid-value')
      }),
      { numRuns: 100 },
    )
  })

  test('with a value replaced by anything is read or refused by name', () => {
    const value = constantFrom('null', '-1', '1e309', '"x"', '[]', '{}', '0.5', 'true')
    assert(
      property(double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), value, (at, replacement) => {
        const lines = text.split('\n')
        const values = lines.flatMap((line, index) => (/: ["\d-]/.test(line) ? [index] : []))
        const line = values[Math.floor(at * values.length)] ?? 0
        const changed = lines.with(line, (lines[line] ?? '').replace(/: [^,]+/, `: ${replacement}`)).join('\n')
        expect(outcomeOf(changed)).toMatch(/^(read|missing-key|invalid-value)$/)
      }),
      { numRuns: 200 },
    )
  })

  test('names what is wrong by its path', () => {
    expect(() => parsePlainDescription(text.replace('"gain": 0.5', '"gain": 0'), 'a.json')).toThrow(
      expect.objectContaining({ code: 'invalid-value', key: 'channels[0].gain' }),
    )
  })
})
