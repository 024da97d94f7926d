import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { Pass, Passing, PassSource } from '../src/pass.ts'
import type { Plan } from '../src/plan.ts'
import { simulateCounts } from './pass-counts.ts'
import { computeInOnePiece, roundHalfEven } from './pass-reference.ts'

export const channels = 13
export const columns = channels + 1
/** The second segment is shorter than a block, the first is some blocks long. */
export const segments = [20_000, 5000] as const
export const frames = 25_000

/** What the tests of one implementation share. */
export interface PassBench {
  readonly name: string
  readonly passing: Passing
  readonly counts: Int16Array
  readonly memory: Extract<PassSource, { readonly kind: 'memory' }>
  /** Closed when the tests end. */
  open(source: PassSource, plan: Plan): Promise<Pass>
  /** Where a file of this name lies in a folder that is removed when the tests end. */
  place(file: string): string
}

export function preparePassBench(name: string, passing: Passing): PassBench {
  const counts = simulateCounts(frames, channels)
  const opened: Pass[] = []
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'neurojoint-pass-'))
  })
  afterAll(async () => {
    await Promise.all(opened.map((pass) => pass.close()))
    await rm(folder, { recursive: true, force: true })
  })
  return {
    name,
    passing,
    counts,
    memory: { kind: 'memory', counts, columns, segments },
    async open(source, plan) {
      const pass = await passing.openPass(source, plan)
      opened.push(pass)
      return pass
    },
    place: (file) => join(folder, file),
  }
}

/** What a plan without other masks than gaps makes of a segment, each stretch between gaps in one piece. */
export function expectedWords(
  plan: Plan,
  counts: Int16Array,
  segment: number,
  width = plan.columns.length + 1,
): Float64Array {
  const rows = plan.columns.length
  const total = counts.length / width
  const words = new Float64Array(total * rows)
  const gaps = (plan.mask?.gaps ?? []).filter((gap) => gap.segment === segment)
  const starts = [0, ...gaps.map(({ end }) => end)]
  const ends = [...gaps.map(({ start }) => start), total]
  starts.forEach((start, index) => {
    const end = ends[index]!
    if (end <= start) return
    const result = computeInOnePiece(plan, counts.subarray(start * width, end * width), width)
    words.set(result.map(roundHalfEven), start * rows)
  })
  return words
}

export const readWords = async (path: string): Promise<Int16Array> => {
  const bytes = await readFile(path)
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

export const pick = (words: Int16Array, width: number, chosen: readonly number[]): Int16Array =>
  Int16Array.from({ length: (words.length / width) * chosen.length }, (_, at) => {
    return words[Math.floor(at / chosen.length) * width + chosen[at % chosen.length]!]!
  })
