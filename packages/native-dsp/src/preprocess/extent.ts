import type { FrameInterval, Recording } from '@neurojoint/formats/recording'
import { InvalidParameterError } from '../errors.ts'

/** A stretch of one segment of a recording. */
export interface ExtentChoices {
  /** The only segment that is written; all of them if neither it nor a stretch is given. */
  readonly segment?: number | undefined
  /** The first frame that is written, of `segment`, which may be left out where there is one. */
  readonly start?: number | undefined
  /** The frame after the last one that is written, of `segment`, which may be left out where there is one. */
  readonly end?: number | undefined
}

/** The stretch that is asked for; null for all of everything. Throws `invalid-parameter`. */
export function chooseExtent(
  { segments, samplingRate }: Pick<Recording, 'segments' | 'samplingRate'>,
  { segment, start, end }: ExtentChoices,
): FrameInterval | null {
  if (segment === undefined && start === undefined && end === undefined) return null
  const found = segment === undefined && segments.length > 1 ? undefined : segments[segment ?? 0]
  if (!found) throw new InvalidParameterError('segment', segment, describe(segments))
  const extent = { segment: segment ?? 0, start: start ?? 0, end: end ?? found.frames }
  for (const name of ['start', 'end'] as const)
    if (!Number.isInteger(extent[name]) || extent[name] < 0 || extent[name] > found.frames)
      throw new InvalidParameterError(
        name,
        extent[name],
        `a frame from 0 to ${found.frames} (${found.frames / samplingRate} s)`,
      )
  if (extent.end < extent.start) throw new InvalidParameterError('end', extent.end, `no less than ${extent.start}`)
  return extent
}

/** Which segments there are, so that one can be named. */
function describe(segments: Recording['segments']): string {
  const shown = segments.slice(0, 8).map(({ frames }, index) => `${index} (${frames} frames)`)
  const more = segments.length > shown.length ? `, ... ${segments.length - 1}` : ''
  return `one of the segments of the recording: ${shown.join(', ')}${more}`
}
