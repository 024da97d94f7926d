import type { FrameInterval, Recording } from '@neurojoint/formats/recording'
import { readMicrovolts, spreadChunks } from './chunks.ts'
import type { OperationOptions } from './dsp.ts'
import { medianOf } from './median-of.ts'
import { shareProgress } from './share-progress.ts'
import { InvalidParameterError } from './errors.ts'
import {
  channelLabels,
  type BadChannelMethod,
  type BadChannelThresholds,
  type ChannelLabel,
  type LabelledChannels,
  type Measuring,
} from './measuring.ts'
import { requireCount, requireOneOf, requirePositions, requirePositive } from './parameters.ts'

/** Where and how bad channels are looked for. */
export interface BadChannelSearch extends OperationOptions {
  /** Default `coherence+psd`, SpikeInterface's; `ibl`: IBL's own. */
  readonly method?: BadChannelMethod | undefined
  /** (um) x, y of each channel of the recording in turn. `coherence+psd` puts the channels in order of y, then x; without them, and for `ibl`, they are in the order of the group. */
  readonly positions?: readonly number[] | undefined
  /** Channels that are compared with each other, such as those of a shank; all channels are one group if not given. */
  readonly groups?: readonly (readonly number[])[] | undefined
  /** (Hz) `coherence+psd` looks at what is above. Default 300; null for a recording that is filtered. */
  readonly highPass?: number | null | undefined
  /** How many stretches are looked at, spread evenly over the recording. Default 100, for `ibl` 10. */
  readonly chunks?: number | undefined
  /** Default 0.3, for `ibl` what 10,000 frames are: the programs' own. */
  readonly chunkSeconds?: number | undefined
  readonly thresholds?: BadChannelThresholds | undefined
}

/** One entry for each channel of the recording; null, and NaN, for channels in no group. */
export interface BadChannels {
  /** What most of the stretches say; of equally many the first of good, dead, noisy, outside. */
  readonly labels: readonly (ChannelLabel | null)[]
  /** Medians over the stretches of what `labelChannels` decides by. */
  readonly similarity: Float64Array
  readonly neighbourhood: Float64Array
  readonly power: Float64Array // (uV^2/Hz)
}

/**
 * Labels the channels of a recording as good, dead, noisy or outside of the brain: `labelChannels` in stretches that are
 * always the same, of which two are in memory at a time.
 *
 * `coherence+psd` is SpikeInterface's `detect_bad_channels`, with its stretches spread evenly instead of at random and
 * its high-pass (order 5, margins of 5 periods) not rounded to counts; `ibl` is `detect_bad_channels_cbin`.
 */
export async function findBadChannels(
  dsp: Measuring,
  recording: Recording,
  search: BadChannelSearch = {},
): Promise<BadChannels> {
  const { signal, onProgress } = search
  const plan = planSearch(recording, search)
  signal?.throwIfAborted()
  const found: LabelledChannels[][] = plan.chunks.map(() => [])
  const reports = shareProgress(
    onProgress,
    plan.chunks.flatMap(() => plan.groups.map(({ length }) => length)),
  )
  let next = 0
  const work = async (): Promise<void> => {
    while (next < plan.chunks.length) {
      const index = next++
      const chunk = plan.chunks[index]
      if (!chunk) return
      for (const [place, channels] of plan.groups.entries()) {
        const options = { signal, onProgress: reports[index * plan.groups.length + place] }
        found[index]?.push(await labelChunk(dsp, recording, chunk, channels, plan, options))
        signal?.throwIfAborted()
      }
    }
  }
  try {
    await Promise.all([work(), work()])
  } finally {
    next = plan.chunks.length // one that fails stops the other
  }
  onProgress?.(1)
  return summarise(recording.channels.length, plan.groups, found)
}

interface SearchPlan {
  readonly method: BadChannelMethod
  readonly groups: readonly (readonly number[])[]
  readonly chunks: readonly FrameInterval[]
  readonly highPass: number | null
  readonly thresholds: BadChannelThresholds
}

function planSearch(recording: Recording, search: BadChannelSearch): SearchPlan {
  const { method = 'coherence+psd', positions, highPass = 300, thresholds = {} } = search
  requireOneOf('method', method, ['coherence+psd', 'ibl'])
  const ibl = method === 'ibl'
  const { samplingRate, channels, segments } = recording
  const { chunks = ibl ? 10 : 100, chunkSeconds = ibl ? 1e4 / samplingRate : 0.3 } = search
  requireCount('chunks', chunks)
  if (chunks === 0) throw new InvalidParameterError('chunks', chunks, 'at least one')
  requirePositive('chunkSeconds', chunkSeconds)
  if (positions) requirePositions('positions', positions, channels.length)
  const groups = search.groups ?? [channels.map((_, channel) => channel)]
  const unknown = groups.flat().find((channel) => !channels[channel])
  if (unknown !== undefined) throw new InvalidParameterError('groups', unknown, 'channels of the recording')
  const frames = Math.max(Math.floor(chunkSeconds * samplingRate + 1e-6), 1)
  return {
    method,
    groups: groups
      .filter(({ length }) => length > 0)
      .map((group) => (ibl || !positions ? group : byDepth(group, positions))),
    chunks: spreadChunks(segments, chunks, frames),
    highPass: ibl ? null : highPass,
    thresholds,
  }
}

/** In order of y, then x. */
function byDepth(group: readonly number[], positions: readonly number[]): number[] {
  const at = (channel: number, axis: 0 | 1): number => positions[2 * channel + axis] ?? 0
  return group.toSorted((a, b) => at(a, 1) - at(b, 1) || at(a, 0) - at(b, 0))
}

async function labelChunk(
  dsp: Measuring,
  recording: Recording,
  { segment, start, end }: FrameInterval,
  channels: readonly number[],
  { method, highPass, thresholds }: SearchPlan,
  options: OperationOptions,
): Promise<LabelledChannels> {
  const { samplingRate } = recording
  const frames = recording.segments[segment]?.frames ?? 0
  const margin = highPass === null ? 0 : Math.floor((5 / highPass) * samplingRate)
  const [from, to] = [Math.max(start - margin, 0), Math.min(end + margin, frames)]
  const traces = await readMicrovolts(recording, { segment, start: from, end: to }, channels, options)
  const shape = { channels: channels.length, samplingRate, method, highPass, thresholds }
  return dsp.labelChannels(traces, { ...shape, margin: [start - from, to - end] }, options)
}

function summarise(
  channels: number,
  groups: readonly (readonly number[])[],
  found: readonly (readonly LabelledChannels[])[],
): BadChannels {
  const labels = Array.from({ length: channels }, (): ChannelLabel | null => null)
  const blank = (): Float64Array => new Float64Array(channels).fill(Number.NaN)
  const [similarity, neighbourhood, power] = [blank(), blank(), blank()]
  groups.forEach((group, index) => {
    const chunks = found.flatMap((labelled) => labelled[index] ?? [])
    group.forEach((channel, place) => {
      labels[channel] = mostFrequent(chunks.map((chunk) => chunk.labels[place] ?? 0))
      similarity[channel] = medianOf(chunks.map((chunk) => chunk.similarity[place] ?? Number.NaN))
      neighbourhood[channel] = medianOf(chunks.map((chunk) => chunk.neighbourhood[place] ?? Number.NaN))
      power[channel] = medianOf(chunks.map((chunk) => chunk.power[place] ?? Number.NaN))
    })
  })
  return { labels, similarity, neighbourhood, power }
}

function mostFrequent(labels: readonly number[]): ChannelLabel {
  const counts = channelLabels.map((_, label) => labels.filter((found) => found === label).length)
  return channelLabels[counts.indexOf(Math.max(...counts))] ?? 'good'
}
