import { createHash } from 'node:crypto'
import { mkdir, open, rename, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isDiskFull } from './disk-full.ts'
import type { Dsp, OperationOptions } from './dsp.ts'
import { InvalidParameterError } from './errors.ts'
import { DiskFullError, RunExistsError } from './simulate-errors.ts'
import { writeGroundTruth } from './simulate-ground-truth.ts'
import { formatSpikeGlxMeta } from './simulate-meta.ts'
import { probeSimulation, simulatedProbe } from './simulate-probe.ts'
import type { SimulationChoices } from './simulate-probe.ts'
import type { Simulation } from './simulate.ts'

/** A SpikeGLX run to be simulated: AP band of one Neuropixels 1.0 probe, 384 channels and the sync word. */
export interface SimulatedRun {
  readonly simulation: SimulationChoices
  readonly folder: string // gets `<name>_g<gate>/<name>_g<gate>_imec<probe>/`
  readonly name: string
  readonly gate?: number
  readonly probe?: number // K of imecK
  readonly partNumber?: string
  readonly serialNumber?: string
  readonly createdAt?: string // YYYY-MM-DDTHH:MM:SS, local; now
}

/** The files that were written. */
export interface SimulatedRunFiles {
  readonly metaPath: string
  readonly binPath: string
  readonly groundTruthPath: string
  readonly bytes: number // of the .bin
}

/**
 * Simulates a recording and writes it as a SpikeGLX run with its ground truth, in bounded memory. The files appear
 * under their names when all is written, the meta last; an error or an abort leaves nothing.
 *
 * Throws `run-exists`, `disk-full`, `invalid-parameter`, `unknown-probe`, and the signal's reason.
 */
export async function writeSimulatedRun(
  { openSimulation }: Pick<Dsp, 'openSimulation'>,
  run: SimulatedRun,
  options: OperationOptions = {},
): Promise<SimulatedRunFiles> {
  options.signal?.throwIfAborted()
  const plan = planRun(run)
  if (await exists(plan.metaPath)) throw new RunExistsError(plan.metaPath)
  const created = await mkdir(plan.folder, { recursive: true })
  try {
    await requireSpace(plan)
    const simulation = await openSimulation(plan.parameters)
    try {
      await writeFiles(simulation, plan, options)
    } finally {
      await simulation.close()
    }
  } catch (error) {
    await Promise.all(Object.values(plan.partial).map((path) => rm(path, { recursive: true, force: true })))
    if (created !== undefined) await removeEmpty(plan.folder, created)
    throw isDiskFull(error) ? new DiskFullError(plan.binPath, plan.bytes, null, { cause: error }) : error
  }
  options.onProgress?.(1)
  const { metaPath, binPath, groundTruthPath, bytes } = plan
  return { metaPath, binPath, groundTruthPath, bytes }
}

async function writeFiles(simulation: Simulation, plan: RunPlan, options: OperationOptions): Promise<void> {
  const { partial } = plan
  const sha1 = await writeSamples(simulation, plan, options)
  await rm(partial.truth, { recursive: true, force: true })
  await writeGroundTruth(partial.truth, simulation)
  await writeFile(partial.meta, formatSpikeGlxMeta({ ...plan, sha1 }))
  options.signal?.throwIfAborted()
  await rm(plan.truth, { recursive: true, force: true })
  await rename(partial.truth, plan.truth)
  await rename(partial.bin, plan.binPath)
  await rename(partial.meta, plan.metaPath)
}

type RunPlan = ReturnType<typeof planRun>

function planRun(run: SimulatedRun) {
  const { folder, name, gate = 0, probe: number = 0, partNumber = 'PRB_1_4_0480_1', serialNumber = '18005116811' } = run
  if (!/^[\w.-]+$/.test(name)) throw new InvalidParameterError('name', name, 'letters, digits, `_`, `-` and `.` only')
  const probe = simulatedProbe(partNumber)
  const parameters = probeSimulation(probe, run.simulation)
  const columns = probe.channels.length + 1
  const frames = Math.round(parameters.durationSeconds * parameters.samplingRate)
  const within = join(resolve(folder), `${name}_g${gate}`, `${name}_g${gate}_imec${number}`)
  const stem = join(within, `${name}_g${gate}_t0.imec${number}`)
  const [binPath, metaPath, truth] = [`${stem}.ap.bin`, `${stem}.ap.meta`, `${stem}.ground_truth`]
  return {
    probe,
    serialNumber,
    createdAt: run.createdAt ?? localTime(new Date()),
    seed: parameters.seed,
    parameters,
    columns,
    frames,
    bytes: frames * columns * Int16Array.BYTES_PER_ELEMENT,
    folder: within,
    binPath,
    metaPath,
    truth,
    groundTruthPath: join(truth, 'ground_truth.json'),
    partial: { bin: `${binPath}.partial`, meta: `${metaPath}.partial`, truth: `${truth}.partial` },
  }
}

/** Blocks are computed ahead while one is hashed and written. */
const blocksAhead = 4
const blockSeconds = 0.1

async function writeSamples(
  simulation: Simulation,
  { partial, columns, frames, parameters }: RunPlan,
  { signal, onProgress }: OperationOptions,
): Promise<string> {
  const hash = createHash('sha1')
  const file = await open(partial.bin, 'w')
  try {
    const blockFrames = Math.round(blockSeconds * parameters.samplingRate)
    const ahead: Promise<Int16Array>[] = []
    let requested = 0
    let reported = -Infinity
    for (let start = 0; start < frames; start += blockFrames) {
      while (requested < frames && ahead.length < blocksAhead) {
        const end = Math.min(frames, requested + blockFrames)
        const block = simulation.traces({ start: requested, end, columns }, signal ? { signal } : {})
        block.catch(() => {}) // an abort is thrown where its block is awaited; those after it are not
        ahead.push(block)
        requested = end
      }
      const words = await ahead.shift()
      if (!words) break
      fillSync(words, start, columns, parameters.samplingRate)
      const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
      hash.update(bytes)
      await writeFully(file, bytes)
      signal?.throwIfAborted()
      if (performance.now() - reported >= 100) {
        reported = performance.now()
        onProgress?.(Math.min(frames, start + blockFrames) / (frames + 1))
      }
    }
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

const syncBit = 1 << 6

/** The last word of each frame: the sync line is up in the first half of each second. */
function fillSync(words: Int16Array, start: number, columns: number, samplingRate: number): void {
  for (let frame = 0, at = columns - 1; at < words.length; frame++, at += columns) {
    words[at] = 2 * ((start + frame) % samplingRate) < samplingRate ? syncBit : 0
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done)
    done += bytesWritten
  }
}

/** Beside the samples, the ground truth takes a few bytes per spike. */
const spareBytes = 16e6

async function requireSpace({ folder, binPath, bytes }: RunPlan): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const needed = bytes + spareBytes
  if (bavail * bsize < needed) throw new DiskFullError(binPath, needed, bavail * bsize)
}

/** Removes the folders from `folder` up to `topmost`, as long as they are empty. */
async function removeEmpty(folder: string, topmost: string): Promise<void> {
  for (let path = folder; path.startsWith(topmost); path = dirname(path)) {
    const isRemoved = await rmdir(path).then(
      () => true,
      () => false,
    )
    if (!isRemoved) return
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

const localTime = (date: Date): string =>
  new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 19)
