import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { PassFindings, PassSource } from '../src/pass.ts'
import type { Plan, SpatialPlan } from '../src/plan.ts'
import { createTypeScriptPassing } from '../src/typescript/passing.ts'
import { testCatgt } from './pass-catgt-kit.ts'
import { compareWords, planFor, simulateCounts } from './pass-counts.ts'
import { testPassing } from './pass-kit.ts'
import { tryNative } from './native-dsp.ts'

const bandPass = { kind: 'band-pass', low: 300, high: 6000, order: 5, direction: 'zero-phase' } as const

const rows = Array.from({ length: 96 }, (_, row) => row)
const kFilter: SpatialPlan = {
  kind: 'spatial-high-pass',
  groups: [rows],
  order: 3,
  cutoff: 0.01,
  padding: 60,
  taper: 0,
  gainControl: { windowFrames: 3001, epsilon: 0.1 },
}
const neighbours: SpatialPlan = {
  kind: 'local-reference',
  operator: 'median',
  whole: false,
  neighbours: rows.map((row) => rows.filter((other) => Math.abs(other - row) > 2 && Math.abs(other - row) < 9)),
}
const wholeMedian: SpatialPlan = {
  kind: 'group-reference',
  operator: 'median',
  middle: 'upper',
  whole: true,
  groups: [{ of: rows, from: rows }],
}
const gaps = [
  { segment: 0, start: 4000, end: 4100 },
  { segment: 1, start: 0, end: 20 },
]
const mask = { gaps, flatFrames: null, saturation: null }
const catgt = {
  method: 'catgt',
  shifts: planFor(96).temporal.shifts,
  taps: 16,
  filters: [{ kind: 'catgt-butterworth', order: 12, low: 300, high: 9000 }],
} as const

const native = tryNative()
if (native) {
  testPassing('native', native)
  testCatgt('native', native)
}

describe.skipIf(!native)('native (needs `pnpm build:native`)', () => {
  const passing = native ?? createTypeScriptPassing()

  test.for<[string, Partial<Plan>]>([
    ['high-pass', {}],
    ['band-pass', { temporal: { ...planFor(96).temporal, filters: [bandPass] } }],
    ['24 taps', { temporal: { ...planFor(96).temporal, taps: 24 } }],
    ['a k-filter with gain control', { spatial: [kFilter] }],
    ['the median of neighbours', { spatial: [neighbours] }],
    ['gaps, and unequal gains', { mask, scale: rows.map((row) => 1 + (row % 3) / 4) }],
    ['catgt', { temporal: catgt, rounding: 'truncate', spatial: [wholeMedian] }],
  ])('gives the words of the TypeScript implementation but for 5 in 10,000, by 1 count: %s', async ([, changes]) => {
    const counts = simulateCounts(20_000, 96)
    const source: PassSource = { kind: 'memory', counts, columns: 97, segments: [11_000, 9000] }
    const plan = planFor(96, changes)
    const passes = [
      await passing.openPass(source, plan),
      await createTypeScriptPassing().openPass(source, plan),
    ] as const
    for (const [segment, end] of [11_000, 9000].entries()) {
      const [ours, theirs] = await Promise.all(passes.map((pass) => pass.traces({ segment, start: 0, end })))
      const { share, most } = compareWords(ours!, theirs!)
      expect(share).toBeLessThan(5e-4)
      expect(most).toBeLessThanOrEqual(1)
    }
    await Promise.all(passes.map((pass) => pass.close()))
  })

  test('finds what the TypeScript implementation finds, and the same low frequencies to the bit', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'neurojoint-pass-'))
    const counts = simulateCounts(100_000, 12)
    for (let spike = 333; spike < 100_000; spike += 777) counts[spike * 13 + (spike % 12)]! -= 500
    const source: PassSource = { kind: 'memory', counts, columns: 13, segments: [60_000, 40_000] }
    const plan = planFor(12, { mask })
    const peaks = {
      positions: Array.from({ length: 12 }, (_, row) => [(row % 2) * 30, 20 * row]).flat(),
      threshold: 5,
      radius: 50,
      exclusionFrames: 15,
      sign: 'negative',
      locateRadius: 60,
    } as const
    const found: (PassFindings & { readonly lf: Buffer })[] = []
    for (const one of [passing, createTypeScriptPassing()]) {
      const pass = await one.openPass(source, plan)
      const lf = { path: join(folder, `${found.length}.bin`), factor: 12 }
      const findings = await pass.run(null, { noiseLevels: true, rms: true, peaks, lf })
      found.push({ ...findings, lf: await readFile(lf.path) })
      await pass.close()
    }
    await rm(folder, { recursive: true })
    const [ours, theirs] = [found[0]!, found[1]!]
    expect(ours.masked).toEqual(theirs.masked)
    expect(ours.lf.equals(theirs.lf)).toBe(true)
    for (const name of ['noiseLevels', 'rms'] as const) {
      ours[name]?.forEach((value, row) => expect(value).toBeCloseTo(theirs[name]?.[row] ?? Number.NaN, 3))
    }
    expect(ours.peaks?.row.length).toBeGreaterThan(100)
    const places = ({ peaks: all }: typeof ours): string[] =>
      Array.from(all?.row ?? [], (row, at) => `${all?.segment[at]} ${all?.sampleIndex[at]} ${row}`)
    expect(places(ours)).toEqual(places(theirs))
    ours.peaks?.location?.forEach((value, at) => {
      expect(Math.abs(value - (theirs.peaks?.location?.[at] ?? Number.NaN))).toBeLessThan(0.01)
    })
  })
})
