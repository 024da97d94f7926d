import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { FileTruncatedError, OutOfRangeError, RecordingClosedError } from '../errors.ts'
import type { ReadOptions, Recording, RecordingFile, TraceRange } from './recording.ts'

const bytesPerSample = 2
/** Bytes read at once while columns are picked out. */
const blockBytes = 4 * 2 ** 20

/** Everything of a recording but its reading. */
export type FlatRecording = Omit<Recording, 'kind' | 'location' | 'traces' | 'close'> & {
  readonly files: readonly RecordingFile[]
}

/** A recording over flat files whose sizes were checked; each is opened when it is first read. */
export function openFlatFiles(recording: FlatRecording): Recording {
  const handles = new Map<string, Promise<FileHandle>>()
  const places = recording.files.flatMap((file) => placesOf(file, recording.segments))
  const name = recording.files[0]?.path ?? 'the recording'
  let isOpen = true
  const handleOf = (path: string): Promise<FileHandle> => {
    const handle = handles.get(path) ?? open(path)
    handles.set(path, handle)
    return handle
  }
  return {
    ...recording,
    kind: 'recording',
    location: locationOf(recording.files),
    async traces(range, { signal }: ReadOptions = {}) {
      signal?.throwIfAborted()
      const { segment = 0 } = range
      if (!isOpen) throw new RecordingClosedError(name)
      const place = places.find((candidate) => candidate.segment === segment)
      const frames = recording.segments[segment]?.frames
      if (!place || frames === undefined) {
        const available = `${recording.segments.length === 1 ? 'one segment' : `${recording.segments.length} segments`}, from 0`
        throw new OutOfRangeError('Segment', `${segment}`, name, available)
      }
      const { path } = place.file
      requireRange(range, frames, recording.channels.length, path)
      return readTraces(await handleOf(path), place, range, recording.channels.length, signal)
    },
    async close() {
      isOpen = false
      const opened = await Promise.allSettled(handles.values())
      for (const handle of opened) if (handle.status === 'fulfilled') await handle.value.close()
      handles.clear()
    },
  }
}

/** Where the frames of a segment begin. */
interface Place {
  readonly segment: number
  readonly file: RecordingFile
  readonly offsetBytes: number
}

function placesOf(file: RecordingFile, segments: Recording['segments']): Place[] {
  let offsetBytes = file.offsetBytes
  return file.segments.map((segment) => {
    const place = { segment, file, offsetBytes }
    offsetBytes += (segments[segment]?.frames ?? 0) * file.columns * bytesPerSample
    return place
  })
}

function locationOf([file, ...others]: readonly RecordingFile[]): Recording['location'] {
  if (!file || others.length > 0 || file.offsetBytes !== 0) return null
  return { path: file.path, columns: file.columns, dtype: 'int16' }
}

function requireRange({ start, end, channels }: TraceRange, frames: number, count: number, path: string): void {
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > frames)
    throw new OutOfRangeError('Frames', `${start} to ${end}`, path, `${frames} frames`)
  const stray = channels?.find((channel) => !Number.isInteger(channel) || channel < 0 || channel >= count)
  if (stray !== undefined) throw new OutOfRangeError('Channel', `${stray}`, path, `${count} analog channels, from 0`)
}

async function readTraces(
  handle: FileHandle,
  { file: { path, columns: width }, offsetBytes }: Place,
  { start, end, channels }: TraceRange,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Int16Array> {
  const columns = channels ?? Array.from({ length: count }, (_, index) => index)
  const traces = new Int16Array((end - start) * columns.length)
  const framesPerBlock = Math.max(1, Math.floor(blockBytes / (width * bytesPerSample)))
  const block = new Int16Array(Math.min(framesPerBlock, end - start) * width)
  for (let first = start; first < end; first += framesPerBlock) {
    const words = block.subarray(0, Math.min(framesPerBlock, end - first) * width)
    signal?.throwIfAborted()
    await readFully(handle, words, offsetBytes + first * width * bytesPerSample, path)
    pickColumns(words, width, columns, traces, (first - start) * columns.length)
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
    if (bytesRead === 0)
      throw new FileTruncatedError(path, position + done, position + bytes.length, 'correct what says its length')
    done += bytesRead
  }
}
