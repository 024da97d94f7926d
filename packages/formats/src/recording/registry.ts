import { readdir, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { UnknownFormatError } from '../errors.ts'
import { refuseMissing } from '../missing-file.ts'
import { plainSidecars } from '../plain/sidecars.ts'
import type { Recording } from './recording.ts'

/** A kind of recording on disk: how its path looks, and the module that opens it, loaded when first needed. */
export interface RecordingFormat {
  /** Whether a file is one, by its path and the names that lie beside it. */
  readonly recognises: (path: string, beside: readonly string[]) => boolean
  /** Whether a folder that holds files and folders of these names is one. */
  readonly recognisesFolder?: (names: readonly string[]) => boolean
  readonly load: () => Promise<(path: string) => Promise<Recording>>
}

/** Formats by name. Add one with `{ ...recordingFormats, mine }`. */
export type RecordingFormats = Readonly<Record<string, RecordingFormat>>

/** The formats this package reads. */
export const recordingFormats: RecordingFormats = {
  spikeglx: {
    // a file that was renamed still has its meta
    recognises: (path, beside) =>
      /\.meta$|\.(ap|lf|nidq|obx)\.bin$/.test(path) ||
      (path.endsWith('.bin') && beside.includes(basename(path).replace(/bin$/, 'meta'))),
    recognisesFolder: (names) => names.some((name) => /\.meta$|_imec\d+$/.test(name)),
    load: async () => (await import('../spikeglx/open.ts')).openSpikeGlxRecording,
  },
  openephys: {
    recognises: (path) => /(^|[/\\])(structure\.oebin|continuous\.dat|settings\.xml)$/.test(path),
    recognisesFolder: (names) =>
      names.some((name) =>
        /^(structure\.oebin|settings\.xml|continuous\.dat|experiment\d+|recording\d+|Record[ _]Node.*)$/.test(name),
      ),
    load: async () => (await import('../openephys/open.ts')).openOpenEphysRecording,
  },
  plain: {
    recognises: (path) => /\.(json|bin|dat|raw|i16|int16)$/.test(path),
    recognisesFolder: (names) => plainSidecars(names).length > 0,
    load: async () => (await import('../plain/open.ts')).openPlainRecording,
  },
}

/**
 * Opens a recording, a file or a folder, with the first format that recognises its path. Throws `unknown-format`,
 * `missing-file` and what the format throws.
 */
export async function openRecording(path: string, formats: RecordingFormats = recordingFormats): Promise<Recording> {
  const known = Object.values(formats)
  const beside = await readdir(dirname(path)).catch(() => [])
  const named = known.find((candidate) => candidate.recognises(path, beside))
  const names = named ? null : await listFolder(path)
  const format = named ?? known.find((candidate) => candidate.recognisesFolder?.(names ?? []))
  if (!format) throw new UnknownFormatError(path, Object.keys(formats), names)
  const open = await format.load()
  return open(path)
}

/** Null for a file. Throws `missing-file`. */
async function listFolder(path: string): Promise<readonly string[] | null> {
  const found = await stat(path).catch(refuseMissing(path, 'It should be a recording.'))
  return found.isDirectory() ? (await readdir(path)).toSorted() : null
}
