import type { Attribute } from '../attribute/attribute.ts'
import type { Storage, StoredValue } from '../attribute/storage.ts'
import type { TableDeclaration, TableName } from '../definition/table-declaration.ts'
import type { RawValue, Statement } from '../driver/driver.ts'
import type { PipelineError } from '../errors.ts'
import type { Condition } from '../relation/condition.ts'
import type { Select } from './select.ts'

/** Runs one statement and returns its rows: what a dialect needs to read the catalogue. */
export type Query = (statement: Statement) => Promise<readonly (readonly RawValue[])[]>

/** How one database writes what all of them mean. Pure: it never opens a connection. */
export interface Dialect {
  readonly name: string
  readonly supports: {
    /** CREATE TABLE can be rolled back. */
    readonly transactionalDdl: boolean
    /** The most placeholders one statement may have. */
    readonly parameters: number
    /** About how many bytes of values one statement may bind. */
    readonly statementBytes: number
  }
  select(select: Select): Statement
  count(select: Select): Statement
  /** One multi-row INSERT; the caller keeps `rows * attributes` within `supports.parameters`. A `null` is NULL. */
  insert(
    table: TableName,
    attributes: readonly Attribute[],
    rows: readonly (readonly StoredValue[])[],
    onDuplicate: 'fail' | 'skip',
  ): Statement
  /** DELETE of the rows of one table that satisfy a condition on its own attributes. */
  delete(table: TableName, heading: readonly Attribute[], condition: Condition): Statement
  createSchema(schema: string): readonly Statement[]
  /** CREATE TABLE with everything the 2.x format keeps beside it: comment markers and `~lineage` rows. */
  createTable(declaration: TableDeclaration): readonly Statement[]
  dropTable(table: TableName): readonly Statement[]
  /** The tables of one schema as they stand in the database; an empty list where there is no such schema. */
  readSchema(query: Query, schema: string): Promise<readonly TableDeclaration[]>
  /** Schemas that hold a table which refers to one of `schema`, itself left out. */
  referencingSchemas(query: Query, schema: string): Promise<readonly string[]>
  /** What the driver handed over, in the canonical form of its storage kind. */
  fromRaw(raw: RawValue, storage: Storage): StoredValue
  /** Says in our words what the database complained of; `null` where it is none of ours to explain. */
  explain(error: unknown): PipelineError | null
}
