import { readdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { PassSource } from '../src/pass.ts'
import type { Interval, Plan } from '../src/plan.ts'
import { channels, columns, expectedWords, frames, pick, readWords, segments, type PassBench } from './pass-bench.ts'
import { compareWords, equalWords, planFor, simulateCounts } from './pass-counts.ts'

/** Frames of a pass: against what is computed in one piece, and against each other. */
export function testPassBlocks({ name, counts, memory, open, place }: PassBench): void {
  describe(`${name}: blocks of a pass`, () => {
    const gaps: readonly Interval[] = [
      { segment: 0, start: 0, end: 5 },
      { segment: 0, start: 3000, end: 3010 },
      { segment: 0, start: 3011, end: 3018 },
      { segment: 0, start: 8190, end: 8200 },
      { segment: 1, start: 4000, end: 5000 },
    ]
    const mask = { gaps, flatFrames: null, saturation: null }
    const causal = [{ kind: 'high-pass', cutoff: 300, order: 3, direction: 'causal' }] as const
    const bandPass = [{ kind: 'band-pass', low: 300, high: 6000, order: 5, direction: 'zero-phase' }] as const
    test.for<[string, Partial<Plan>]>([
      ['a high-pass', {}],
      ['a band-pass of order 5', { temporal: { ...planFor(channels).temporal, filters: bandPass } }],
      ['a causal high-pass', { temporal: { ...planFor(channels).temporal, filters: causal } }],
      ['a high-pass between gaps', { mask }],
      ['a band-pass between gaps', { mask, temporal: { ...planFor(channels).temporal, filters: bandPass } }],
      ['delays of 32 taps alone', { spatial: [], temporal: { ...planFor(channels).temporal, taps: 32, filters: [] } }],
      ['unequal gains', { scale: Array.from({ length: channels }, (_, row) => 1 + row / 8) }],
    ])('%s: equal what is computed in one piece, to 1 count in less than 5 of 10,000 words', async ([, changes]) => {
      const plan = planFor(channels, changes)
      const pass = await open(memory, plan)
      let first = 0
      for (const [segment, length] of segments.entries()) {
        const found = await pass.traces({ segment, start: 0, end: length })
        const expected = expectedWords(plan, counts.subarray(first * columns, (first + length) * columns), segment)
        const { share, most } = compareWords(found, expected)
        expect(most).toBeLessThanOrEqual(1)
        expect(share).toBeLessThan(5e-4)
        first += length
      }
    })

    test('do not depend on the range, the rows or the threads, to the bit', async () => {
      const pass = await open(memory, planFor(channels, { mask }))
      const whole = await pass.traces({ segment: 0, start: 0, end: segments[0] }, { threads: 1 })
      const rows = [12, 0, 5]
      for (const [start, end, threads] of [
        [0, 1, 2],
        [8191, 8193, 3],
        [4000, 17_000, 2],
        [19_999, 20_000, 1],
        [77, 77, 1],
      ] as const) {
        const part = await pass.traces({ segment: 0, start, end }, { threads })
        expect(compareWords(part, whole.subarray(start * channels, end * channels))).toEqual(equalWords)
        const some = await pass.traces({ segment: 0, start, end, rows }, { threads })
        const expected = Array.from(some, (_, at) => {
          return whole[(start + Math.floor(at / rows.length)) * channels + rows[at % rows.length]!]!
        })
        expect(compareWords(some, expected)).toEqual(equalWords)
      }
    })

    test('go where the caller says, unless that is not as long as they are', async () => {
      const pass = await open(memory, planFor(channels))
      const range = { segment: 0, start: 8000, end: 8400 }
      const expected = await pass.traces(range)
      const room = new Int16Array(expected.length + 20).fill(7)
      const into = room.subarray(10, -10)
      expect(await pass.traces(range, { into })).toBe(into)
      expect(compareWords(into, expected)).toEqual(equalWords)
      expect([...room.subarray(0, 10), ...room.subarray(-10)]).toEqual(Array.from({ length: 20 }, () => 7))
      await expect(pass.traces(range, { into: room })).rejects.toMatchObject({
        code: 'wrong-length',
        parameter: 'into',
      })
      // where the counts stand that are read meanwhile
      await expect(pass.traces(range, { into: counts.subarray(-expected.length) })).rejects.toMatchObject({
        code: 'invalid-parameter',
        parameter: 'into',
      })
      const none = { segment: 0, start: 5, end: 5 }
      expect(await pass.traces(none, { into: new Int16Array(0) })).toHaveLength(0)
    })

    test('do not depend on the range either where steps look along time, and their seams are none', async () => {
      const all = Array.from({ length: channels }, (_, row) => row)
      const gainControl = { windowFrames: 301, epsilon: 0.1 }
      const shape = { order: 3, cutoff: 0.05, padding: 4, taper: 0 }
      const spatial = [
        { kind: 'mix', purpose: 'interpolate', rows: [{ row: 4, of: [3, 5], weights: [0.5, 0.5] }] },
        { kind: 'spatial-high-pass', groups: [all], ...shape, gainControl },
      ] as const
      const pass = await open(memory, planFor(channels, { spatial, mask }))
      const whole = await pass.traces({ segment: 0, start: 0, end: 20_000 }, { threads: 1 })
      for (const [start, end] of [
        [8191, 8193],
        [16_000, 16_500],
        [3015, 3025],
      ] as const) {
        const part = await pass.traces({ segment: 0, start, end }, { threads: 2 })
        expect(compareWords(part, whole.subarray(start * channels, end * channels))).toEqual(equalWords)
      }
      // on a grid that lies elsewhere, the same frames are the same but for rounding
      const later = { ...memory, counts: counts.subarray(5000 * columns, 20_000 * columns), segments: [15_000] }
      const moved = await open(later, planFor(channels, { spatial }))
      const found = await moved.traces({ segment: 0, start: 5000, end: 15_000 })
      const unmasked = await open(memory, planFor(channels, { spatial }))
      const expected = await unmasked.traces({ segment: 0, start: 10_000, end: 20_000 })
      const { share, most } = compareWords(found, expected)
      expect(most).toBeLessThanOrEqual(1)
      expect(share).toBeLessThan(5e-4)
    })

    test('are what a run writes, to the bit, from memory and from a file', async () => {
      const plan = planFor(channels, { mask })
      const path = place('source.bin')
      await writeFile(path, Buffer.concat([Buffer.alloc(64, 7), Buffer.from(counts.buffer)]))
      const file: PassSource = { kind: 'file', path, offsetBytes: 64, columns, segments }
      for (const [source, threads] of [
        [memory, 1],
        [memory, 3],
        [file, 2],
      ] as const) {
        const pass = await open(source, plan)
        const target = { path: place('target.bin'), rows: [3, 1, 12], copied: [channels, 0] }
        const found = await pass.run(target, {}, { threads })
        expect(found).toMatchObject({ frames, masked: gaps, noiseLevels: null, rms: null, peaks: null })
        const written = await readWords(target.path)
        const parts = await Promise.all(
          segments.map((end, segment) => pass.traces({ segment, start: 0, end, rows: target.rows })),
        )
        const rows = Int16Array.from(parts.flatMap((part) => Array.from(part)))
        expect(compareWords(pick(written, 5, [0, 1, 2]), rows)).toEqual(equalWords)
        expect(compareWords(pick(written, 5, [3, 4]), pick(counts, columns, [channels, 0]))).toEqual(equalWords)
      }
      expect(await readdir(place('.'))).toEqual(expect.not.arrayContaining([expect.stringContaining('partial')]))
    })

    test('an extent is written alone', async () => {
      const plan = planFor(channels)
      const pass = await open(
        { kind: 'memory', counts: counts.subarray(0, 20_000 * columns), columns, segments: [20_000] },
        plan,
      )
      const target = { path: place('extent.bin'), rows: plan.columns, copied: [] }
      const extent = { start: 8000, end: 8500 }
      expect(await pass.run(target, {}, { extent })).toMatchObject({ frames: 500 })
      const traces = await pass.traces({ segment: 0, ...extent })
      expect(compareWords(await readWords(target.path), traces)).toEqual(equalWords)
    })
  })

  describe(`${name}: odd sizes of a pass`, () => {
    test.for([
      [1, 1],
      [1, 7],
      [7, 1],
      [7, 7],
      [384, 300],
      [1536, 40],
      [3, 0],
      [1, 9000],
    ] as const)('%i channels of %i frames, with a sync word', async ([width, length]) => {
      const words = simulateCounts(length, width)
      const plan = planFor(width)
      const pass = await open({ kind: 'memory', counts: words, columns: width + 1, segments: [length] }, plan)
      const target = { path: place(`odd-${width}-${length}.bin`), rows: plan.columns, copied: [width] }
      const found = await pass.run(target, { rms: true, noiseLevels: true })
      expect(found).toMatchObject({ frames: length, masked: [] })
      expect([found.rms?.length, found.noiseLevels?.length]).toEqual([width, width])
      const written = await readWords(target.path)
      const { share, most } = compareWords(pick(written, width + 1, plan.columns), expectedWords(plan, words, 0))
      expect(most).toBeLessThanOrEqual(1)
      expect(share * length * width).toBeLessThanOrEqual(Math.max(1, 5e-4 * length * width))
      expect(compareWords(pick(written, width + 1, [width]), pick(words, width + 1, [width]))).toEqual(equalWords)
    })

    test('no segments, and segments without frames', async () => {
      const empty = new Int16Array()
      for (const none of [[], [0, 0]]) {
        const pass = await open({ kind: 'memory', counts: empty, columns: 3, segments: none }, planFor(2))
        const target = { path: place('empty.bin'), rows: [0], copied: [] }
        expect(await pass.run(target, {})).toMatchObject({ frames: 0, masked: [] })
        expect(await readFile(target.path)).toHaveLength(0)
      }
    })

    test('counts at the ends of int16 are clamped, not wrapped', async () => {
      const square = Int16Array.from({ length: 4000 }, (_, frame) => (frame % 50 < 25 ? 32_767 : -32_768))
      const temporal = { method: 'direct', shifts: [0.5], taps: 16, filters: [] } as const
      const plan = planFor(1, { spatial: [], temporal })
      const pass = await open({ kind: 'memory', counts: square, columns: 1, segments: [4000] }, plan)
      const { most } = compareWords(
        await pass.traces({ segment: 0, start: 0, end: 4000 }),
        expectedWords(plan, square, 0, 1),
      )
      expect(most).toBeLessThanOrEqual(1)
    })
  })
}
