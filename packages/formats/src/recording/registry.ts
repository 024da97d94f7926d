import { UnknownFormatError } from '../errors.ts'
import type { Recording } from './recording.ts'

/** A kind of recording on disk: how its path looks, and the module that opens it, loaded when first needed. */
export interface RecordingFormat {
  readonly recognises: (path: string) => boolean
  readonly load: () => Promise<(path: string) => Promise<Recording>>
}

/** Formats by name. Add one with `{ ...recordingFormats, mine }`. */
export type RecordingFormats = Readonly<Record<string, RecordingFormat>>

/** The formats this package reads. */
export const recordingFormats: RecordingFormats = {
  spikeglx: {
    recognises: (path) => /\.meta$|\.(ap|lf|nidq|obx)\.bin$/.test(path),
    load: async () => (await import('../spikeglx/open.ts')).openSpikeGlxRecording,
  },
}

/** Opens a recording with the first format that recognises its path. Throws `unknown-format` and what the format throws. */
export async function openRecording(path: string, formats: RecordingFormats = recordingFormats): Promise<Recording> {
  const format = Object.values(formats).find((candidate) => candidate.recognises(path))
  if (!format) throw new UnknownFormatError(path, Object.keys(formats))
  const open = await format.load()
  return open(path)
}
