import type { FilterPlan, Plan, SpatialPlan } from '../../src/plan.ts'
import type { BenchRecording } from './recording.ts'

/** What is compared, in the order of the table; every one begins with the ADC shift. */
export const chainNames = ['median', 'band-pass', 'demultiplexed', 'annulus', 'k-filter'] as const

export type ChainName = (typeof chainNames)[number]

export const titles: Readonly<Record<ChainName, string>> = {
  median: 'high-pass 300 Hz order 3, global median',
  'band-pass': 'band-pass 300 to 6000 Hz order 5, global median',
  demultiplexed: 'high-pass, mean of the channels of one ADC slot',
  annulus: 'high-pass, mean of the annulus 40 to 140 um',
  'k-filter': "high-pass, IBL's k-filter with gain control",
}

const highPass: FilterPlan = { kind: 'high-pass', cutoff: 300, order: 3, direction: 'zero-phase' }
const bandPass: FilterPlan = { kind: 'band-pass', low: 300, high: 6000, order: 5, direction: 'zero-phase' }

export function planOf(name: ChainName, recording: BenchRecording): Plan {
  return {
    samplingRate: recording.samplingRate,
    columns: all(recording),
    scale: null,
    mask: null,
    temporal: {
      method: 'direct',
      shifts: recording.shifts,
      taps: 16,
      filters: [name === 'band-pass' ? bandPass : highPass],
    },
    spatial: [reference(name, recording)],
    rounding: 'half-even',
  }
}

const all = ({ channels }: BenchRecording): readonly number[] =>
  Array.from({ length: channels }, (_, channel) => channel)

function reference(name: ChainName, recording: BenchRecording): SpatialPlan {
  switch (name) {
    case 'median':
    case 'band-pass':
      return {
        kind: 'group-reference',
        operator: 'median',
        middle: 'mean',
        whole: false,
        groups: [{ of: all(recording), from: all(recording) }],
      }
    case 'demultiplexed': {
      const slots = Map.groupBy(all(recording), (channel) => recording.shifts[channel] ?? 0)
      const groups = [...slots.values()].map((members) => ({ of: members, from: members }))
      return { kind: 'group-reference', operator: 'mean', middle: 'mean', whole: false, groups }
    }
    case 'annulus': {
      const neighbours = all(recording).map((one) =>
        all(recording).filter((other) => between(40, distance(recording, one, other), 140)),
      )
      return { kind: 'local-reference', operator: 'mean', whole: false, neighbours }
    }
    case 'k-filter':
      return {
        kind: 'spatial-high-pass',
        groups: [all(recording)],
        order: 3,
        cutoff: 0.01,
        padding: 60,
        taper: 0,
        gainControl: { windowFrames: 3001, epsilon: 0.01 },
      }
  }
}

const between = (low: number, value: number, high: number): boolean => low < value && value <= high

function distance({ positions }: BenchRecording, one: number, other: number): number {
  const [x = 0, y = 0] = positions.slice(2 * one)
  const [u = 0, v = 0] = positions.slice(2 * other)
  return Math.hypot(x - u, y - v)
}
