import { rename, rm } from 'node:fs/promises'
import { openRecording } from '@neurojoint/formats/recording'
import type { Recording } from '@neurojoint/formats/recording'
import { parseChain } from '../chain/parse.ts'
import type { BadChannel } from '../chain/measurements.ts'
import type { Chain, CompleteChain, CompleteStep } from '../chain/steps.ts'
import { isDiskFull } from '../disk-full.ts'
import { DiskFullError } from '../simulate-errors.ts'
import { parseOutputs, type CompleteOutputs, type OutputChoices } from './choices.ts'
import type { ExtentChoices } from './extent.ts'
import { describeTarget, driftRasterFile, maskFile, peakFiles, writeSideFile, type SideFile } from './describe.ts'
import type { Findings } from './findings.ts'
import { makeFolder } from './folder.ts'
import type { RecordingPass } from './open-passes.ts'
import { prepare } from './prepare.ts'
import { provenanceFile } from './provenance.ts'
import { runParts, type Job } from './run-parts.ts'
import type { ThroughOptions } from './through.ts'

/** How a recording is preprocessed, beside the chain itself. */
export interface PreprocessOptions extends ThroughOptions, ExtentChoices {
  /** Indices into `recording.channels` of those that are written, in ascending order; all if not given. The chain runs on all. */
  readonly channels?: readonly number[] | undefined
  readonly outputs?: OutputChoices | undefined
  /** Whether files that are there already are replaced. Default false. */
  readonly overwrite?: boolean | undefined
}

/** What was done, and what was found. */
export interface PreprocessReport extends Findings {
  readonly implementation: 'native' | 'typescript'
  /** With everything said, without what was skipped. */
  readonly chain: CompleteChain
  /** Steps that the recording carried already. */
  readonly skipped: readonly CompleteStep[]
  readonly badChannels: readonly BadChannel[]
  /** Bad channels that had no good one near enough to be made from: they are 0 in the result. */
  readonly silent: readonly number[]
  /** Channels that are recording sites and not bad, or were made from their neighbours. */
  readonly good: readonly number[]
  /** Every file that was written, the frames first. */
  readonly files: readonly string[]
  /** Of the frames. */
  readonly bytes: number
  readonly seconds: number
  /** Seconds of the recording per second. */
  readonly timesRealTime: number
}

/**
 * Runs a chain over a whole recording, file to file, in memory that does not grow with its length.
 *
 * The frames go into `target`, a folder: SpikeGLX files under their own names with a `.meta`, others as plain int16 files with
 * a JSON sidecar, both of which `openRecording` opens; and beside them `<name>.preprocessing.json`, which tells how they
 * were made, and the `outputs`. Words behind the analog channels (sync) are copied to the bit. Nothing is under its final name
 * before it is whole, and after a failure or an abort nothing is left. With `null` for a target nothing is written and
 * only the findings are returned.
 *
 * @param source what `openRecording` opens, or a recording that is open and stays so
 * @throws {InvalidParameterError} `invalid-parameter` for a chain or options that are none, or do not fit the recording
 * @throws {AlreadyAppliedError} `already-applied` @throws {TargetExistsError} `target-exists`
 * @throws {TargetIsSourceError} `target-is-source` @throws {DiskFullError} `disk-full`
 */
export async function preprocess(
  source: string | Recording,
  target: string | null,
  chain: Chain,
  options: PreprocessOptions = {},
): Promise<PreprocessReport> {
  options.signal?.throwIfAborted()
  const steps = parseChain(chain)
  const outputs = parseOutputs(options.outputs)
  const recording = typeof source === 'string' ? await openRecording(source) : source
  try {
    return await run(recording, target, steps, outputs, options)
  } finally {
    if (typeof source === 'string') await recording.close()
  }
}

async function run(
  recording: Recording,
  folder: string | null,
  chain: CompleteChain,
  outputs: CompleteOutputs,
  options: PreprocessOptions,
): Promise<PreprocessReport> {
  const started = performance.now()
  const { dsp, resolution, passes, target, onProgress } = await prepare(recording, folder, chain, outputs, options)
  const writes = folder !== null
  try {
    if (writes) await makeFolder(target.folder)
    const job = { recording, resolution, outputs, target, writes }
    const { findings, files } = await runAndDescribe(passes, job, dsp.implementation, { ...options, onProgress })
    const seconds = (performance.now() - started) / 1000
    options.onProgress?.(1)
    return {
      ...findings,
      noiseLevels: outputs.noiseLevels ? findings.noiseLevels : null,
      implementation: dsp.implementation,
      chain: resolution.chain,
      skipped: resolution.skipped,
      badChannels: resolution.badChannels,
      silent: resolution.silent,
      good: resolution.good,
      files,
      bytes: target.files.reduce((sum, { bytes }) => sum + bytes, 0),
      seconds,
      timesRealTime: findings.frames / recording.samplingRate / seconds,
    }
  } finally {
    await passes.close()
  }
}

/** Writes the frames, then what describes them; a failure takes everything back. */
async function runAndDescribe(
  passes: RecordingPass,
  job: Job,
  implementation: string,
  options: PreprocessOptions,
): Promise<{ readonly findings: Findings; readonly files: readonly string[] }> {
  const written: string[] = []
  try {
    const { signal, threads, onProgress } = options
    const findings = await runParts(passes, job, { signal, threads, onProgress }, written)
    if (job.writes)
      for (const file of await sideFiles(passes, job, findings, implementation)) {
        signal?.throwIfAborted()
        const partial = `${file.path}.partial`
        written.push(partial)
        await writeSideFile({ ...file, path: partial })
        await rename(partial, file.path)
        written[written.length - 1] = file.path
      }
    return { findings, files: written }
  } catch (error) {
    // what stands in the way of the clean-up is not what went wrong
    await Promise.allSettled(written.map((path) => rm(path, { force: true })))
    if (!isDiskFull(error)) throw error
    const { files, folder } = job.target
    const needed = files.reduce((sum, { bytes }) => sum + bytes, 0)
    throw new DiskFullError(files[0]?.binPath ?? folder, needed, null, { cause: error })
  }
}

async function sideFiles(
  { parts }: RecordingPass,
  { recording, resolution, outputs, target }: Job,
  findings: Findings,
  implementation: string,
): Promise<readonly SideFile[]> {
  return [
    ...(await describeTarget(recording, target, parts, resolution)),
    ...(findings.peaks ? peakFiles(target, findings.peaks) : []),
    ...(findings.peaks && outputs.driftRaster ? [driftRasterFile(target, findings.peaks, recording)] : []),
    ...(outputs.saturation ? [maskFile(target, findings.masked)] : []),
    provenanceFile(recording, target, resolution, findings, implementation),
  ]
}
