import type { Recording } from '@neurojoint/formats/recording'
import type { Resolution } from '../chain/resolve.ts'
import type { PassFindings, PassOptions } from '../pass.ts'
import { passOutputs, type CompleteOutputs } from './choices.ts'
import { joinFindings, type Findings, type PartFindings } from './findings.ts'
import type { RecordingPass, SegmentsPass } from './open-passes.ts'
import type { Target, TargetFile } from './target.ts'

/** What all parts of a recording have in common. */
export interface Job {
  readonly recording: Recording
  readonly resolution: Resolution
  readonly outputs: CompleteOutputs
  readonly target: Target
  /** False where only findings are wanted. */
  readonly writes: boolean
}

/** Runs the passes of all parts; `written` gets the path of each file that is whole. */
export async function runParts(
  { parts }: RecordingPass,
  job: Job,
  options: PassOptions,
  written: string[],
): Promise<Findings> {
  const { target, recording } = job
  const frames = target.files.map((file) => file.frames)
  const total = frames.reduce((sum, count) => sum + count, 0)
  const found: PartFindings[] = []
  let noise: Float32Array | null = null
  let done = 0
  for (const index of inOrder(frames, job.outputs.peaks !== null)) {
    const [part, file] = [parts[index], target.files[index]]
    if (!part || !file) continue
    const own = frames[index] ?? 0
    const onProgress = (fraction: number): void => {
      if (total > 0 && fraction < 1) options.onProgress?.((done + fraction * own) / total)
    }
    const findings = await runPart(part, file, job, noise, { ...options, onProgress })
    if (job.writes) written.push(file.binPath, ...(file.lfPath === null ? [] : [file.lfPath]))
    // what is whole is known now, and can be taken back
    options.signal?.throwIfAborted()
    noise ??= findings.noiseLevels
    found[index] = { segments: part.segments, found: findings }
    done += own
  }
  return joinFindings(found, recording, job.resolution, noise)
}

/** Peaks of all parts are measured by the noise of the longest. */
function inOrder(frames: readonly number[], byLength: boolean): readonly number[] {
  const order = frames.map((_, index) => index)
  if (!byLength) return order
  const longest = frames.indexOf(Math.max(...frames))
  return [longest, ...order.filter((index) => index !== longest)]
}

async function runPart(
  { pass }: SegmentsPass,
  file: TargetFile,
  { recording, resolution, outputs, target, writes }: Job,
  noise: Float32Array | null,
  options: PassOptions,
): Promise<PassFindings> {
  const asked = passOutputs(outputs, recording, resolution.good, writes ? file.lfPath : null)
  const { extent } = target
  const peaks = asked.peaks && { ...asked.peaks, ...(noise && { noiseLevels: noise }) }
  return pass.run(
    writes ? { path: file.binPath, rows: target.channels, copied: file.copied } : null,
    { ...asked, ...(peaks && { peaks }) },
    { ...options, ...(extent && { extent: { start: extent.start, end: extent.end } }) },
  )
}
