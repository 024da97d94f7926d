import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Recording } from '@neurojoint/formats/recording'

export interface MemoryRecording extends Recording {
  /** How often `traces` was called. */
  readonly reads: number
}

/**
 * A recording held in memory and in a temporary file with one more column, so that either implementation reads it in
 * its own way.
 *
 * @param counts frame-major
 */
export async function createRecording(
  counts: Int16Array,
  channels: number,
  { gain = 1, segments = [counts.length / channels] }: { gain?: number; segments?: readonly number[] } = {},
): Promise<MemoryRecording> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-dsp-'))
  const path = join(folder, 'recording.bin')
  const frames = counts.length / channels
  const words = new Int16Array(frames * (channels + 1)).fill(64)
  for (let frame = 0; frame < frames; frame++) {
    words.set(counts.subarray(frame * channels, (frame + 1) * channels), frame * (channels + 1))
  }
  await writeFile(path, words)
  let reads = 0
  return {
    kind: 'recording',
    samplingRate: 30_000,
    channels: Array.from({ length: channels }, (_, index) => ({
      index,
      name: `AP${index}`,
      acquisitionIndex: index,
      gain,
      offset: 0,
    })),
    segments: segments.map((length) => ({ frames: length, startSeconds: 0 })),
    location: { path, columns: channels + 1, dtype: 'int16' },
    get reads() {
      return reads
    },
    async traces({ segment = 0, start, end, channels: chosen }) {
      reads++
      const first = segments.slice(0, segment).reduce((sum, length) => sum + length, start)
      const columns = chosen ?? Array.from({ length: channels }, (_, column) => column)
      const result = new Int16Array((end - start) * columns.length)
      for (let frame = 0; frame < end - start; frame++) {
        const samples = counts.subarray((first + frame) * channels, (first + frame + 1) * channels)
        result.set(
          columns.map((column) => samples[column] ?? 0),
          frame * columns.length,
        )
      }
      return result
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
