import { InvalidParameterError, WrongLengthError } from './errors.ts'
import { requireCount, requireNotNegative, requireOneOf, requirePositions, requirePositive } from './parameters.ts'
import type { PassExtent, PassOutputs, PassRange, PassSource, PassTarget } from './pass.ts'
import type { Plan } from './plan.ts'

/** JavaScript counts exactly up to here. */
const mostFrames = 2 ** 53

/** Refuses a source whose numbers are none. */
export function requirePassSource(source: PassSource): void {
  requireOneOf('kind', source.kind, ['file', 'memory', 'reader'])
  requireCount('columns', source.columns)
  if (source.columns === 0) throw new InvalidParameterError('columns', 0, 'at least one word per frame')
  for (const frames of source.segments) requireFrameCount('segments', frames)
  const total = source.segments.reduce((sum, frames) => sum + frames, 0)
  if (total > mostFrames) throw new InvalidParameterError('segments', total, 'at most 2^53 frames')
  if (source.kind === 'file') requireFrameCount('offsetBytes', source.offsetBytes)
  if (source.kind !== 'memory') return
  const expected = total * source.columns
  if (source.counts.length !== expected) throw new WrongLengthError('counts', source.counts.length, expected)
}

/** Refuses what is not a part of the segments, and rows that the plan does not have. */
export function requirePassRange(range: PassRange, plan: Plan, segments: readonly number[]): void {
  requireIndex('segment', range.segment, segments.length, 'an index into the segments')
  requireFrames(range, segments[range.segment] ?? 0)
  requireIndices('rows', range.rows ?? [], plan.columns.length, aRow)
}

/** Refuses memory that is not as long as the frames of a range, or that the counts lie in from which they are computed. */
export function requireInto(
  into: Int16Array | undefined,
  { start, end, rows }: PassRange,
  plan: Plan,
  source: PassSource,
): void {
  if (into === undefined) return
  if (!(into instanceof Int16Array)) {
    const found: unknown = into
    throw new InvalidParameterError('into', Object.prototype.toString.call(found).slice(8, -1), 'an Int16Array')
  }
  const expected = (end - start) * (rows ?? plan.columns).length
  if (into.length !== expected) throw new WrongLengthError('into', into.length, expected)
  if (source.kind === 'memory' && overlap(into, source.counts))
    throw new InvalidParameterError('into', 'memory of the source', 'memory that the source is not in')
}

const overlap = (a: Int16Array, b: Int16Array): boolean =>
  a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength

/** Refuses what is not a part of the only segment. */
export function requirePassExtent(extent: PassExtent | undefined, segments: readonly number[]): void {
  if (!extent) return
  const [frames] = segments
  if (frames === undefined || segments.length > 1) {
    throw new InvalidParameterError('extent', extent, `none, there being ${segments.length} segments`)
  }
  requireFrames(extent, frames)
}

/** Refuses rows that the plan, and words that the source does not have; and a target without words. */
export function requirePassTarget(target: PassTarget | null, plan: Plan, columns: number): void {
  if (!target) return
  requirePath('path', target.path)
  requireIndices('rows', target.rows, plan.columns.length, aRow)
  requireIndices('copied', target.copied, columns, 'a word of a frame of the source')
  if (target.rows.length + target.copied.length > 0) return
  throw new InvalidParameterError('rows', target.rows, 'at least one row or copied word')
}

/** Blocks overlap by this: a longer time would make blocks that need not fit into memory. */
const mostExclusion = 32_768

export function requirePassOutputs({ peaks, lf }: PassOutputs, plan: Plan): void {
  const rows = plan.columns.length
  if (peaks) {
    requirePositions('positions', peaks.positions, rows)
    requirePositive('threshold', peaks.threshold)
    requireNotNegative('radius', peaks.radius)
    requireCount('exclusionFrames', peaks.exclusionFrames)
    if (peaks.exclusionFrames > mostExclusion) {
      throw new InvalidParameterError('exclusionFrames', peaks.exclusionFrames, `at most ${mostExclusion} frames`)
    }
    requireOneOf('sign', peaks.sign, ['negative', 'positive', 'both'])
    if (peaks.locateRadius !== null) requireNotNegative('locateRadius', peaks.locateRadius)
    const given = peaks.noiseLevels?.length ?? rows
    if (given !== rows) throw new WrongLengthError('noiseLevels', given, rows)
  }
  if (lf) {
    requirePath('lf.path', lf.path)
    if (Number.isInteger(lf.factor) && lf.factor >= 2 && lf.factor <= 32) return
    throw new InvalidParameterError('factor', lf.factor, 'a whole number from 2 to 32')
  }
}

export const aRow = "an index into the plan's `columns`"

export function requireIndices(name: string, indices: readonly number[], below: number, expected: string): void {
  for (const index of indices) requireIndex(name, index, below, expected)
}

/** Refuses an index that there is not, or that stands there twice. */
export function requireEachOnce(name: string, indices: readonly number[], below: number, expected: string): void {
  requireIndices(name, indices, below, expected)
  if (new Set(indices).size < indices.length) throw new InvalidParameterError(name, indices, `${expected}, each once`)
}

export function requireIndex(name: string, index: number, below: number, expected: string): void {
  if (!(Number.isInteger(index) && index >= 0 && index < below)) throw new InvalidParameterError(name, index, expected)
}

export function requireFrameCount(name: string, frames: number): void {
  if (Number.isInteger(frames) && frames >= 0 && frames <= mostFrames) return
  throw new InvalidParameterError(name, frames, 'a whole number that is not negative')
}

function requireFrames({ start, end }: PassExtent, frames: number): void {
  requireFrameCount('start', start)
  requireFrameCount('end', end)
  if (end > frames) throw new InvalidParameterError('end', end, `at most ${frames}, the end of the segment`)
  if (start > end) throw new InvalidParameterError('start', start, `at most ${end}, where it ends`)
}

function requirePath(name: string, path: unknown): void {
  if (typeof path !== 'string' || path === '') throw new InvalidParameterError(name, path, 'the path of a file')
}
