import type { Database, Key } from '@neurojoint/core'
import { isNdArray, toFloat64Array } from '@neurojoint/arrays'
import { readGroundTruth } from '@neurojoint/native-dsp'
import { ephys, probe } from '../pipeline.ts'
import { type Accuracy, measureAccuracy } from './accuracy.ts'

/** The peaks of a recording, in the order of time. */
export interface Peaks {
  /** (s) */
  readonly times: Float64Array
  /** (µm) */
  readonly depths: Float64Array
  readonly x: Float64Array
  /** (µV) */
  readonly amplitudes: Float64Array
}

export async function fetchPeaks(db: Database, key: Key<typeof ephys.Preprocessing>): Promise<Peaks> {
  const row = await db(ephys.Preprocessing).forKey(key).fetch1()
  const { probe_type } = await db(probe.Probe).restrict(db(ephys.ProbeInsertion).forKey(key)).fetch1()
  const electrodes = await db(probe.ProbeType.Electrode).restrict({ probe_type }).fetch()
  const xOf = new Map(electrodes.map(({ electrode, x_coord }) => [electrode, x_coord ?? Number.NaN]))
  return {
    times: numbers(row.peak_times),
    depths: numbers(row.peak_depths),
    x: numbers(row.peak_electrodes).map((electrode) => xOf.get(electrode) ?? Number.NaN),
    amplitudes: numbers(row.peak_amplitudes),
  }
}

const numbers = (value: unknown): Float64Array => (isNdArray(value) ? toFloat64Array(value) : new Float64Array())

/** Compares peaks with the spikes that a simulation put in: within 0.4 ms and 75 µm, one to one. */
export async function compareWithTruth(peaks: Peaks, truthPath: string): Promise<Accuracy> {
  const { spikes, units, samplingRate } = await readGroundTruth(truthPath)
  const order = Array.from(spikes.samples.keys()).toSorted(
    (a, b) => (spikes.samples[a] ?? 0) - (spikes.samples[b] ?? 0),
  )
  const unitOf = (spike: number) => units[spikes.units[spike] ?? 0]
  return measureAccuracy(
    {
      samples: order.map((spike) => spikes.samples[spike] ?? 0),
      x: order.map((spike) => unitOf(spike)?.x ?? 0),
      y: order.map((spike) => unitOf(spike)?.y ?? 0),
    },
    { samples: peaks.times.map((time) => Math.round(time * samplingRate)), x: peaks.x, y: peaks.depths },
    { samples: Math.round(0.0004 * samplingRate), micrometers: 75 },
  )
}
