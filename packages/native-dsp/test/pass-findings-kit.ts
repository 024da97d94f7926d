import { describe, expect, test } from 'vitest'
import { channels, columns, readWords, segments, type PassBench } from './pass-bench.ts'
import { planFor } from './pass-counts.ts'
import { computeInOnePiece } from './pass-reference.ts'

/** What a pass finds beside its frames. */
export function testPassFindings({ name, counts, memory, open, place }: PassBench): void {
  describe(`${name}: findings of a pass`, () => {
    test('rms and noise levels are those of the result', async () => {
      const plan = planFor(channels)
      const pass = await open(memory, plan)
      const { rms, noiseLevels } = await pass.run(null, { rms: true, noiseLevels: true })
      const rows = segmentsOf(counts).flatMap((part) => Array.from(computeInOnePiece(plan, part, columns)))
      for (let row = 0; row < channels; row++) {
        const values = rows.filter((_, at) => at % channels === row)
        const square = values.reduce((sum, value) => sum + value * value, 0) / values.length
        expect(rms?.[row]).toBeCloseTo(Math.sqrt(square), 3)
        const middle = median(values)
        const level = median(values.map((value) => Math.abs(value - middle))) / 0.6744897501960817
        expect(noiseLevels?.[row]).toBeCloseTo(level, 3)
      }
    })

    test('masked frames are 0, are told, and count in nothing', async () => {
      const words = counts.slice(0, 12_000 * columns)
      words.fill(700, 5000 * columns, 5100 * columns)
      for (let frame = 9000; frame < 9004; frame++) words.fill(-32_768, frame * columns, frame * columns + channels)
      const mask = {
        gaps: [{ segment: 0, start: 100, end: 200 }],
        flatFrames: 30,
        saturation: { level: 20_000, slope: 10_000, share: 0.5, widenFrames: 3 },
      }
      const pass = await open(
        { kind: 'memory', counts: words, columns, segments: [12_000] },
        planFor(channels, { mask }),
      )
      const { masked, rms } = await pass.run(null, { rms: true })
      expect(masked).toEqual([
        { segment: 0, start: 100, end: 200 },
        { segment: 0, start: 5000, end: 5100 },
        { segment: 0, start: 8996, end: 9007 },
      ])
      expect(Math.max(...(rms ?? [Infinity]))).toBeLessThan(60)
      const hidden = await pass.traces({ segment: 0, start: 5000, end: 5100 })
      expect(hidden.every((word) => word === 0)).toBe(true)
    })

    test('spikes are found once, with their places, whatever the threads', async () => {
      const words = counts.slice()
      // on both sides of the seam between blocks, at the start of the second segment, and one on a row alone
      const spikes = [500, 8191, 8192 + 40, 16_384, 20_010, 24_000]
      for (const [index, spike] of spikes.entries()) {
        const row = (index * 2) % channels
        for (const near of [row - 1, row, row + 1].filter((at) => at >= 0 && at < channels)) {
          words[spike * columns + near]! -= near === row ? 900 : 300
        }
      }
      const temporal = { ...planFor(channels).temporal, shifts: null }
      const pass = await open({ ...memory, counts: words }, planFor(channels, { temporal }))
      const peaks = {
        positions: Array.from({ length: channels }, (_, row) => [0, 20 * row]).flat(),
        threshold: 8,
        radius: 50,
        exclusionFrames: 15,
        sign: 'negative',
        locateRadius: 50,
      } as const
      const [one, two] = [
        await pass.run(null, { peaks }, { threads: 1 }),
        await pass.run(null, { peaks }, { threads: 2 }),
      ]
      const places = (found: typeof one): string[] =>
        Array.from(found.peaks?.row ?? [], (row, at) => {
          return `${found.peaks?.segment[at]} ${found.peaks?.sampleIndex[at]} ${row}`
        })
      const expected = spikes.map((spike, index) => {
        return `${spike < 20_000 ? `0 ${spike}` : `1 ${spike - 20_000}`} ${(index * 2) % channels}`
      })
      expect(places(one)).toEqual(expected)
      expect(two.peaks).toEqual(one.peaks)
      expect(one.peaks?.location).toHaveLength(2 * spikes.length)
      one.peaks?.row.forEach((row, at) =>
        expect(Math.abs((one.peaks?.location?.[2 * at + 1] ?? 0) - 20 * row)).toBeLessThan(10),
      )
    })

    test('low frequencies are written beside the frames', async () => {
      const pass = await open(memory, planFor(channels))
      const lf = { path: place('lf.bin'), factor: 12 }
      const target = { path: place('ap.bin'), rows: [0], copied: [channels] }
      await pass.run(target, { lf }, { threads: 2 })
      const written = await readWords(lf.path)
      const results = segments.map((length) => Math.ceil(length / 12))
      expect(written).toHaveLength(columns * results.reduce((sum, count) => sum + count, 0))
      // 8 Hz passes, and the sync word is copied
      const slow = (frame: number): number => 1500 * Math.sin((2 * Math.PI * 8 * frame) / 30_000) + 200
      for (const result of [50, 800, 1600]) {
        expect(Math.abs(written[result * columns]! - slow(12 * result))).toBeLessThan(40)
        expect(written[result * columns + channels]).toBe(counts[12 * result * columns + channels])
      }
    })
  })
}

const segmentsOf = (counts: Int16Array): Int16Array[] => [
  counts.subarray(0, segments[0] * columns),
  counts.subarray(segments[0] * columns),
]

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}
