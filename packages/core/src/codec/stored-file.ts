import { createHash } from 'node:crypto'
import type { DownloadOptions, LocalPath, ReadOptions, StoredFile } from '../attribute/codec-values.ts'
import { writeLocalFile } from '../store/local-file.ts'
import type { Store } from '../store/store.ts'
import { FileChangedError } from './codec-error.ts'
import { localPathOf } from './local-source.ts'

/** What a row says of a file in a store. */
export interface FileFacts {
  readonly name: string
  readonly path: string
  readonly size: number | null
  readonly timestamp: string | null
  /** MD5 of its content, where that is recorded. */
  readonly md5?: Uint8Array | null
}

/** A file in a store, of which nothing is held. Printed, it shows what it says of the file. */
export class ObjectFile implements StoredFile {
  readonly kind = 'file'
  readonly name: string
  readonly store: string
  readonly path: string
  readonly size: number | null
  readonly timestamp: string | null
  readonly #store: Store
  readonly #md5: Uint8Array | null

  constructor(store: Store, { name, path, size, timestamp, md5 = null }: FileFacts) {
    this.#store = store
    this.#md5 = md5
    this.name = name
    this.store = store.name
    this.path = path
    this.size = size
    this.timestamp = timestamp
  }

  async bytes({ signal, onProgress }: DownloadOptions = {}): Promise<Uint8Array> {
    const bytes = await this.#store.get(this.path, { signal, onProgress })
    this.#requireSize(bytes.length)
    if (this.#md5 !== null) this.#requireDigest(createHash('md5').update(bytes).digest())
    return bytes
  }

  range(start: number, end: number, { signal }: ReadOptions = {}): Promise<Uint8Array> {
    return this.#store.getRange(this.path, start, end, { signal })
  }

  async *stream({ signal }: ReadOptions = {}): AsyncGenerator<Uint8Array, void, void> {
    const md5 = this.#md5 === null ? null : createHash('md5')
    let size = 0
    for await (const piece of this.#store.stream(this.path, { signal })) {
      size += piece.length
      md5?.update(piece)
      yield piece
    }
    this.#requireSize(size)
    if (md5 !== null) this.#requireDigest(md5.digest())
  }

  async download(file: LocalPath, options: DownloadOptions = {}): Promise<void> {
    await writeLocalFile(localPathOf(file), this.stream(options), options)
  }

  #requireSize(found: number): void {
    if (this.size === null || found === this.size) return
    throw new FileChangedError(this.store, this.path, `has ${found} bytes`, String(this.size))
  }

  #requireDigest(found: Uint8Array): void {
    const [is, was] = [found, this.#md5 ?? found].map((digest) => Buffer.from(digest).toString('hex'))
    if (is !== was) throw new FileChangedError(this.store, this.path, `has the MD5 ${is}`, String(was))
  }
}

/** The last name of a path. */
export const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
