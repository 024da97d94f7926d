import type { Span } from '../rows.ts'

/** Frames on the grid on which segments are cut, each from its start; results depend on it and on nothing else. */
export const blockFrames = 8192

/** Frames on the grid, and those of them that are wanted. */
export interface Block {
  readonly segment: number
  /** From one grid point to the next, or to the segment's end. */
  readonly whole: Span
  readonly wanted: Span
}

/** Frames `start` to `end` of a segment that are visited. */
export interface Visited extends Span {
  readonly segment: number
}

/** The blocks of a segment of so many frames that hold frames of what is visited. */
export function blocksOf({ segment, start, end }: Visited, frames: number, step: number): readonly Block[] {
  const blocks: Block[] = []
  if (start >= end) return blocks
  for (let from = Math.floor(start / step) * step; from < end; from += step) {
    const whole = { start: from, end: Math.min(from + step, frames) }
    const wanted = { start: Math.max(start, whole.start), end: Math.min(end, whole.end) }
    blocks.push({ segment, whole, wanted })
  }
  return blocks
}

/** Noise levels come from this many stretches, spread evenly over what is visited, ... */
const noiseStretchCount = 32
/** ... each of this many frames; a recording that has no more than all of them together is taken whole. */
const noiseStretchFrames = 2048

/** Frames of the noise sample, at most. */
export const noiseSampleFrames = noiseStretchCount * noiseStretchFrames

/**
 * Where noise is measured: stretch `i` starts at `i / 31` of the way to the last possible start; one that would run over
 * the end of its segment is moved back, or ends there if the segment is too short. A stretch is a block of its own: it
 * lies on no grid.
 */
export function noiseStretches(visited: readonly Visited[]): readonly Block[] {
  const total = visited.reduce((sum, { start, end }) => sum + end - start, 0)
  if (total <= noiseSampleFrames) {
    return visited.flatMap(({ segment, start, end }) =>
      Array.from({ length: Math.ceil((end - start) / noiseStretchFrames) }, (_, index) => {
        const from = start + index * noiseStretchFrames
        return blockOfItsOwn(segment, from, Math.min(from + noiseStretchFrames, end))
      }),
    )
  }
  return Array.from({ length: noiseStretchCount }, (_, index) => {
    let at = Math.floor((index * (total - noiseStretchFrames)) / (noiseStretchCount - 1))
    let place = 0
    while (at >= lengthOf(visited[place]!)) at -= lengthOf(visited[place++]!)
    const range = visited[place]!
    const start = range.start + Math.min(at, Math.max(0, lengthOf(range) - noiseStretchFrames))
    return blockOfItsOwn(range.segment, start, Math.min(start + noiseStretchFrames, range.end))
  })
}

export const blockOfItsOwn = (segment: number, start: number, end: number): Block => ({
  segment,
  whole: { start, end },
  wanted: { start, end },
})

export const lengthOf = ({ start, end }: Span): number => end - start

/** Widened on both sides, but not beyond a segment of so many frames. */
export const widened = ({ start, end }: Span, before: number, after: number, frames: number): Span => ({
  start: Math.max(0, start - before),
  end: Math.min(end + after, frames),
})

/** The part of a span that lies in another, which may be empty. */
export const clipped = ({ start, end }: Span, to: Span): Span => {
  const from = Math.min(Math.max(start, to.start), to.end)
  return { start: from, end: Math.max(from, Math.min(end, to.end)) }
}

/** A span counted from another frame on. */
export const countedFrom = ({ start, end }: Span, origin: number): Span => ({
  start: start - origin,
  end: end - origin,
})
