import { openNpy } from '@neurojoint/arrays'
import type { NpyFile } from '@neurojoint/arrays'
import { ContradictionError } from '../errors.ts'

/** Frames that were acquired one right after the other. */
export interface Stretch {
  /** In the file. */
  readonly start: number
  readonly end: number
  /** The number of its first sample since the acquisition started. */
  readonly firstSample: number
}

/**
 * Splits the frames of a file where sample numbers jump, since packets were lost there. Reads a few numbers for each jump,
 * however long the file. Throws `contradiction`.
 */
export async function readStretches(path: string, frames: number): Promise<readonly Stretch[]> {
  const file = await openNpy(path)
  try {
    const [length = 0] = file.shape
    if (file.shape.length !== 1 || length !== frames)
      throw new ContradictionError(
        path,
        `${file.shape.join(' x ')} sample numbers`,
        `${frames}, one per frame of continuous.dat`,
        'Copy both files again.',
      )
    if (frames === 0) return []
    const starts = [0, ...(await findJumps(file, frames))]
    const stretches: Stretch[] = []
    for (const [index, start] of starts.entries())
      stretches.push({ start, end: starts[index + 1] ?? frames, firstSample: await numberAt(file, start) })
    return stretches
  } finally {
    await file.close()
  }
}

/** Frames whose number does not follow the one before; numbers rise by 1 or more from frame to frame. */
async function findJumps(file: NpyFile, frames: number): Promise<readonly number[]> {
  const jumps: number[] = []
  const search = async (first: number, last: number, from: number, to: number): Promise<void> => {
    if (to - from === last - first) return
    if (to - from < last - first)
      throw new ContradictionError(
        file.path,
        `sample numbers ${from} to ${to} for ${last - first + 1} frames`,
        'numbers that rise by 1 or more from frame to frame',
        'Copy the file again.',
      )
    if (last - first === 1) {
      jumps.push(last)
      return
    }
    const middle = Math.floor((first + last) / 2)
    const at = await numberAt(file, middle)
    await search(first, middle, from, at)
    await search(middle, last, at, to)
  }
  await search(0, frames - 1, await numberAt(file, 0), await numberAt(file, frames - 1))
  return jumps
}

async function numberAt(file: NpyFile, index: number): Promise<number> {
  const { data } = await file.read(index, index + 1)
  return Number(data[0])
}
