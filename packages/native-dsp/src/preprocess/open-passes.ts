import type { Recording, RecordingFile } from '@neurojoint/formats/recording'
import { InvalidParameterError } from '../errors.ts'
import type { Passing, Pass, PassOptions, PassRange, PassSource } from '../pass.ts'
import { createTypeScriptPassing } from '../typescript/passing.ts'
import type { MotionCorrectionPlan, Plan, SpatialPlan } from '../plan.ts'

/** A plan over some segments of a recording that one pass runs over. */
export interface SegmentsPass {
  /** Of the recording, in their order in the pass. */
  readonly segments: readonly number[]
  /** Null where the counts come from `recording.traces`. */
  readonly file: RecordingFile | null
  readonly pass: Pass
}

/** A plan over all segments of a recording. */
export interface RecordingPass {
  readonly parts: readonly SegmentsPass[]
  /** Of a segment of the recording, as `Pass.traces`. */
  traces(range: PassRange, options?: PassOptions): Promise<Int16Array>
  close(): Promise<void>
}

/**
 * Opens a pass over each flat file of a recording; where it has none, one in TypeScript over its `traces`.
 *
 * @param only a segment that is the whole of the pass, since none is filtered across its ends; all if not given
 */
export async function openPasses(
  passing: Passing,
  recording: Recording,
  plan: Plan,
  only?: number,
): Promise<RecordingPass> {
  const parts: SegmentsPass[] = []
  const close = async (): Promise<void> => {
    for (const { pass } of parts) await pass.close()
  }
  try {
    for (const source of sourcesOf(recording, only)) {
      const { openPass } = source.source.kind === 'reader' ? createTypeScriptPassing() : passing
      const pass = await openPass(source.source, planOfSegments(plan, source.segments))
      parts.push({ segments: source.segments, file: source.file, pass })
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    parts,
    close,
    async traces(range, options) {
      const part = parts.find(({ segments }) => segments.includes(range.segment))
      if (!part) throw new InvalidParameterError('segment', range.segment, `one of ${recording.segments.length}`)
      return part.pass.traces({ ...range, segment: part.segments.indexOf(range.segment) }, options)
    },
  }
}

interface Source {
  readonly segments: readonly number[]
  readonly file: RecordingFile | null
  readonly source: PassSource
}

/** What passes over a recording will be over, before any is open. */
export const partsOf = (
  recording: Recording,
  only: number | undefined,
): readonly Pick<SegmentsPass, 'segments' | 'file'>[] => sourcesOf(recording, only)

function sourcesOf(recording: Recording, only: number | undefined): readonly Source[] {
  const framesOf = (segment: number): number => recording.segments[segment]?.frames ?? 0
  const all = recording.segments.map((_, segment) => segment)
  const { location } = recording
  const files = recording.files ?? (location ? [{ ...location, offsetBytes: 0, segments: all }] : null)
  if (!files) {
    const segments = only === undefined ? all : [only]
    return [{ segments, file: null, source: readerOf(recording, segments) }]
  }
  const wanted = only === undefined ? files : files.flatMap((file) => partOf(file, only, framesOf))
  return wanted.map((file) => ({
    segments: file.segments,
    file,
    source: {
      kind: 'file',
      path: file.path,
      offsetBytes: file.offsetBytes,
      columns: file.columns,
      segments: file.segments.map(framesOf),
    },
  }))
}

/** One segment of a file, if it has it. */
function partOf(file: RecordingFile, segment: number, framesOf: (segment: number) => number): readonly RecordingFile[] {
  const place = file.segments.indexOf(segment)
  if (place === -1) return []
  const before = file.segments.slice(0, place).reduce((sum, other) => sum + framesOf(other), 0)
  return [{ ...file, offsetBytes: file.offsetBytes + 2 * file.columns * before, segments: [segment] }]
}

/** All analog channels in their order: the words that a plan counts its columns in. */
const readerOf = (recording: Recording, segments: readonly number[]): PassSource => ({
  kind: 'reader',
  columns: recording.channels.length,
  segments: segments.map((segment) => recording.segments[segment]?.frames ?? 0),
  read: ({ segment, ...range }) => recording.traces({ ...range, segment: segments[segment] ?? segment }),
})

/** A plan of a recording as one of some of its segments, which are counted from 0. */
function planOfSegments(plan: Plan, segments: readonly number[]): Plan {
  const { mask } = plan
  const gaps = mask?.gaps
    .filter(({ segment }) => segments.includes(segment))
    .map((gap) => ({ ...gap, segment: segments.indexOf(gap.segment) }))
    .toSorted((a, b) => a.segment - b.segment || a.start - b.start)
  return {
    ...plan,
    mask: mask && { ...mask, gaps: gaps ?? [] },
    spatial: plan.spatial.map((step): SpatialPlan =>
      step.kind === 'motion-correction' ? motionOf(step, segments) : step,
    ),
  }
}

const motionOf = (step: MotionCorrectionPlan, segments: readonly number[]): MotionCorrectionPlan => ({
  ...step,
  motion: segments.flatMap((segment) => step.motion[segment] ?? []),
})
