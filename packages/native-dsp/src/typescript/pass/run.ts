import type { RunRequest } from '../../checked-pass.ts'
import type { PassFindings } from '../../pass.ts'
import { prepareLf, type LfSink } from '../measure/lf.ts'
import { prepareFinder, type BlockFindings } from './findings.ts'
import { blocksOf, lengthOf, type Block, type Visited } from './grid.ts'
import { joinFindings } from './join.ts'
import { measureNoise } from './noise-sample.ts'
import { runTask, type OpenPass } from './open-pass.ts'
import type { Operation } from './operation.ts'
import { createPartialFile, finishAll, type PartialFile } from './partial-file.ts'
import type { Visit } from './protocol.ts'

/** A block and where its frames stand in files. */
interface Job {
  readonly block: Block
  readonly at: number
  readonly lfAt: number
}

let visits = 0

/** Visits all frames, or an extent of the only segment; after a failure or an abort, nothing is left under the targets' names. */
export async function runPass(
  pass: OpenPass,
  { target, outputs, extent, threads }: RunRequest,
  operation: Operation,
  signal: AbortSignal | undefined,
): Promise<PassFindings> {
  const { plan, columns, segments, path } = pass
  const visited = extent
    ? [{ segment: 0, ...extent }]
    : segments.map((frames, segment) => ({ segment, start: 0, end: frames }))
  const frames = visited.reduce((sum, range) => sum + lengthOf(range), 0)
  const copied = target?.copied ?? []
  const lf = outputs.lf ? prepareLf(outputs.lf.factor, columns, plan.columns, copied) : null
  const jobs = planJobs(pass, visited, lf)
  const files: PartialFile[] = []
  const create = async (to: string, bytes: number): Promise<PartialFile> => {
    const file = await createPartialFile(to, bytes, path)
    files.push(file)
    return file
  }

  try {
    const written = target && (await create(target.path, 2 * frames * (target.rows.length + copied.length)))
    const lfFrames = lf ? visited.reduce((sum, range) => sum + lfWithin(lf, range.start, range.end), 0) : 0
    const lfWritten = lf && outputs.lf && (await create(outputs.lf.path, 2 * lfFrames * lf.width))
    operation.expect(jobs.length)
    const measured = outputs.noiseLevels || (outputs.peaks && !outputs.peaks.noiseLevels)
    const noiseLevels = measured ? await measureNoise(pass, visited, threads, operation) : null
    const { peaks } = prepareFinder(outputs, plan.samplingRate, noiseLevels)
    const visit: Visit = {
      id: visits++,
      target: target && written && { partial: written.partial, path: target.path, rows: target.rows, copied },
      outputs,
      noiseLevels,
      halo: peaks?.halo ?? 0,
      reach: lf?.margin ?? 0,
      lf: outputs.lf && lfWritten ? { partial: lfWritten.partial, ...outputs.lf, copied } : null,
    }
    const found: BlockFindings[] = await operation.each(jobs.length, threads, (index) =>
      runTask(pass, { kind: 'visit', visit, ...jobs[index]! }, threads, operation),
    )
    for (const file of files) await file.synchronise(signal)
    signal?.throwIfAborted()
    await finishAll(files)
    return joinFindings(found, outputs, noiseLevels, plan.columns.length, frames)
  } finally {
    // those that have their names stay
    for (const file of files) await file.discard()
  }
}

const lfWithin = (lf: LfSink, start: number, end: number): number => lf.frames(end) - lf.frames(start)

function planJobs({ segments, computer }: OpenPass, visited: readonly Visited[], lf: LfSink | null): readonly Job[] {
  let [done, lfDone] = [0, 0]
  return visited.flatMap((range) => {
    const [first, lfFirst] = [done - range.start, lfDone]
    done += lengthOf(range)
    lfDone += lf ? lfWithin(lf, range.start, range.end) : 0
    return blocksOf(range, segments[range.segment]!, computer.blockFrames).map((block) => ({
      block,
      at: first + block.wanted.start,
      lfAt: lfFirst + (lf ? lfWithin(lf, range.start, block.wanted.start) : 0),
    }))
  })
}
