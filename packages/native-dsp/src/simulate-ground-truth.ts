import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ndarray, readNpy, toFloat64Array, writeNpy } from '@neurojoint/arrays'
import { InvalidGroundTruthError } from './simulate-errors.ts'
import type { SimulatedSpikes, SimulatedUnit, Simulation } from './simulate.ts'

/** What is known of a simulated recording. */
export interface GroundTruth {
  readonly seed: number
  readonly samplingRate: number // (Hz)
  readonly frames: number
  readonly units: readonly SimulatedUnit[]
  readonly spikes: SimulatedSpikes
}

const description = 'ground_truth.json'

/** One array per property, one element per spike in order of time. */
const files = {
  samples: 'spike_samples.npy', // int64
  times: 'spike_times.npy', // float64, in samples
  units: 'spike_units.npy', // int32
  amplitudes: 'spike_amplitudes.npy', // float64 (uV)
} as const

/** Writes a new folder with units and parameters as JSON and the spikes as NPY; returns the path of the JSON. */
export async function writeGroundTruth(folder: string, simulation: Simulation): Promise<string> {
  const { parameters, frames, units, spikes } = simulation
  const path = join(folder, description)
  await mkdir(folder)
  await writeNpy(join(folder, files.samples), ndarray(BigInt64Array.from(spikes.samples, BigInt)))
  await writeNpy(join(folder, files.times), ndarray(spikes.times))
  await writeNpy(join(folder, files.units), ndarray(spikes.units))
  await writeNpy(join(folder, files.amplitudes), ndarray(spikes.amplitudes))
  const { channels, ...settings } = parameters
  const facts = {
    kind: 'ground-truth',
    frames,
    spikes: spikes.times.length,
    parameters: settings,
    units,
    channels,
    files,
  }
  await writeFile(path, `${JSON.stringify(facts, null, 1)}\n`)
  return path
}

/** Reads the ground truth that a simulated run has beside it; throws `invalid-ground-truth`. */
export async function readGroundTruth(path: string): Promise<GroundTruth> {
  const { kind, frames, units, parameters } = fields(JSON.parse(await readFile(path, 'utf8')), path, 'the file')
  if (kind !== 'ground-truth') throw new InvalidGroundTruthError(path, '`kind` is not "ground-truth"')
  if (!Array.isArray(units)) throw new InvalidGroundTruthError(path, '`units` is no list')
  const { seed, samplingRate } = fields(parameters, path, '`parameters`')
  const column = async (name: string) => readNpy(join(dirname(path), name))
  return {
    seed: number(seed, path, 'seed'),
    samplingRate: number(samplingRate, path, 'samplingRate'),
    frames: number(frames, path, 'frames'),
    units: units.map((unit: unknown, index) => readUnit(unit, path, index)),
    spikes: {
      times: toFloat64Array(await column(files.times)),
      samples: toFloat64Array(await column(files.samples)),
      units: Int32Array.from(toFloat64Array(await column(files.units))),
      amplitudes: toFloat64Array(await column(files.amplitudes)),
    },
  }
}

function readUnit(unit: unknown, path: string, index: number): SimulatedUnit {
  const found = fields(unit, path, `unit ${index}`)
  const read = (name: keyof SimulatedUnit): number => number(found[name], path, `units[${index}].${name}`)
  return {
    x: read('x'),
    y: read('y'),
    z: read('z'),
    shank: read('shank'),
    peakChannel: read('peakChannel'),
    amplitude: read('amplitude'),
    firingRate: read('firingRate'),
    troughToPeakSeconds: read('troughToPeakSeconds'),
  }
}

function fields(value: unknown, path: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return { ...value }
  throw new InvalidGroundTruthError(path, `${what} is no object`)
}

function number(value: unknown, path: string, name: string): number {
  if (typeof value === 'number') return value
  throw new InvalidGroundTruthError(path, `\`${name}\` is no number`)
}
