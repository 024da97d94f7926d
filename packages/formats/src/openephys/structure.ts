import { InvalidValueError } from '../errors.ts'
import { fieldsOf } from '../plain/fields.ts'

/** One continuous stream of a `structure.oebin`. */
export interface OpenEphysStream {
  /** Of its data, within `continuous`. */
  readonly folder: string
  readonly name: string
  /** (Hz) */
  readonly samplingRate: number
  /** The node that made it, and the record node. */
  readonly sourceId: number
  readonly recordNodeId: number | null
  readonly channels: readonly OpenEphysChannel[]
}

export interface OpenEphysChannel {
  readonly name: string
  /** (uV per count; V for channels that are no electrodes) */
  readonly bitVolts: number
  readonly units: string
  /** The processors that it went through. */
  readonly history: readonly string[]
}

/** Reads the text of a `structure.oebin`; `path` only names it in errors. Throws `invalid-value`, `missing-key`. */
export function parseOpenEphysStructure(text: string, path: string): readonly OpenEphysStream[] {
  const fields = fieldsOf(parseJson(text, path), path)
  return fields.list('continuous').map((stream): OpenEphysStream => {
    const channels = stream.list('channels').map((channel): OpenEphysChannel => ({
      name: channel.text('channel_name'),
      bitVolts: channel.positive('bit_volts'),
      units: channel.has('units') ? channel.text('units') : 'uV',
      history: channel.has('history') ? channel.text('history').split(/\s*->\s*/) : [],
    }))
    const count = stream.count('num_channels', 1)
    if (count !== channels.length)
      throw new InvalidValueError(
        path,
        stream.name('num_channels'),
        `${count}`,
        `the ${channels.length} channels listed`,
      )
    const folder = stream.text('folder_name').replace(/[/\\]+$/, '')
    if (/[/\\]|^\.*$/.test(folder))
      throw new InvalidValueError(path, stream.name('folder_name'), folder, 'the name of a folder')
    return {
      folder,
      name: stream.has('stream_name') ? stream.text('stream_name') : folder,
      samplingRate: stream.positive('sample_rate'),
      sourceId: stream.count('source_processor_id'),
      recordNodeId: stream.has('recorded_processor_id') ? stream.count('recorded_processor_id') : null,
      channels,
    }
  })
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new InvalidValueError(path, 'JSON', cause instanceof Error ? cause.message : text, 'text that is whole JSON')
  }
}
