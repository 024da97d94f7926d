import { ObjectPathError } from './store-error.ts'

export interface StoreOptions {
  readonly signal?: AbortSignal | undefined
}

/** One object of a store. */
export interface StoredObject {
  /** Relative to the store, with slashes. */
  readonly path: string
  /** In bytes. */
  readonly size: number
}

/**
 * A place for objects outside the database. Paths are relative to it; every function throws 'invalid-object-path' for
 * one that could leave it, 'store-location-missing' where the store itself is not there, and the signal's reason.
 */
export interface Store {
  readonly name: string
  /** What the paths of hash-addressed objects begin with. */
  readonly hashPrefix: string
  /** What the paths of objects named for their row begin with. */
  readonly schemaPrefix: string
  /** Lengths of the folders that a hash is folded into: `[2, 2]` puts abcdef… in ab/cd. */
  readonly subfolding: readonly number[]
  /** Writes an object whole or not at all; one of that path is replaced. */
  put(path: string, bytes: Uint8Array, options?: StoreOptions): Promise<void>
  /** Throws 'object-missing'. */
  get(path: string, options?: StoreOptions): Promise<Uint8Array>
  /** Bytes `start` to `end`, the last not included. Throws 'object-missing' and 'object-range'. */
  getRange(path: string, start: number, end: number, options?: StoreOptions): Promise<Uint8Array>
  /** The size of an object in bytes; `null` where there is none. */
  size(path: string, options?: StoreOptions): Promise<number | null>
  /** Whether there was an object to delete. */
  delete(path: string, options?: StoreOptions): Promise<boolean>
  /** Every object below a folder (`''` for all of the store), in no order. */
  list(folder: string, options?: StoreOptions): AsyncIterable<StoredObject>
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
