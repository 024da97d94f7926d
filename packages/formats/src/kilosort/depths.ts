import { join } from 'node:path'
import { openNpy, readNpy, toFloat64Array } from '@neurojoint/arrays'
import type { NpyFile } from '@neurojoint/arrays'
import { ContradictionError } from '../errors.ts'
import type { KilosortOutput } from './output.ts'

/** Values of a file that are read at once. */
const blockValues = 2 ** 20

/**
 * The depth of each spike (µm): Kilosort 4's `spike_positions.npy`, else the centre of mass of the squared first
 * principal components, negative ones as zero (cortex-lab/spikes `ksDriftmap.m`), else the y of its template's peak site
 * in `peakSites`. Throws `contradiction`, and what `openNpy` throws.
 */
export async function readSpikeDepths(
  output: KilosortOutput,
  peakSites: readonly number[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<Float64Array> {
  const { folder, files, spikeTemplates, sites } = output
  const depthOfTemplate = peakSites.map((site) => sites[site]?.y ?? 0)
  const depths = Float64Array.from(spikeTemplates, (template) => depthOfTemplate[template] ?? 0)
  if (files.has('spike_positions.npy')) {
    const visit: VisitSpike = (row, at, spike) => {
      depths[spike] = row[at + 1] ?? 0
    }
    await forEachSpike(output, 'spike_positions.npy', visit, options)
  } else if (files.has('pc_features.npy') && files.has('pc_feature_ind.npy')) {
    const near = await readNpy(join(folder, 'pc_feature_ind.npy'))
    const nearest = toFloat64Array(near)
    const width = near.shape[1] ?? 0
    if (near.shape[0] !== peakSites.length)
      throw contradiction(
        join(folder, 'pc_feature_ind.npy'),
        near.shape,
        `${peakSites.length} rows, one per template of templates.npy`,
      )
    const visit: VisitSpike = (row, at, spike) => {
      let [weighted, weight] = [0, 0]
      for (let position = 0; position < width; position++) {
        const site = sites[nearest[(spikeTemplates[spike] ?? 0) * width + position] ?? -1]
        // a sparse export fills unused columns with -1
        if (!site) continue
        const squared = Math.max(0, row[at + position] ?? 0) ** 2
        weighted += squared * site.y
        weight += squared
      }
      if (weight > 0) depths[spike] = weighted / weight
    }
    await forEachSpike(output, 'pc_features.npy', visit, {
      ...options,
      expected: { columns: width, of: 'pc_feature_ind.npy' },
    })
  }
  return depths
}

/** `row` is in C order and the spike's row starts at `at`. */
type VisitSpike = (row: Float64Array, at: number, spike: number) => void

/** Goes through a file of one row per spike in blocks. */
async function forEachSpike(
  output: KilosortOutput,
  name: string,
  visit: VisitSpike,
  {
    signal,
    expected,
  }: { readonly signal?: AbortSignal; readonly expected?: { readonly columns: number; readonly of: string } },
): Promise<void> {
  const file = await openNpy(join(output.folder, name))
  try {
    const [rows = 0, ...rest] = file.shape
    if (expected && file.shape.at(-1) !== expected.columns)
      throw contradiction(file.path, file.shape, `${expected.columns} columns, as in ${expected.of}`)
    const width = rest.reduce((product, length) => product * length, 1)
    const isKept = await readRowSelection(output, file)
    const rowsPerBlock = Math.max(1, Math.floor(blockValues / width))
    let spike = 0
    for (let start = 0; start < rows; start += rowsPerBlock) {
      const end = Math.min(rows, start + rowsPerBlock)
      const block = toFloat64Array(await file.read(start, end, signal ? { signal } : {}))
      for (let row = start; row < end; row++) if (isKept(row)) visit(block, (row - start) * width, spike++)
    }
  } finally {
    await file.close()
  }
}

/** All rows where there are as many as spikes; else those that `kept_spikes.npy` marks, of spikes before duplicates went. */
async function readRowSelection(output: KilosortOutput, file: NpyFile): Promise<(row: number) => boolean> {
  const spikes = output.spikeSamples.length
  if (file.shape[0] === spikes) return () => true
  const kept = output.files.has('kept_spikes.npy')
    ? toFloat64Array(await readNpy(join(output.folder, 'kept_spikes.npy')))
    : new Float64Array()
  if (kept.length === file.shape[0] && kept.reduce((count, flag) => count + flag, 0) === spikes)
    return (row) => kept[row] === 1
  throw contradiction(file.path, file.shape, `${spikes} rows, as in spike_times.npy`)
}

function contradiction(path: string, shape: readonly number[], expected: string): ContradictionError {
  const advice = 'The files of this folder are not of one sort: sort or export again.'
  return new ContradictionError(path, `shape (${shape.join(', ')})`, expected, advice)
}
