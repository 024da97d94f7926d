import { InvalidParameterError } from '../../errors.ts'
import type { Plan } from '../../plan.ts'
import type { Counts, Rows, Span, SpatialStep } from '../rows.ts'
import { prepareSpatial } from '../spatial/prepare.ts'
import { catgtMargin, prepareCatgt } from '../spectral/catgt.ts'
import { prepareDirect } from './direct.ts'
import { clipped, countedFrom, lengthOf, widened, type Block } from './grid.ts'
import { prepareMasks, runsBetween } from './masks.ts'
import type { TemporalStage } from './stage.ts'

/** Frames around a block that rows can be made for. */
export const halo = 64

/** What a plan does, prepared for one thread. */
export interface Computer {
  readonly blockFrames: number
  /** The frames of the segment that have to be read for a block. */
  needed(block: Block, around: Around): Span
  /** Computes the whole block from counts that hold the frames needed. */
  compute(block: Block, around: Around, counts: Cut, look: () => void): Computed
  /** Frames that are read for a block on the grid, at most. */
  readonly mostNeeded: number
  /** (bytes) of a thread, at most, for a block on the grid, beside the counts it reads. */
  readonly memoryBytes: number
}

/** Frames of a segment as they were recorded. */
export interface Cut {
  readonly data: Int16Array
  /** The frame of the segment that stands first. */
  readonly first: number
}

/** What is asked of a block beside its words. */
export interface Around {
  /** Frames of rows on either side of those wanted. */
  readonly halo: number
  /** Frames of counts on either side of those wanted. */
  readonly reach: number
}

export const nothingAround: Around = { halo: 0, reach: 0 }

/** A block computed. */
export interface Computed {
  /** The words of the wanted frames, and of frames around them. */
  readonly counts: Cut
  /** The wanted frames among those of `counts`. */
  readonly wanted: Span
  /** Wanted frames that are masked, counted from the first of them. */
  readonly masked: readonly Span[]
  /** The wanted frames and as many on either side as the halo asked for and the segment has. */
  readonly rows: Rows
  /** The wanted frames among those of `rows`. */
  readonly inner: Span
}

/** @param segments frames of each */
export function prepareComputer(plan: Plan, columns: number, segments: readonly number[]): Computer {
  const channels = plan.columns.length
  const scale = plan.spatial.length > 0 ? plan.scale : null
  const stage = prepareStage(plan, scale)
  const steps = plan.spatial.map((step) => prepareSpatial(step, channels, plan.samplingRate))
  const masks = prepareMasks(plan.mask, columns, plan.columns)
  const spatialMargin = steps.reduce((sum, step) => sum + step.margin, 0)
  if (plan.temporal.method === 'catgt' && spatialMargin + halo >= catgtMargin) {
    const expected = `\`direct\` with steps that look ${spatialMargin} frames along time`
    throw new InvalidParameterError('method', plan.temporal.method, expected)
  }
  const inverse = scale && Float32Array.from(scale)
  let buffer = new Float32Array()

  const framesOf = ({ segment }: Block): number => segments[segment]!
  // The steps along time begin and end at the same frames, whatever is wanted of a block.
  const cutOf = (block: Block): Span =>
    widened(block.whole, stage.before + spatialMargin + halo, stage.after + spatialMargin + halo, framesOf(block))
  const needed = (block: Block, around: Around): Span => {
    const frames = framesOf(block)
    const cut = widened(cutOf(block), masks.margin, masks.margin, frames)
    const reach = widened(block.wanted, around.reach, around.reach, frames)
    return { start: Math.min(cut.start, reach.start), end: Math.max(cut.end, reach.end) }
  }

  const { blockFrames } = stage
  return {
    blockFrames,
    needed,
    compute(block, around, counts, look) {
      const frames = framesOf(block)
      const part = ({ start, end }: Span): Int16Array =>
        counts.data.subarray((start - counts.first) * columns, (end - counts.first) * columns)
      const cut = cutOf(block)
      const looked = widened(cut, masks.margin, masks.margin, frames)
      const masked = masks.find(part(looked), block.segment, looked.start, countedFrom(cut, looked.start))
      look()
      // Steps that look along time see the same frames, whatever is wanted; others see what is asked for.
      const kept = widened(block.wanted, around.halo, around.halo, frames)
      const wide = spatialMargin > 0 ? widened(block.whole, spatialMargin + halo, spatialMargin + halo, frames) : kept
      const size = lengthOf(wide) * channels
      if (buffer.length < size) buffer = new Float32Array(size)
      const data = buffer.subarray(0, size)
      const among = (span: Span): Span => countedFrom(span, cut.start)
      const at: Counts = {
        data: part(cut),
        columns,
        take: plan.columns,
        firstFrame: cut.start,
        segment: block.segment,
        atStart: cut.start === 0,
        atEnd: cut.end === frames,
      }
      stage.apply(at, runsBetween(masked, lengthOf(cut)), among(wide), block.whole.start - cut.start, data, look)
      const rowsOf = (span: Span): Rows => ({
        data: data.subarray((span.start - wide.start) * channels, (span.end - wide.start) * channels),
        channels,
        firstFrame: span.start,
        segment: block.segment,
        atStart: span.start === 0,
        atEnd: span.end === frames,
        masked: maskedWithin(masked, among(span)),
      })
      applySteps(steps, rowsOf(wide), spatialMargin, look)
      const rows = rowsOf(kept)
      if (inverse) divide(rows.data, inverse)
      return {
        counts,
        wanted: countedFrom(block.wanted, counts.first),
        masked: maskedWithin(masked, among(block.wanted)),
        rows,
        inner: countedFrom(block.wanted, kept.start),
      }
    },
    mostNeeded: blockFrames + stage.before + stage.after + 2 * (spatialMargin + halo + masks.margin),
    memoryBytes: memoryOf(channels, stage, spatialMargin),
  }
}

function prepareStage(plan: Plan, scale: readonly number[] | null): TemporalStage {
  const prepare = plan.temporal.method === 'catgt' ? prepareCatgt : prepareDirect
  return prepare(plan.temporal, scale, plan.samplingRate)
}

/** Steps that look along no time get few frames at a time, which stay in the cache. */
const framesAtOnce = 256

function applySteps(steps: readonly SpatialStep[], rows: Rows, margin: number, look: () => void): void {
  if (steps.length === 0) return
  if (margin > 0) {
    for (const step of steps) {
      look()
      step.apply(rows)
    }
    return
  }
  const { data, channels } = rows
  const frames = data.length / channels
  for (let start = 0; start < frames; start += framesAtOnce) {
    look()
    const span = { start, end: Math.min(frames, start + framesAtOnce) }
    const few: Rows = {
      ...rows,
      data: data.subarray(span.start * channels, span.end * channels),
      firstFrame: rows.firstFrame + start,
      atStart: rows.atStart && start === 0,
      atEnd: rows.atEnd && span.end === frames,
      masked: maskedWithin(rows.masked, span),
    }
    for (const step of steps) step.apply(few)
  }
}

const maskedWithin = (masked: readonly Span[], span: Span): readonly Span[] =>
  masked.map((mask) => countedFrom(clipped(mask, span), span.start)).filter((mask) => lengthOf(mask) > 0)

function divide(data: Float32Array, scale: Float32Array): void {
  for (let start = 0; start < data.length; start += scale.length) {
    for (let row = 0; row < scale.length; row++) data[start + row]! /= scale[row]!
  }
}

/** Of one thread: rows of a block, and its signals on the way. */
function memoryOf(channels: number, stage: TemporalStage, spatialMargin: number): number {
  const rows = stage.blockFrames + 2 * (spatialMargin + halo)
  const cut = rows + stage.before + stage.after
  return 4 * rows * channels + 2 * 8 * 16 * (cut + 64)
}
