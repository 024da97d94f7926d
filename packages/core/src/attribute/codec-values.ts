import type { NdArray } from '@neurojoint/arrays'
import type { Givable } from './givable.ts'

/** A file or folder of this machine: an absolute path, or a `file:` URL such as `new URL('trace.dat', import.meta.url)`. */
export type LocalPath = string | URL

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
}

export interface DownloadOptions extends ReadOptions {
  /** Called with the number of bytes that were written so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

/** A file in a store: nothing of it is read before it is asked for. */
export interface StoredFile {
  readonly kind: 'file'
  /** As its row calls it: the last name of its path or, inside a folder, its path from there. */
  readonly name: string
  readonly store: string
  /** Relative to the store, with slashes. */
  readonly path: string
  /** In bytes; `null` where it was not recorded. */
  readonly size: number | null
  /** When it was recorded, in ISO 8601; `null` where that was not. */
  readonly timestamp: string | null
  /** All of it, checked by what was recorded of it: 'object-missing', 'file-changed'. */
  bytes(options?: DownloadOptions): Promise<Uint8Array>
  /** Bytes `start` to `end`, the last not included. */
  range(start: number, end: number, options?: ReadOptions): Promise<Uint8Array>
  /** All of it in pieces, checked as `bytes()` is: at the end. */
  stream(options?: ReadOptions): AsyncIterable<Uint8Array>
  /** Copies it to a local file, whole or not at all, checked as `bytes()` is. The folder of the file is made. */
  download(file: LocalPath, options?: DownloadOptions): Promise<void>
}

/** A folder in a store: nothing of it is read before it is asked for. */
export interface StoredFolder {
  readonly kind: 'folder'
  readonly name: string
  readonly store: string
  readonly path: string
  /** Of all its files in bytes; `null` where it was not recorded. */
  readonly size: number | null
  /** How many files it has; `null` where that was not recorded. */
  readonly itemCount: number | null
  readonly timestamp: string | null
  /** Its files, at any depth, by their names. */
  files(options?: ReadOptions): Promise<readonly StoredFile[]>
  /** One of its files, by its path from the folder; it need not be there before it is read. */
  file(path: string): StoredFile
  /** Copies its files to a local folder, which is made, several at a time. */
  download(folder: LocalPath, options?: DownloadOptions): Promise<void>
}

/** An array in a store: what it is like is known, its values are read when they are asked for. */
export interface StoredArray {
  readonly kind: 'stored-array'
  readonly store: string
  readonly path: string
  /** NumPy's name of the dtype: `float32`, `complex128`. */
  readonly dtype: string
  readonly shape: readonly number[]
  /** All of it. Throws 'unsupported-dtype' for elements that JavaScript has no array of. */
  load(options?: ReadOptions): Promise<NdArray>
  /** Its rows along the first axis from `start` to `end`, the last not included: no others are read. */
  slice(start: number, end: number, options?: ReadOptions): Promise<NdArray>
  /** The file in NumPy's format that it is. */
  readonly file: StoredFile
}

/** A small file that travels with its row. */
export interface Attachment {
  /** The base name of the file. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** Bytes for an `<object>` whose name shall end in an extension. */
export interface NamedBytes {
  readonly bytes: Uint8Array
  /** With its dot: `.txt`. */
  readonly ext: string
}

/** What is given for an `<object>`: bytes, a local file or folder, or what another row has, which is copied. */
export type NewObject = Uint8Array | NamedBytes | LocalPath | StoredFile | StoredFolder
/** What is given for an `<npy>`. */
export type NewArray = NdArray | NdArray['data'] | StoredArray
/** What is given for a `<filepath>`: a path in the store, with slashes, of what is there; or what another row has. */
export type NewFilepath = string | StoredFile | StoredFolder
/** What is given for an `<attach>`. */
export type NewAttachment = Attachment | LocalPath

/** The values of the codecs that every pipeline has, by their names. */
export interface CodecValues {
  /** For its user to narrow. */
  blob: unknown
  attach: Givable<Attachment, NewAttachment>
  hash: Uint8Array
  filepath: Givable<StoredFile | StoredFolder, NewFilepath>
  object: Givable<StoredFile | StoredFolder, NewObject>
  npy: Givable<StoredArray, NewArray>
}
