import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { findSpikeGlxRuns } from '@neurojoint/formats/spikeglx'

/** A recording, and where its result goes. */
export interface Errand {
  readonly source: string
  readonly target: string
}

/** One errand for each probe of a SpikeGLX run, one for anything else. */
export async function findRecordings(source: string, out: string): Promise<readonly Errand[]> {
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const runs = isFolder ? await findSpikeGlxRuns(source) : []
  const folders = [...new Set(runs.map(({ path }) => dirname(path)))]
  const [first] = folders
  if (first === undefined) return [{ source, target: out }]
  const probes = new Set(runs.map(({ probeNumber }) => probeNumber))
  // probes that lie in one folder are told apart by their files
  if (folders.length === 1 && probes.size > 1) return runs.map(({ path }) => ({ source: path, target: out }))
  return folders.map((folder) => ({
    source: folder,
    target: folders.length === 1 ? out : join(out, basename(folder)),
  }))
}
