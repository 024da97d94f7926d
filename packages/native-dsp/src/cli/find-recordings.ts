import { stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { findSpikeGlxRuns, type SpikeGlxRun } from '@neurojoint/formats/spikeglx'

/** A recording, and where its result goes. */
export interface Errand {
  readonly source: string
  /** Null where nothing is written. */
  readonly target: string | null
}

/**
 * One errand for each probe and gate of SpikeGLX runs below a folder, of which all triggers are one recording where they have
 * a folder of their own; one errand for anything else.
 */
export async function findRecordings(source: string, out: string | null): Promise<readonly Errand[]> {
  const isFolder = await stat(source).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const wideBand = isFolder ? await findSpikeGlxRuns(source) : []
  const runs = isFolder && wideBand.length === 0 ? await findSpikeGlxRuns(source, 'lf') : wideBand
  const folders = Map.groupBy(runs, ({ path }) => dirname(path))
  if (folders.size === 0) return [{ source, target: out }]
  const targets = out === null ? null : targetsOf([...folders.keys()], source, out)
  return [...folders].flatMap(([folder, own]) =>
    recordingsIn(folder, own).map((path) => ({ source: path, target: targets?.get(folder) ?? out })),
  )
}

/** A folder for each, of the same name if there are no two of it, else at the same place. */
function targetsOf(folders: readonly string[], source: string, out: string): ReadonlyMap<string, string> {
  const names = folders.map((folder) => basename(folder))
  const isUnique = new Set(names).size === names.length
  return new Map(
    folders.map((folder, index) => {
      const name = isUnique ? (names[index] ?? '') : relative(source, folder)
      return [folder, folders.length === 1 ? out : join(out, name)]
    }),
  )
}

/** Probes and gates that lie in one folder are told apart by their files. */
function recordingsIn(folder: string, runs: readonly SpikeGlxRun[]): readonly string[] {
  const recordings = new Set(runs.map(({ run, gate, probeNumber }) => JSON.stringify([run, gate, probeNumber])))
  return recordings.size === 1 ? [folder] : runs.map(({ path }) => path)
}
