import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { chunkSize } from './chunks.ts'
import type { TransferOptions } from './store.ts'

/** A file of this machine in pieces. */
export async function* readFileChunks(file: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  signal?.throwIfAborted()
  const handle = await open(file)
  try {
    for (;;) {
      signal?.throwIfAborted()
      const piece = new Uint8Array(chunkSize)
      const { bytesRead } = await handle.read(piece, 0, chunkSize, null)
      if (bytesRead === 0) return
      yield piece.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

/** Writes a file of this machine, whole or not at all; its folder is made. */
export async function writeLocalFile(
  file: string,
  content: AsyncIterable<Uint8Array>,
  { signal, onProgress }: TransferOptions = {},
): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file).slice(0, 100)}.${randomUUID()}.tmp`)
  await mkdir(dirname(file), { recursive: true })
  try {
    const handle = await open(temporary, 'wx')
    try {
      let written = 0
      for await (const piece of content) {
        signal?.throwIfAborted()
        await handle.writeFile(piece)
        written += piece.length
        onProgress?.(written)
      }
    } finally {
      await handle.close()
    }
    signal?.throwIfAborted()
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
