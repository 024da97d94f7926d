import type { Recording } from '@neurojoint/formats/recording'
import type { Preprocessed, PreprocessOptions, RecordingPeaks } from '../dsp.ts'
import type { PreprocessingChain } from '../chain.ts'
import { planRecording, type RecordingPlan } from '../recording-plan.ts'
import { Attention } from './attention.ts'
import { prepareSteps, type ChannelSteps } from './channels.ts'
import { requireMargin, type Stretch, blocksOf, noiseStretches, widened } from './grid.ts'
import { noiseLevel } from './noise.ts'
import { createDetector, detectWithin } from './detecting/detector.ts'
import { subtractMedian } from './reference.ts'

/** Preprocesses a recording block by block, giving way to the event loop; reads through `recording.traces`. */
export async function preprocess(
  recording: Recording,
  chain: PreprocessingChain,
  options: PreprocessOptions,
): Promise<Preprocessed> {
  const plan = planRecording(recording, chain, options)
  const steps = prepareSteps(plan)
  requireMargin(steps.margin)
  const frames = recording.segments.map((segment) => segment.frames)
  const sample = noiseStretches(frames)
  const blocks = blocksOf(frames)
  const attention = new Attention(options)
  const progress = { done: 0, total: sample.length + blocks.length }
  const pass: Pass = { recording, frames, plan, steps, attention, progress }

  const noiseLevels = await measureNoise(pass, sample)
  const peaks = await collectPeaks(pass, blocks, noiseLevels)
  attention.finish()
  return { channels: Int32Array.from(plan.channels), noiseLevels, peaks }
}

interface Pass {
  readonly recording: Recording
  /** Of each segment. */
  readonly frames: readonly number[]
  readonly plan: RecordingPlan
  readonly steps: ChannelSteps
  readonly attention: Attention
  /** In stretches. */
  readonly progress: { done: number; readonly total: number }
}

const fractionOf = ({ progress }: Pass, withinStretch: number): number =>
  Math.min(1, (progress.done + withinStretch) / progress.total)

async function measureNoise(pass: Pass, sample: readonly Stretch[]): Promise<Float32Array> {
  const { plan, attention } = pass
  const channels = plan.channels.length
  const frames = sample.reduce((total, { start, end }) => total + end - start, 0)
  const samples = plan.channels.map(() => new Float32Array(frames))
  let at = 0
  for (const stretch of sample) {
    const traces = await processStretch(pass, stretch)
    samples.forEach((signal, channel) => copyChannel(traces, channels, channel, signal.subarray(at)))
    at += stretch.end - stretch.start
    pass.progress.done++
  }
  const levels = new Float32Array(channels)
  for (const [channel, signal] of samples.entries()) {
    if (attention.due()) await attention.rest(fractionOf(pass, 0))
    const level = noiseLevel(signal)
    levels[channel] = level < leastCounts * Math.abs(plan.gains[channel]!) ? 0 : level
  }
  return levels
}

/** A noise level below this many counts is what rounding leaves of a channel that never moves: it becomes 0. */
const leastCounts = 1e-6

async function collectPeaks(
  pass: Pass,
  blocks: readonly Stretch[],
  noiseLevels: Float32Array,
): Promise<RecordingPeaks> {
  const { plan, frames } = pass
  const detector = createDetector(noiseLevels, {
    ...plan.detection,
    exclusionFrames: plan.detection.exclusionSamples,
    sign: 'negative',
    method: 'locally-exclusive',
  })
  const found = {
    segment: [] as number[],
    sampleIndex: [] as number[],
    channel: [] as number[],
    amplitude: [] as number[],
  }
  for (const block of blocks) {
    // What lies further away than this decides about no peak of the block.
    const wide = widened(block, plan.detection.exclusionSamples + 1, frames[block.segment] ?? 0)
    const traces = await processStretch(pass, wide)
    if (pass.attention.due()) await pass.attention.rest(fractionOf(pass, 1))
    for (const peak of detectWithin(traces, detector, block.start - wide.start, block.end - wide.start)) {
      found.segment.push(block.segment)
      found.sampleIndex.push(wide.start + peak.frame)
      found.channel.push(plan.channels[peak.row]!)
      found.amplitude.push(peak.amplitude)
    }
    pass.progress.done++
  }
  return {
    segment: Int32Array.from(found.segment),
    sampleIndex: Float64Array.from(found.sampleIndex),
    channel: Int32Array.from(found.channel),
    amplitude: Float32Array.from(found.amplitude),
  }
}

/** The preprocessed frames of a stretch (uV, frame-major), computed with their margin. */
async function processStretch(pass: Pass, stretch: Stretch): Promise<Float32Array> {
  const { recording, plan, steps, attention } = pass
  const channels = plan.channels.length
  const wide = widened(stretch, steps.margin, pass.frames[stretch.segment] ?? 0)
  const counts = await readCounts(recording, wide, plan.channels)
  const frames = stretch.end - stretch.start
  const skipped = stretch.start - wide.start
  const traces = new Float32Array(frames * channels)
  const signals = Array.from({ length: channelsAtATime }, () => new Float64Array(wide.end - wide.start))
  const spare = new Float64Array(wide.end - wide.start)
  for (let first = 0; first < channels; first += channelsAtATime) {
    const group = signals.slice(0, channels - first)
    takeChannels(counts, plan, first, group)
    for (const [index, signal] of group.entries()) {
      if (attention.due()) await attention.rest(fractionOf(pass, (0.7 * (first + index)) / channels))
      const done = steps.run(first + index, signal, spare)
      if (done !== signal) signal.set(done)
    }
    putChannels(group, skipped, traces, channels, first)
  }
  if (plan.commonMedian) {
    await subtractMedian(traces, channels, attention, (frame) => fractionOf(pass, 0.7 + (0.3 * frame) / frames))
  }
  return traces
}

/** Channels whose counts, or samples, lie in one cache line. */
const channelsAtATime = 16

/** Counts to microvolts, from `first` on, one channel in each signal. */
function takeChannels(counts: Int16Array, plan: RecordingPlan, first: number, signals: readonly Float64Array[]): void {
  const channels = plan.channels.length
  const frames = signals[0]!.length
  for (let t = 0; t < frames; t++) {
    const frame = t * channels + first
    for (let index = 0; index < signals.length; index++) signals[index]![t] = counts[frame + index]!
  }
  for (const [index, signal] of signals.entries()) {
    const gain = plan.gains[first + index]!
    const offset = plan.offsets[first + index]!
    for (let t = 0; t < frames; t++) signal[t] = signal[t]! * gain + offset
  }
}

/** The reverse, without the frames of the margin. */
function putChannels(
  signals: readonly Float64Array[],
  skipped: number,
  traces: Float32Array,
  channels: number,
  first: number,
): void {
  for (let t = 0, frame = first; frame < traces.length; t++, frame += channels) {
    for (let index = 0; index < signals.length; index++) traces[frame + index] = signals[index]![skipped + t]!
  }
}

async function readCounts(recording: Recording, range: Stretch, channels: readonly number[]): Promise<Int16Array> {
  return range.end > range.start ? recording.traces({ ...range, channels }) : new Int16Array()
}

function copyChannel(traces: Float32Array, channels: number, channel: number, signal: Float32Array): void {
  for (let t = 0, from = channel; from < traces.length; t++, from += channels) signal[t] = traces[from]!
}
