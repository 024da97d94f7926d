import { inspect } from 'node:util'
import { type NdArray, type NpyReader, type NpySource, readNpyFrom } from '@neurojoint/arrays'
import type { ReadOptions, StoredArray, StoredFile } from '../attribute/codec-values.ts'
import { ObjectMissingError } from '../store/store-error.ts'
import type { Store } from '../store/store.ts'
import { FileChangedError } from './codec-error.ts'
import { lastName, ObjectFile } from './stored-file.ts'

/** What a row says of an array in a store. */
export interface ArrayFacts {
  readonly path: string
  readonly dtype: string
  readonly shape: readonly number[]
}

/** An array in a store: the header of its file is read with the first of its values, and kept. */
export class LazyArray implements StoredArray {
  readonly kind = 'stored-array'
  readonly store: string
  readonly path: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly #store: Store
  #reader: NpyReader | null = null

  constructor(store: Store, { path, dtype, shape }: ArrayFacts) {
    this.#store = store
    this.store = store.name
    this.path = path
    this.dtype = dtype
    this.shape = shape
  }

  async load(options: ReadOptions = {}): Promise<NdArray> {
    return (await this.#open(options)).readAll(options)
  }

  async slice(start: number, end: number, options: ReadOptions = {}): Promise<NdArray> {
    return (await this.#open(options)).read(start, end, options)
  }

  get file(): StoredFile {
    return new ObjectFile(this.#store, { name: lastName(this.path), path: this.path, size: null, timestamp: null })
  }

  /** What the row says must be what the file says: the dtype is one of ours where it can be read. */
  async #open({ signal }: ReadOptions): Promise<NpyReader> {
    if (this.#reader) return this.#reader
    const size = await this.#store.size(this.path, { signal })
    if (size === null) throw new ObjectMissingError(this.store, this.path)
    const source: NpySource = {
      path: `${this.path} in the store '${this.store}'`,
      size,
      fill: async (into, position, options) => {
        into.set(await this.#store.getRange(this.path, position, position + into.length, options))
      },
    }
    const reader = await readNpyFrom(source, { signal })
    if (reader.dtype !== this.dtype || reader.shape.join() !== this.shape.join()) {
      const shown = ({ dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] }): string =>
        `an array of ${dtype} with the shape ${inspect(shape)}`
      throw new FileChangedError(this.store, this.path, `holds ${shown(reader)}`, shown(this))
    }
    this.#reader = reader
    return reader
  }
}
