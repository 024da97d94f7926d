import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { TruncatedFileError } from '../../errors.ts'
import type { Span } from '../rows.ts'
import { fileError } from './failure.ts'

/** The file of a source, read by one thread. */
export interface SourceFile {
  /** The words of frames of a segment; valid until the next call. `look` is called between parts. */
  read(segment: number, span: Span, look: () => void): Int16Array
}

/** Bytes that are read in one go. */
const readAtOnce = 1 << 21

export function openFile(
  { path, offsetBytes }: { readonly path: string; readonly offsetBytes: number },
  columns: number,
  segments: readonly number[],
): SourceFile {
  const descriptor = attempt(path, () => openSync(path, 'r'))
  let buffer = new Int16Array()
  return {
    read(segment, { start, end }, look) {
      const words = (end - start) * columns
      if (buffer.length < words) buffer = new Int16Array(words)
      const counts = buffer.subarray(0, words)
      const bytes = new Uint8Array(counts.buffer, 0, counts.byteLength)
      const before = segments.slice(0, segment).reduce((sum, frames) => sum + frames, 0)
      const from = offsetBytes + 2 * columns * (before + start)
      for (let done = 0; done < bytes.length;) {
        look()
        const most = Math.min(readAtOnce, bytes.length - done)
        const count = attempt(path, () => readSync(descriptor, bytes, done, most, from + done))
        if (count === 0)
          throw new TruncatedFileError(path, fstatSync(descriptor).size, neededBytes(offsetBytes, columns, segments))
        done += count
      }
      return counts
    },
  }
}

/** The bytes that a file of so many frames has at least. */
export const neededBytes = (offsetBytes: number, columns: number, segments: readonly number[]): number =>
  offsetBytes + 2 * columns * segments.reduce((sum, frames) => sum + frames, 0)

/** Writes words to their place in a file that is there already; errors name the file that it is to become. */
export function writePart(
  { partial, path }: { readonly partial: string; readonly path: string },
  words: Int16Array,
  offset: number,
): void {
  if (words.length === 0) return
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
  attempt(path, () => {
    const descriptor = openSync(partial, 'r+')
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(descriptor, bytes, done, bytes.length - done, offset + done)
      }
    } finally {
      closeSync(descriptor)
    }
  })
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw fileError(path, error)
  }
}
