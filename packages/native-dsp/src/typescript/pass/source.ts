import { stat } from 'node:fs/promises'
import { TruncatedFileError, WrongLengthError } from '../../errors.ts'
import type { PassSource } from '../../pass.ts'
import type { Span } from '../rows.ts'
import { fileError } from './failure.ts'
import { neededBytes } from './file.ts'

/** Hands counts to threads, which own them then; null for a file, which threads read themselves. */
export type HandCounts = ((segment: number, span: Span) => Promise<Int16Array<ArrayBuffer>>) | null

export async function openSource(source: PassSource): Promise<HandCounts> {
  const { columns, segments } = source
  switch (source.kind) {
    case 'file': {
      const { path, offsetBytes } = source
      const { size } = await stat(path).catch((error: unknown) => {
        throw fileError(path, error)
      })
      const needed = neededBytes(offsetBytes, columns, segments)
      if (size < needed) throw new TruncatedFileError(path, size, needed)
      return null
    }
    case 'memory': {
      const { counts } = source
      const before = (segment: number): number => segments.slice(0, segment).reduce((sum, frames) => sum + frames, 0)
      return async (segment, { start, end }) => {
        const first = before(segment)
        return new Int16Array(counts.subarray((first + start) * columns, (first + end) * columns))
      }
    }
    case 'reader':
      return async (segment, { start, end }) => {
        const read = await source.read({ segment, start, end })
        const expected = (end - start) * columns
        if (read.length !== expected) throw new WrongLengthError('read', read.length, expected)
        // what is a part of more, or shared, cannot be handed over
        const isOwn = read.buffer instanceof ArrayBuffer && read.byteLength === read.buffer.byteLength
        return isOwn ? (read as Int16Array<ArrayBuffer>) : new Int16Array(read) // its buffer was looked at
      }
  }
}
