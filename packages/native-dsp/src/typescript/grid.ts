import { InvalidParameterError } from '../errors.ts'

/** Frames of one segment, from `start` up to `end`. */
export interface Stretch {
  readonly segment: number
  readonly start: number
  readonly end: number
}

/** The grid on which a segment is cut, from its first frame on; results depend on it and on nothing else. */
export const blockFrames = 32_768

/** Noise levels come from this many stretches, spread evenly over the recording, ... */
const noiseStretchCount = 32
/** ... each of this many frames; a recording that has no more than all of them together is taken whole. */
const noiseStretchFrames = 2048

/** A longer margin would make blocks that need not fit into memory. */
const mostMargin = 32_768

export function requireMargin(margin: number): void {
  if (margin <= mostMargin) return
  const expected = 'a filter that forgets within 32768 frames (a higher cutoff or a lower order)'
  throw new InvalidParameterError('filter', margin, expected)
}

export function blocksOf(segments: readonly number[]): readonly Stretch[] {
  return segments.flatMap((frames, segment) =>
    Array.from({ length: Math.ceil(frames / blockFrames) }, (_, index) => ({
      segment,
      start: index * blockFrames,
      end: Math.min((index + 1) * blockFrames, frames),
    })),
  )
}

/**
 * Where noise is measured: stretch `i` starts at `i / 31` of the way to the last possible start; one that would run over
 * the end of its segment is moved back, or ends there if the segment is too short.
 */
export function noiseStretches(segments: readonly number[]): readonly Stretch[] {
  const total = segments.reduce((sum, frames) => sum + frames, 0)
  if (total <= noiseStretchCount * noiseStretchFrames) {
    return segments.map((frames, segment) => ({ segment, start: 0, end: frames }))
  }
  return Array.from({ length: noiseStretchCount }, (_, index) => {
    const at = Math.floor((index * (total - noiseStretchFrames)) / (noiseStretchCount - 1))
    const { segment, frame } = locate(segments, at)
    const frames = segments[segment] ?? 0
    const start = Math.min(frame, Math.max(0, frames - noiseStretchFrames))
    return { segment, start, end: Math.min(start + noiseStretchFrames, frames) }
  })
}

/** The segment and frame of a frame counted over all segments. */
function locate(segments: readonly number[], at: number): { segment: number; frame: number } {
  let frame = at
  let segment = 0
  while (frame >= (segments[segment] ?? Infinity)) frame -= segments[segment++] ?? 0
  return { segment, frame }
}

/** Widened on both sides, but not beyond a segment of `frames` frames. */
export function widened({ segment, start, end }: Stretch, by: number, frames: number): Stretch {
  return { segment, start: Math.max(0, start - by), end: Math.min(end + by, frames) }
}
