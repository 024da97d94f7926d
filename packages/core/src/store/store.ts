import { ObjectPathError } from './store-error.ts'

export interface StoreOptions {
  readonly signal?: AbortSignal | undefined
}

export interface TransferOptions extends StoreOptions {
  /** Called with the number of bytes that were transferred so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

export interface StreamOptions extends StoreOptions {
  /** The first byte; 0 unless given. */
  readonly start?: number | undefined
  /** The byte after the last; the size unless given. */
  readonly end?: number | undefined
}

/** What an object is made of: bytes at hand, or as they come. */
export type ObjectContent = Uint8Array | AsyncIterable<Uint8Array>

/** One object of a store. */
export interface StoredObject {
  /** Relative to the store, with slashes. */
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** When it was last written or refreshed, by the clock of the store. */
  readonly modified: Date
}

/** What a writer that was killed left of an object on its way. */
export interface UnfinishedObject extends StoredObject {
  /** What the store calls it by. */
  readonly id: string
}

/**
 * A place for objects outside the database. Paths are relative to it; every function throws 'invalid-object-path' for
 * one that could leave it, 'store-location-missing' (or '-bucket-missing') where the store itself is not there,
 * 'store-access-denied' where it may not be used so, and the signal's reason.
 */
export interface Store extends Layout {
  readonly name: string
  readonly protocol: 'file' | 's3'
  /** Where it is, as it was told. */
  readonly place: string
  /** The same for two stores at one place, however it was told; for two at different ones, perhaps. */
  identify(options?: StoreOptions): Promise<string>
  /** Writes an object whole or not at all, in bounded memory; one of that path is replaced. */
  put(path: string, content: ObjectContent, options?: TransferOptions): Promise<void>
  /** The same with the content of a local file. */
  putFile(path: string, file: string, options?: TransferOptions): Promise<void>
  /** Throws 'object-missing'. */
  get(path: string, options?: TransferOptions): Promise<Uint8Array>
  /** Bytes `start` to `end`, the last not included. Throws 'object-missing' and 'object-range'. */
  getRange(path: string, start: number, end: number, options?: StoreOptions): Promise<Uint8Array>
  /** An object or a part of it, in pieces. Throws 'object-missing', 'object-range' and 'object-changed'. */
  stream(path: string, options?: StreamOptions): AsyncIterable<Uint8Array>
  /** Copies an object to a local file, whole or not at all, in bounded memory. Throws 'object-missing'. */
  getFile(path: string, file: string, options?: TransferOptions): Promise<void>
  /** The size of an object in bytes; `null` where there is none. */
  size(path: string, options?: StoreOptions): Promise<number | null>
  /** What `list` would say of one object; `null` where there is none. */
  find(path: string, options?: StoreOptions): Promise<StoredObject | null>
  /** Makes an object that was found as young as one just written; `false` where only writing it again does that. */
  refresh(object: StoredObject, options?: StoreOptions): Promise<boolean>
  /** Whether there was an object to delete. */
  delete(path: string, options?: StoreOptions): Promise<boolean>
  /** Every object below a folder (`''` for all of the store), in no order. */
  list(folder: string, options?: StoreOptions): AsyncIterable<StoredObject>
  /** What killed writers left below a folder, which `list` does not show, and what others are writing just now. */
  listUnfinished(folder: string, options?: StoreOptions): AsyncIterable<UnfinishedObject>
  /** Deletes what a killed writer left. */
  discard(unfinished: UnfinishedObject, options?: StoreOptions): Promise<void>
  /** Deletes a folder where it is empty; a store without folders has none. */
  prune(folder: string, options?: StoreOptions): Promise<void>
}

/** How objects lie in a store. Prefixes have no slash at either end; an empty one is the store itself. */
export interface Layout {
  /** What the paths of hash-addressed objects begin with. */
  readonly hashPrefix: string
  /** What the paths of objects named for their row begin with. */
  readonly schemaPrefix: string
  /** What the paths of files that rows only point to begin with; `null` where they may lie anywhere else. */
  readonly filepathPrefix: string | null
  /** Lengths of the folders that a hash is folded into: `[2, 2]` puts abcdef… in ab/cd. */
  readonly subfolding: readonly number[]
  /** The same for objects of DataJoint 0.14, which has another default. */
  readonly legacySubfolding: readonly number[]
  /** Attributes of the primary key that come first in the path of an object named for its row. */
  readonly partitionPattern: string | null
  /** How many random characters end the name of such an object. */
  readonly tokenLength: number
  /** A folder of this machine for copies of files; `null` where the store has none. */
  readonly stage: string | null
  /** Files of more bytes are recorded without a checksum by DataJoint 0.14; `null` for no limit. */
  readonly checksumLimit: number | null
}

/** Throws 'invalid-object-path' unless a path stays inside its store. */
export function requireObjectPath(path: string): void {
  const names = path.split('/')
  const bad = names.some((name) => name === '' || name === '.' || name === '..')
  // on Windows a backslash separates, and C: is a drive
  if (bad || path.includes('\\') || /^[a-z]:/i.test(path) || hasControl(path)) throw new ObjectPathError(path)
}

function hasControl(path: string): boolean {
  return Array.from(path).some((character) => character < ' ')
}
