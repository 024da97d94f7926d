import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import {
  ContradictionError,
  FileOverlongError,
  FileTruncatedError,
  OutOfRangeError,
  RaggedFileError,
  RecordingClosedError,
} from '../errors.ts'
import { refuseMissing } from '../missing-file.ts'
import type { Recording, TraceRange } from '../recording/recording.ts'
import { readSpikeGlxMeta } from './meta.ts'
import type { SpikeGlxMeta } from './meta.ts'

const bytesPerSample = 2
/** Bytes read at once while columns are picked out. */
const blockBytes = 4 * 2 ** 20

/**
 * Opens the `.bin` file beside a `.meta` file (either path will do) and checks its size. Throws `missing-file`,
 * `file-truncated`, `ragged-file`, `file-overlong`, `contradiction`, and what `parseSpikeGlxMeta` throws.
 */
export async function openSpikeGlxRecording(path: string): Promise<Recording> {
  const meta = await readSpikeGlxMeta(path.replace(/\.bin$/, '.meta'))
  const binPath = meta.path.replace(/\.meta$/, '.bin')
  const frames = await countFrames(meta, binPath)
  const file = await open(binPath)
  let isOpen = true
  return {
    kind: 'recording',
    samplingRate: meta.samplingRate,
    channels: meta.channels,
    segments: [{ frames, startSeconds: 0 }],
    location: { path: binPath, columns: meta.savedChannels, dtype: 'int16' },
    async traces(range) {
      if (!isOpen) throw new RecordingClosedError(binPath)
      return readTraces(file, meta, frames, binPath, range)
    },
    async close() {
      isOpen = false
      await file.close()
    },
  }
}

async function countFrames(meta: SpikeGlxMeta, path: string): Promise<number> {
  const { size } = await stat(path).catch(refuseMissing(path, 'The .meta has its counts in this file: copy it too.'))
  const frameBytes = meta.savedChannels * bytesPerSample
  const expected = meta.fileSizeBytes ?? size
  if (size < expected) throw new FileTruncatedError(path, size, expected)
  if (size % frameBytes !== 0) throw new RaggedFileError(path, size, frameBytes)
  if (size > expected) throw new FileOverlongError(path, size, expected)
  const seconds = size / frameBytes / meta.samplingRate
  // calibrated rates differ from nominal ones by parts in ten thousand
  if (Math.abs(seconds - meta.durationSeconds) > 0.001 + 0.001 * seconds)
    throw new ContradictionError(
      meta.path,
      `fileTimeSecs=${meta.durationSeconds}`,
      `${seconds} s for ${size} bytes of ${meta.savedChannels} channels at ${meta.samplingRate} Hz`,
      'Correct fileTimeSecs, or restore the .bin.',
    )
  return size / frameBytes
}

async function readTraces(
  file: FileHandle,
  meta: SpikeGlxMeta,
  frames: number,
  path: string,
  { segment = 0, start, end, channels }: TraceRange,
): Promise<Int16Array> {
  if (segment !== 0) throw new OutOfRangeError('Segment', `${segment}`, path, 'one segment, 0')
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > frames)
    throw new OutOfRangeError('Frames', `${start} to ${end}`, path, `${frames} frames`)
  const stray = channels?.find((channel) => !Number.isInteger(channel) || channel < 0 || channel >= meta.analogChannels)
  if (stray !== undefined)
    throw new OutOfRangeError('Channel', `${stray}`, path, `${meta.analogChannels} analog channels, from 0`)
  const columns = channels ?? Array.from({ length: meta.analogChannels }, (_, index) => index)
  const traces = new Int16Array((end - start) * columns.length)
  const framesPerBlock = Math.max(1, Math.floor(blockBytes / (meta.savedChannels * bytesPerSample)))
  const block = new Int16Array(Math.min(framesPerBlock, end - start) * meta.savedChannels)
  for (let first = start; first < end; first += framesPerBlock) {
    const count = Math.min(framesPerBlock, end - first)
    const words = block.subarray(0, count * meta.savedChannels)
    await readFully(file, words, first * meta.savedChannels * bytesPerSample, path)
    pickColumns(words, meta.savedChannels, columns, traces, (first - start) * columns.length)
  }
  return traces
}

/** Copies columns of frame-major words; the usual case, all analog channels, in runs. */
function pickColumns(words: Int16Array, width: number, columns: readonly number[], into: Int16Array, at: number): void {
  const isRun = columns.every((column, position) => column === position)
  let out = at
  for (let frame = 0; frame < words.length; frame += width) {
    if (isRun) into.set(words.subarray(frame, frame + columns.length), out)
    else for (let c = 0; c < columns.length; c++) into[out + c] = words[frame + (columns[c] ?? 0)] ?? 0
    out += columns.length
  }
}

/** A read may return less than was asked for. */
async function readFully(file: FileHandle, words: Int16Array, position: number, path: string): Promise<void> {
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
  let done = 0
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done)
    if (bytesRead === 0) throw new FileTruncatedError(path, position + done, position + bytes.length)
    done += bytesRead
  }
}
