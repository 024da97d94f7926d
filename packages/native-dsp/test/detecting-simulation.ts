import type { PeakPlaces } from '../src/detecting.ts'
import { openTypescriptSimulation } from '../src/typescript/simulate/open.ts'
import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'

const channels = 32
const sites = Array.from({ length: channels }, (_, channel) => ({
  x: [27, 59, 11, 43][channel % 4] ?? 0,
  y: 20 * Math.floor(channel / 2),
  shank: 0,
  shift: 0,
}))

/** How far apart a spike and its peak may be. */
const samples = 8
const micrometers = 60

/** Two seconds of faint and loud units in noise, without anything that a filter would have to take away. */
export async function simulate() {
  const simulation = await openTypescriptSimulation({
    seed: 3,
    samplingRate: 30_000,
    durationSeconds: 2,
    channels: sites,
    units: 12,
    firingRates: [5, 20],
    refractorySeconds: 0.003,
    amplitudes: [45, 160],
    amplitudeVariation: 0.1,
    noise: 10,
    noiseRadius: 30,
    commonNoise: 0,
    rhythmFrequency: 8,
    rhythmAmplitude: 0,
    highPass: 0,
    microvoltsPerCount: 1,
    maxCount: 2048,
  })
  const traces = Float32Array.from(await simulation.traces({ start: 0, end: simulation.frames }))
  await simulation.close()
  const { spikes, units } = simulation
  const isNear = (peak: readonly [number, number], spike: number): boolean => {
    const unit = units[spikes.units[spike] ?? -1]
    const site = sites[peak[1]]
    if (!unit || !site || Math.abs(peak[0] - (spikes.samples[spike] ?? 0)) > samples) return false
    return Math.hypot(unit.x - site.x, unit.y - site.y) <= micrometers
  }

  return {
    channels,
    positions: sites.flatMap(({ x, y }) => [x, y]),
    traces,
    noiseLevels: await createTypeScriptDsp(null).noiseLevels(traces, { channels }),
    /** The share of spikes that have a peak, and of peaks that have a spike. */
    accuracy({ sampleIndex, channel }: PeakPlaces): { readonly recall: number; readonly precision: number } {
      const peaks = Array.from(sampleIndex, (sample, at) => [sample, channel[at] ?? -1] as const)
      const all = Array.from(spikes.samples, (_, spike) => spike)
      const found = all.filter((spike) => peaks.some((peak) => isNear(peak, spike)))
      const correct = peaks.filter((peak) => all.some((spike) => isNear(peak, spike)))
      return { recall: found.length / all.length, precision: correct.length / peaks.length }
    },
  }
}
