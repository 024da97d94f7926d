import { parentPort, workerData } from 'node:worker_threads'
import { noiseLevel } from '../noise.ts'
import { nothingAround, prepareComputer, type Around, type Computed, type Cut } from './compute.ts'
import { CancelledError, toFailure } from './failure.ts'
import { openFile } from './file.ts'
import type { Block } from './grid.ts'
import type { NoiseStore, Reply, Request, Task, ThreadStart } from './protocol.ts'
import { spanOf } from './task-span.ts'
import { createVisitor } from './visitor.ts'
import { wordsOf } from './words.ts'

const { plan, columns, segments, file }: ThreadStart = workerData
const computer = prepareComputer(plan, columns, segments)
const source = file && openFile(file, columns, segments)
const visitor = createVisitor(plan, columns, segments)

type Look = () => void

parentPort?.on('message', (request: Request) => {
  const look: Look = () => {
    if (Atomics.load(request.flag, 0) !== 0) throw new CancelledError()
  }
  try {
    look()
    const result = answer(request.task, request.counts, look)
    const moved = ArrayBuffer.isView(result) ? [result.buffer] : []
    parentPort?.postMessage({ id: request.id, result } satisfies Reply, moved)
  } catch (error) {
    parentPort?.postMessage({ id: request.id, failure: toFailure(error) } satisfies Reply, [])
  }
})

function answer(task: Task, handed: Int16Array | null, look: Look) {
  if (task.kind === 'levels') return levelsOf(task.store, task.counts, task.rows, look)
  const span = spanOf(task, computer, segments)
  const data = handed ?? source?.read(task.block.segment, span, look)
  if (!data) throw new TypeError('a thread without a file was handed no counts')
  const counts: Cut = { data, first: span.start }
  const compute = (block: Block, around: Around): Computed => computer.compute(block, around, counts, look)
  switch (task.kind) {
    case 'traces':
      return wordsOf(compute(task.block, nothingAround), columns, { rows: task.rows, copied: [] }, plan.rounding)
    case 'sample':
      return keepSample(compute(task.block, nothingAround), task.store, task.slot)
    case 'visit':
      return visitor.visit(task, compute, look)
  }
}

/** Puts the frames that are not masked into their slot and returns how many they are. */
function keepSample({ rows, inner, masked }: Computed, { values, starts }: NoiseStore, slot: number): number {
  const { data, channels } = rows
  const room = starts[slot + 1]! - starts[slot]!
  let kept = 0
  for (let frame = inner.start; frame < inner.end; frame++) {
    const wanted = frame - inner.start
    if (masked.some(({ start, end }) => wanted >= start && wanted < end)) continue
    for (let row = 0; row < channels; row++) {
      values[starts[slot]! * channels + row * room + kept] = data[frame * channels + row]!
    }
    kept++
  }
  return kept
}

/** A level below this many counts is what rounding leaves of a row that never moves: it becomes 0. */
const leastCounts = 1e-3

/** The noise levels of some rows; NaN where all of the sample is masked. */
function levelsOf(store: NoiseStore, counts: readonly number[], [first, end]: readonly [number, number], look: Look) {
  const { values, starts, rows } = store
  const total = counts.reduce((sum, count) => sum + count, 0)
  const samples = new Float32Array(total)
  return Float32Array.from({ length: end - first }, (_, index) => {
    look()
    let to = 0
    for (const [slot, count] of counts.entries()) {
      const room = starts[slot + 1]! - starts[slot]!
      const at = starts[slot]! * rows + (first + index) * room
      samples.set(values.subarray(at, at + count), to)
      to += count
    }
    const level = noiseLevel(samples)
    return level < leastCounts ? 0 : level
  })
}
