import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { refuseMissing } from '../missing-file.ts'

/** One band of one probe in one SpikeGLX run. */
export interface SpikeGlxRun {
  readonly path: string
  readonly run: string
  /** Null for files outside SpikeGLX's naming. */
  readonly gate: number | null
  /** `cat` for files that CatGT joined; null for files outside SpikeGLX's naming. */
  readonly trigger: number | 'cat' | null
  /** `K` of `imecK`; null in Phase 3A, which had one probe. */
  readonly probeNumber: number | null
  /** The probe number, or 0. */
  readonly insertionNumber: number
}

const fileName = /^(?<run>.+?)(?:_g(?<gate>\d+)_t(?<trigger>\d+|cat))?\.imec(?<probe>\d*)\.(?<band>ap|lf)\.meta$/

/**
 * Finds every `*.imecK.ap.meta` (or, for the LF band, `*.imecK.lf.meta`) in a folder and below, sorted by run, gate, trigger
 * and probe. Throws `missing-file`.
 */
export async function findSpikeGlxRuns(folder: string, band: 'ap' | 'lf' = 'ap'): Promise<readonly SpikeGlxRun[]> {
  const paths = await listFiles(folder, new Set()).catch(refuseMissing(folder, 'It should be the folder of a session.'))
  return paths.flatMap((path) => parseRunPath(path, band) ?? []).toSorted(compareRuns)
}

/** What the path of the meta of a band says, or null if it is not one. */
function parseRunPath(path: string, band: 'ap' | 'lf'): SpikeGlxRun | null {
  const { run, gate, trigger, probe, ...found } = fileName.exec(basename(path))?.groups ?? {}
  if (run === undefined || found['band'] !== band) return null
  const fromFolder = /imec(\d+)$/.exec(basename(dirname(path)))?.[1]
  const probeNumber = toNumber(probe) ?? toNumber(fromFolder)
  return {
    path,
    run,
    gate: toNumber(gate),
    trigger: trigger === 'cat' ? 'cat' : toNumber(trigger),
    probeNumber,
    insertionNumber: probeNumber ?? 0,
  }
}

function toNumber(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : Number(text)
}

/** Follows links to folders, each folder once. */
async function listFiles(folder: string, seen: Set<string>): Promise<readonly string[]> {
  const real = await realpath(folder)
  if (seen.has(real)) return []
  seen.add(real)
  const files: string[] = []
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    const isFolder = entry.isSymbolicLink() ? await pointsToFolder(path) : entry.isDirectory()
    if (isFolder) files.push(...(await listFiles(path, seen)))
    else files.push(path)
  }
  return files
}

/** False for a link whose target is gone. */
async function pointsToFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  )
}

function compareRuns(a: SpikeGlxRun, b: SpikeGlxRun): number {
  return (
    compareText(a.run, b.run) ||
    compareNumbers(a.gate, b.gate) ||
    compareNumbers(order(a.trigger), order(b.trigger)) ||
    compareNumbers(a.probeNumber, b.probeNumber) ||
    compareText(a.path, b.path)
  )
}

/** A joined file stands after the files it joins. */
function order(trigger: SpikeGlxRun['trigger']): number | null {
  return trigger === 'cat' ? Number.MAX_SAFE_INTEGER : trigger
}

function compareNumbers(a: number | null, b: number | null): number {
  return (a ?? -1) - (b ?? -1)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
