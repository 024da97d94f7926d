import type { FrameInterval, Recording } from '@neurojoint/formats/recording'

/**
 * Stretches of equal length spread evenly over the segments of a recording, the same ones each time; all of a recording
 * that has no more. A segment has as many as its share of the frames, in its middle parts.
 */
export function fixedSample(
  { segments }: Pick<Recording, 'segments'>,
  count: number,
  frames: number,
): readonly FrameInterval[] {
  const total = segments.reduce((sum, segment) => sum + segment.frames, 0)
  if (total <= count * frames)
    return segments.flatMap((segment, index) =>
      Array.from({ length: Math.ceil(segment.frames / frames) }, (_, part) => ({
        segment: index,
        start: part * frames,
        end: Math.min((part + 1) * frames, segment.frames),
      })),
    )
  return segments.flatMap((segment, index) => {
    const own = Math.min(Math.round((count * segment.frames) / total), Math.floor(segment.frames / frames))
    return Array.from({ length: own }, (_, part) => {
      const start = Math.floor(((part + 0.5) * segment.frames) / own - frames / 2)
      return { segment: index, start, end: start + frames }
    })
  })
}
