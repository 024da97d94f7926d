import type { AttributeType } from '../attribute/attribute.ts'
import type { Storage, StoredValue } from '../attribute/storage.ts'
import type { Stores } from '../store/stores.ts'
import type { External } from './external.ts'

/** What a codec may use to read or write a value. */
export interface CodecContext {
  readonly stores: Stores
  readonly signal?: AbortSignal
}

/** One attribute of the primary key of a row. */
export interface KeyValue {
  readonly name: string
  readonly type: AttributeType
  readonly value: StoredValue
}

/** What the codecs of this engine may use to write a value: where it goes. */
export interface EncodeContext extends CodecContext {
  /** The database schema of the table that the value goes to. */
  readonly schema: string
  /** The table, as the database calls it. */
  readonly table: string
  readonly attribute: string
  /** The primary key of the row, without what only the database knows. */
  readonly key: readonly KeyValue[]
  /** Has an object of DataJoint 0.14 listed in the transaction of the insert, before the row that refers to it. */
  track(external: External): void
}

/** What the codecs of this engine may use to read a value. */
export interface DecodeContext extends CodecContext {
  /** The schema whose table it is in, where the value does not say where it is. */
  readonly schema?: string | undefined
  /** What `~external_<store>` says of an object of DataJoint 0.14. */
  external?(hash: Uint8Array): External | undefined
}

/**
 * A codec of this engine, which knows what the database holds. `store` is that of the type: `null` in the table itself, ''
 * the default one. NULL is never handed to it.
 */
export interface BaseCodec {
  readonly name: string
  /** What the database holds. Throws where the type cannot be with that store, or without one. */
  storage(store: string | null): Storage
  /** Called before the transaction of the insert where it can be: objects are in their stores before their row is. */
  encode(value: unknown, store: string | null, context: EncodeContext): Promise<StoredValue>
  decode(stored: Exclude<StoredValue, null>, store: string | null, context: DecodeContext): Promise<unknown>
}

/** A codec with the store of one type. */
export interface BoundCodec {
  readonly storage: Storage
  /** The type of the column, where that is one without a codec. */
  readonly keptAs?: string
  encode(value: unknown, context: EncodeContext): Promise<StoredValue>
  decode(stored: StoredValue, context: DecodeContext): Promise<unknown>
}
