import { InvalidValueError } from '../errors.ts'
import type { AppliedStep, Channel, FrameInterval } from '../recording/recording.ts'
import { fieldsOf, type Fields } from './fields.ts'

/** What a JSON sidecar says about flat files of int16 frames. */
export interface PlainDescription {
  readonly format: 'neurojoint-int16'
  readonly version: 1
  /** (Hz) */
  readonly samplingRate: number
  /** Words per frame; the channels come first. */
  readonly columns: number
  readonly channels: readonly Channel[]
  readonly files: readonly PlainFile[]
  readonly gaps: readonly FrameInterval[]
  /** What was done to the counts, in order. */
  readonly applied: readonly AppliedStep[]
}

/** Segments that lie one after the other in a file. */
export interface PlainFile {
  /** Relative to the sidecar's folder, or absolute. */
  readonly path: string
  readonly offsetBytes: number
  readonly segments: readonly { readonly frames: number; readonly startSeconds: number }[]
}

/** The text of a sidecar. */
export function formatPlainDescription(description: PlainDescription): string {
  return `${JSON.stringify(description, null, 1)}\n`
}

/** Reads the text of a sidecar; `path` only names it in errors. Throws `missing-key`, `invalid-value`. */
export function parsePlainDescription(text: string, path: string): PlainDescription {
  const fields = fieldsOf(parseJson(text, path), path)
  const format = fields.text('format')
  const version = fields.number('version')
  if (format !== 'neurojoint-int16' || version !== 1)
    throw new InvalidValueError(path, 'format', `${format} ${version}`, 'neurojoint-int16 1')
  const columns = fields.count('columns', 1)
  const channels = fields.list('channels').map(readChannel)
  if (channels.length > columns)
    throw new InvalidValueError(path, 'channels', `${channels.length} channels`, `no more than the ${columns} columns`)
  const files = fields.list('files').map(readFile)
  const segments = files.flatMap((file) => file.segments)
  const gaps = fields.optionalList('gaps').map((gap): FrameInterval => {
    const [segment, start, end] = [gap.count('segment'), gap.count('start'), gap.count('end')]
    if (end < start || end > (segments[segment]?.frames ?? -1))
      throw new InvalidValueError(path, gap.name('end'), `${end}`, `frames of segment ${segment}`)
    return { segment, start, end }
  })
  const applied = fields.optionalList('applied').map((step) => ({
    step: step.text('step'),
    by: step.text('by'),
    details: step.text('details'),
  }))
  return { format, version, samplingRate: fields.positive('samplingRate'), columns, channels, files, gaps, applied }
}

function readChannel(fields: Fields, index: number): Channel {
  const site = fields.optional('site')
  const range = fields.optional('range')
  return {
    index,
    name: fields.text('name'),
    acquisitionIndex: fields.has('acquisitionIndex') ? fields.count('acquisitionIndex') : index,
    gain: fields.positive('gain'),
    offset: fields.has('offset') ? fields.number('offset') : 0,
    ...(site && {
      site: { shank: site.count('shank'), x: site.number('x'), y: site.number('y'), used: site.flag('used', true) },
    }),
    ...(fields.has('sampleShift') && { sampleShift: fields.within('sampleShift', 0, 1) }),
    ...(range && { range: { least: range.number('least'), most: range.number('most') } }),
  }
}

function readFile(fields: Fields): PlainFile {
  return {
    path: fields.text('path'),
    offsetBytes: fields.has('offsetBytes') ? fields.count('offsetBytes') : 0,
    segments: fields.list('segments').map((segment) => ({
      frames: segment.count('frames'),
      startSeconds: segment.has('startSeconds') ? segment.number('startSeconds') : 0,
    })),
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidValueError(path, 'JSON', cause instanceof Error ? cause.message : text, 'text that is whole JSON')
  }
}
