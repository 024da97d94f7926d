import type { Storage, StoredValue } from '../attribute/storage.ts'
import type { Stores } from '../store/stores.ts'

/** What a codec may use to write a value. */
export interface EncodeContext {
  /** The database schema of the table that the value goes to. */
  readonly schema: string
  readonly stores: Stores
  readonly signal?: AbortSignal
}

/** What a codec may use to read a value. */
export type DecodeContext = Omit<EncodeContext, 'schema'>

/**
 * How values of `<name>` or `<name@store>` are kept. `store` is that of the type: `null` in the table itself, `''` the
 * default one. NULL is never handed to a codec.
 */
export interface Codec {
  readonly name: string
  /** What the database holds. Throws where the type cannot be with that store, or without one. */
  storage(store: string | null): Storage
  /** Called before the transaction of the insert: objects are in their stores before their row is. */
  encode(value: unknown, store: string | null, context: EncodeContext): Promise<StoredValue>
  decode(stored: Exclude<StoredValue, null>, store: string | null, context: DecodeContext): Promise<unknown>
}

/** A codec with the store of one type. */
export interface BoundCodec {
  readonly storage: Storage
  encode(value: unknown, context: EncodeContext): Promise<StoredValue>
  decode(stored: StoredValue, context: DecodeContext): Promise<unknown>
}
