import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readNpy, toFloat64Array } from '@neurojoint/arrays'
import { ContradictionError, MissingFileError } from '../errors.ts'
import { refuseMissing } from '../missing-file.ts'
import { readClusterLabels } from './labels.ts'
import { parseKilosortParameters } from './parameters.ts'
import type { KilosortParameters } from './parameters.ts'

/** One channel that was sorted. */
export interface KilosortSite {
  /** Column of the recording's file (`channel_map`). */
  readonly channel: number
  /** (µm) */
  readonly x: number
  /** (µm) */
  readonly y: number
}

/** An output folder of Kilosort 2 to 4, curated in Phy or not. Spike arrays have one entry per spike. */
export interface KilosortOutput {
  readonly kind: 'kilosort-output'
  readonly folder: string
  /** The names of what the folder holds. */
  readonly files: ReadonlySet<string>
  readonly parameters: KilosortParameters
  /** Frames of the recording. */
  readonly spikeSamples: Float64Array
  /** Synchronised seconds if the folder has them (`spike_times_sec_adj.npy`), else `spikeSamples` over the rate. */
  readonly spikeSeconds: Float64Array
  /** What a spike belongs to after curation. */
  readonly spikeClusters: Int32Array
  /** The template that found a spike. */
  readonly spikeTemplates: Int32Array
  /** In units of its template. */
  readonly amplitudes: Float64Array
  /** The channels that were sorted; templates and features count these. */
  readonly sites: readonly KilosortSite[]
  /** By cluster: `good`, `mua`, `noise` or a laboratory's own; unsorted clusters are not in it. */
  readonly labels: ReadonlyMap<number, string>
}

const coreFiles = [
  'params.py',
  'spike_times.npy',
  'spike_clusters.npy',
  'spike_templates.npy',
  'amplitudes.npy',
  'templates.npy',
  'channel_map.npy',
  'channel_positions.npy',
]

/**
 * Reads what Kilosort 2 to 4 wrote and Phy may have changed; templates and features stay on disk. Throws
 * `missing-file`, `missing-key`, `invalid-value`, `contradiction`, and what `readNpy` throws.
 */
export async function readKilosort(folder: string): Promise<KilosortOutput> {
  const files = await listCoreFiles(folder)
  const parametersPath = join(folder, 'params.py')
  const parameters = parseKilosortParameters(await readFile(parametersPath, 'utf8'), parametersPath)
  const spikeSamples = await readVector(folder, 'spike_times.npy')
  const spikes = spikeSamples.length
  const readSpikes = (file: string) => readVector(folder, file, { length: spikes, of: 'spike_times.npy' })
  const secondsFile = ['spike_times_sec_adj.npy', 'spike_times_sec.npy'].find((file) => files.has(file))
  return {
    kind: 'kilosort-output',
    folder,
    files,
    parameters,
    spikeSamples,
    spikeSeconds: secondsFile
      ? await readSpikes(secondsFile)
      : spikeSamples.map((sample) => sample / parameters.samplingRate),
    spikeClusters: Int32Array.from(await readSpikes('spike_clusters.npy')),
    spikeTemplates: Int32Array.from(await readSpikes('spike_templates.npy')),
    amplitudes: await readSpikes('amplitudes.npy'),
    sites: await readSites(folder),
    labels: await readClusterLabels(folder, files),
  }
}

async function listCoreFiles(folder: string): Promise<ReadonlySet<string>> {
  const names = await readdir(folder).catch(refuseMissing(folder, 'It should be the output folder of Kilosort.'))
  const files = new Set(names)
  const missing = coreFiles.filter((file) => !files.has(file))
  const [first, ...others] = missing
  if (first !== undefined) {
    const alsoMissing = others.length > 0 ? `So are ${others.join(', ')}. ` : ''
    const advice = 'Every Kilosort from 2 to 4 writes it: check that this is its output folder and that the sort ended.'
    throw new MissingFileError(folder, first, alsoMissing + advice)
  }
  return files
}

/** A vector of shape (n), or (n, 1) as MATLAB writes it. */
async function readVector(
  folder: string,
  file: string,
  expected?: { readonly length: number; readonly of: string },
): Promise<Float64Array> {
  const path = join(folder, file)
  const array = await readNpy(path)
  const isVector = array.shape.filter((length) => length !== 1).length <= 1
  if (!isVector || (expected && array.data.length !== expected.length))
    throw new ContradictionError(
      path,
      `shape (${array.shape.join(', ')})`,
      expected ? `${expected.length} values, as in ${expected.of}` : 'a vector',
      'The files of this folder are not of one sort: sort or export again.',
    )
  return toFloat64Array(array)
}

async function readSites(folder: string): Promise<readonly KilosortSite[]> {
  const channels = await readVector(folder, 'channel_map.npy')
  const path = join(folder, 'channel_positions.npy')
  const positions = await readNpy(path)
  if (positions.shape[0] !== channels.length || positions.shape[1] !== 2)
    throw new ContradictionError(
      path,
      `shape (${positions.shape.join(', ')})`,
      `(${channels.length}, 2), as in channel_map.npy`,
      'The files of this folder are not of one sort: sort or export again.',
    )
  const xy = toFloat64Array(positions)
  return Array.from(channels, (channel, site) => ({ channel, x: xy[2 * site] ?? 0, y: xy[2 * site + 1] ?? 0 }))
}
