import type { Storage, StoredValue } from './storage.ts'

/** `<name@store>`: how a codec type was spelt. `store` is `null` in the table itself, `''` the default store. */
export interface CodecSpec {
  readonly name: string
  readonly store: string | null
  /** The schema whose table it is in, where that decides where its objects are: a relation may be of several. */
  readonly schema?: string
}

/** A type of the definition language. */
export interface AttributeType {
  /** The canonical spelling in a definition of the table's generation: `varchar(32)`, `<blob@local>`, `int unsigned`. */
  readonly text: string
  readonly storage: Storage
  readonly codec: CodecSpec | null
  /** The type of the column, where a codec of a lab is kept as one that its marker does not tell: `varchar(40)`. */
  readonly keptAs?: string
}

export type Default =
  | { readonly kind: 'required' }
  | { readonly kind: 'null' }
  /** Without a value where the database computes it by an expression, which no definition says. */
  | { readonly kind: 'literal'; readonly value: StoredValue }
  /** The database counts the rows, of a table that another program made: each may say its number, or leave it out. */
  | { readonly kind: 'numbered' }
  | { readonly kind: 'current-timestamp'; readonly fraction: number }

/** One attribute of a heading. */
export interface Attribute {
  readonly name: string
  readonly type: AttributeType
  readonly inKey: boolean
  readonly nullable: boolean
  readonly default: Default
  readonly comment: string
  /** The attribute this one descends from, `schema.table.attribute`; `null` for a native secondary one. */
  readonly lineage: string | null
}

/** The attributes of a table or of an expression, in order. */
export type Heading = readonly Attribute[]
