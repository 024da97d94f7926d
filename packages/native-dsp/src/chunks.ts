import type { FrameInterval, ReadOptions, Recording, Segment } from '@neurojoint/formats/recording'

type Lengths = readonly Pick<Segment, 'frames'>[]

/**
 * Up to `count` chunks of `frames` frames, spread evenly over the segments that hold one, always the same: the first
 * begins with the recording, the last ends with it, and neighbours share no more than half. Where no segment holds one,
 * the longest segment is the chunk.
 */
export function spreadChunks(segments: Lengths, count: number, frames: number): FrameInterval[] {
  const starts = segments.map((segment) => Math.max(segment.frames - frames + 1, 0))
  const places = starts.reduce((sum, more) => sum + more, 0)
  if (places === 0) return longest(segments)
  const chunks = Math.min(count, 1 + Math.ceil((2 * (places - 1)) / frames))
  return Array.from({ length: chunks }, (_, index) => {
    return place(starts, chunks === 1 ? 0 : Math.floor((index * (places - 1)) / (chunks - 1)), frames)
  })
}

/** The chunk that begins at a place, counted through all segments. */
function place(starts: readonly number[], at: number, frames: number): FrameInterval {
  let start = at
  for (const [segment, places] of starts.entries()) {
    if (start < places) return { segment, start, end: start + frames }
    start -= places
  }
  throw new RangeError(`${at} is beyond the places ${starts.join(', ')}`)
}

function longest(segments: Lengths): FrameInterval[] {
  const frames = Math.max(...segments.map((segment) => segment.frames), 0)
  const segment = segments.findIndex((candidate) => candidate.frames === frames)
  return frames === 0 ? [] : [{ segment, start: 0, end: frames }]
}

/** Sorted, and apart from each other. */
export function joinIntervals(intervals: readonly FrameInterval[]): FrameInterval[] {
  const joined: FrameInterval[] = []
  for (const next of intervals.toSorted((a, b) => a.segment - b.segment || a.start - b.start)) {
    const last = joined.at(-1)
    if (last?.segment === next.segment && next.start <= last.end)
      joined[joined.length - 1] = { ...last, end: Math.max(last.end, next.end) }
    else if (next.end > next.start) joined.push(next)
  }
  return joined
}

/** Traces (uV) of some channels in a chunk, frame-major. */
export async function readMicrovolts(
  recording: Recording,
  { segment, start, end }: FrameInterval,
  channels: readonly number[],
  options: ReadOptions = {},
): Promise<Float32Array> {
  const counts = await recording.traces({ segment, start, end, channels }, options)
  const gains = Float64Array.from(channels, (channel) => recording.channels[channel]?.gain ?? Number.NaN)
  const offsets = Float64Array.from(channels, (channel) => recording.channels[channel]?.offset ?? Number.NaN)
  const traces = new Float32Array(counts.length)
  for (let at = 0; at < counts.length; at += channels.length) {
    for (let column = 0; column < channels.length; column++) {
      traces[at + column] = (counts[at + column] ?? 0) * (gains[column] ?? 0) + (offsets[column] ?? 0)
    }
  }
  return traces
}
