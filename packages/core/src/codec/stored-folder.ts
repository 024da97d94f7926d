import { join } from 'node:path'
import type { DownloadOptions, LocalPath, ReadOptions, StoredFile, StoredFolder } from '../attribute/codec-values.ts'
import { ObjectMissingError } from '../store/store-error.ts'
import { requireObjectPath, type Store } from '../store/store.ts'
import { transferAll } from '../store/transfers.ts'
import { localPathOf } from './local-source.ts'
import { lastName, ObjectFile } from './stored-file.ts'

/** What a row says of a folder in a store. */
export interface FolderFacts {
  readonly path: string
  readonly size: number | null
  readonly itemCount: number | null
  readonly timestamp: string | null
}

/** A folder in a store, of which nothing is held. */
export class ObjectFolder implements StoredFolder {
  readonly kind = 'folder'
  readonly name: string
  readonly store: string
  readonly path: string
  readonly size: number | null
  readonly itemCount: number | null
  readonly timestamp: string | null
  readonly #store: Store

  constructor(store: Store, { path, size, itemCount, timestamp }: FolderFacts) {
    this.#store = store
    this.name = lastName(path)
    this.store = store.name
    this.path = path
    this.size = size
    this.itemCount = itemCount
    this.timestamp = timestamp
  }

  /** What is there is the truth: other clients write folders without saying what is in them. */
  async files({ signal }: ReadOptions = {}): Promise<readonly StoredFile[]> {
    const files: StoredFile[] = []
    for await (const { path, size } of this.#store.list(this.path, { signal })) {
      files.push(new ObjectFile(this.#store, { name: this.#nameOf(path), path, size, timestamp: this.timestamp }))
    }
    if (files.length === 0 && this.itemCount !== 0) throw new ObjectMissingError(this.store, `${this.path}/`)
    if (this.itemCount !== null && files.length < this.itemCount) await this.#findMissing(files, signal)
    return files.toSorted((left, right) => (left.name < right.name ? -1 : 1))
  }

  file(name: string): StoredFile {
    const path = `${this.path}/${name}`
    requireObjectPath(path)
    return new ObjectFile(this.#store, { name, path, size: null, timestamp: this.timestamp })
  }

  async download(folder: LocalPath, { signal, onProgress }: DownloadOptions = {}): Promise<void> {
    const to = localPathOf(folder)
    const files = await this.files({ signal })
    // what lies beside the folder says which those are, but a store is written by others: no name leaves the folder
    for (const { name } of files) requireObjectPath(name)
    let done = 0
    await transferAll(
      files,
      async (file, stop) => {
        let before = 0
        await file.download(join(to, ...file.name.split('/')), {
          signal: stop,
          onProgress: (bytes) => {
            done += bytes - before
            before = bytes
            onProgress?.(done)
          },
        })
      },
      { signal },
    )
  }

  #nameOf(path: string): string {
    return path.slice(this.path.length + 1)
  }

  /** Names the first file that was recorded and is not there. */
  async #findMissing(files: readonly StoredFile[], signal: AbortSignal | undefined): Promise<void> {
    const manifest = `${this.path}${manifestSuffix}`
    if ((await this.#store.size(manifest, { signal })) === null) throw new ObjectMissingError(this.store, manifest)
    const recorded = namesIn(Buffer.from(await this.#store.get(manifest, { signal })).toString())
    const there = new Set(files.map(({ name }) => name))
    const lost = recorded.find((name) => !there.has(name))
    if (lost !== undefined) throw new ObjectMissingError(this.store, `${this.path}/${lost}`)
  }
}

/** Beside a folder, an object of its name and this lists what is in it. */
export const manifestSuffix = '.manifest.json'

function namesIn(manifest: string): readonly string[] {
  const parsed: unknown = JSON.parse(manifest)
  const files = typeof parsed === 'object' && parsed !== null && 'files' in parsed ? parsed.files : []
  return (Array.isArray(files) ? files : []).flatMap((file: unknown) =>
    typeof file === 'object' && file !== null && 'path' in file && typeof file.path === 'string' ? [file.path] : [],
  )
}
