import type { AttributeType, Default } from '../../attribute/attribute.ts'
import type { Dialect } from '../../compile/dialect.ts'
import type { SelectSyntax } from '../../compile/write-select.ts'

/** What the servers that keep tables in InnoDB differ in. */
export interface Variant {
  readonly name: string
  /** Of new schemas. Tells upper from lower case and keeps spaces at the end, as the other databases do. */
  readonly collation: string
  /** What every session is set to before its first statement. */
  readonly sessionSettings: readonly string[]
  readonly functionalIndexes: boolean
  /** `ANY_VALUE`, for a column that the key which rows are grouped by determines. */
  readonly anyValue: boolean
  /** Finds members of JSON values whose names start with a hyphen, which MariaDB takes for a place. */
  readonly jsonHyphens: boolean
  /** A column declared `json` is one of text with a check, and `information_schema` shows that. */
  readonly jsonIsText: boolean
  /** A statement with subqueries is not to be run twice as it was prepared. */
  readonly subqueriesOnce: boolean
  /** What its SELECTs are written in another way in. */
  readonly syntax: Partial<SelectSyntax>
  readonly fromRaw: Dialect['fromRaw']
  /** Reads a column's default as `information_schema` shows it, with what stands beside it under `extra`. */
  readDefault(text: string | null, nullable: boolean, type: AttributeType, extra: string): Default
}
