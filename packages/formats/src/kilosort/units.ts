import { readSpikeDepths } from './depths.ts'
import type { KilosortOutput } from './output.ts'
import { computePeakSite, readTemplateSizes } from './templates.ts'

/** One cluster with at least one spike. Arrays have one entry per spike, in the order of time. */
export interface KilosortUnit {
  readonly unit: number
  /** `unsorted` where neither a person nor the program gave one. */
  readonly label: string
  readonly spikeCount: number
  /** Frames of the recording. */
  readonly spikeSamples: Float64Array
  readonly spikeSeconds: Float64Array
  readonly amplitudes: Float64Array
  /** Column of the recording's file where the unit's templates, weighted by their spikes, are largest. */
  readonly peakChannel: number
  /** The same as an index into the output's `sites`. */
  readonly peakSite: number
  /** Column of the recording's file where the template of each spike is largest. */
  readonly spikeChannels: Int32Array
  /** (µm) */
  readonly spikeDepths: Float64Array
}

/** The units of a sort, sorted by number; reads templates and features in bounded memory. Throws as `readKilosort`, and the signal's reason. */
export async function readKilosortUnits(
  output: KilosortOutput,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly KilosortUnit[]> {
  const { spikeSamples, spikeSeconds, spikeTemplates, amplitudes, sites, labels } = output
  const sizes = await readTemplateSizes(output, options)
  const peakSites = Array.from({ length: sizes.templates }, (_, template) =>
    computePeakSite(sizes, new Map([[template, 1]])),
  )
  const depths = await readSpikeDepths(output, peakSites, options)
  const channelOf = (site: number) => sites[site]?.channel ?? -1
  return groupKilosortSpikes(output).map(([unit, spikes]) => {
    const peakSite = computePeakSite(sizes, countByTemplate(spikeTemplates, spikes))
    const pick = (values: Float64Array) => Float64Array.from(spikes, (spike) => values[spike] ?? 0)
    return {
      unit,
      label: labels.get(unit) ?? 'unsorted',
      spikeCount: spikes.length,
      spikeSamples: pick(spikeSamples),
      spikeSeconds: pick(spikeSeconds),
      amplitudes: pick(amplitudes),
      peakChannel: channelOf(peakSite),
      peakSite,
      spikeChannels: Int32Array.from(spikes, (spike) => channelOf(peakSites[spikeTemplates[spike] ?? 0] ?? -1)),
      spikeDepths: pick(depths),
    }
  })
}

/** Each cluster with the indices of its spikes in the order of time; clusters sorted by number. */
export function groupKilosortSpikes({
  spikeClusters,
  spikeSamples,
}: Pick<KilosortOutput, 'spikeClusters' | 'spikeSamples'>): readonly (readonly [number, Int32Array])[] {
  const counts = new Map<number, number>()
  for (const cluster of spikeClusters) counts.set(cluster, (counts.get(cluster) ?? 0) + 1)
  const groups = new Map([...counts].map(([cluster, count]) => [cluster, { spikes: new Int32Array(count), filled: 0 }]))
  for (const [spike, cluster] of spikeClusters.entries()) {
    const group = groups.get(cluster)
    if (group) group.spikes[group.filled++] = spike
  }
  const byTime = (a: number, b: number) => (spikeSamples[a] ?? 0) - (spikeSamples[b] ?? 0) || a - b
  return (
    [...groups]
      // as a rule they are in order, and sorting millions takes seconds
      .map(([cluster, { spikes }]) => [cluster, isInOrder(spikes, byTime) ? spikes : spikes.toSorted(byTime)] as const)
      .toSorted(([a], [b]) => a - b)
  )
}

const isInOrder = (spikes: Int32Array, compare: (a: number, b: number) => number): boolean =>
  spikes.every((spike, at) => at === 0 || compare(spikes[at - 1] ?? 0, spike) <= 0)

function countByTemplate(spikeTemplates: Int32Array, spikes: Int32Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const spike of spikes) {
    const template = spikeTemplates[spike] ?? 0
    counts.set(template, (counts.get(template) ?? 0) + 1)
  }
  return counts
}
