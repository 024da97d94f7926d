import type { Attribute } from '../attribute/attribute.ts'
import type { Storage, StoredValue } from '../attribute/storage.ts'
import type { Generation, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import type { RawValue, Statement } from '../driver/driver.ts'
import type { PipelineError } from '../errors.ts'
import type { Condition } from '../relation/condition.ts'
import type { SqlText } from '../relation/expression.ts'
import type { AlterSyntax } from './alter.ts'
import type { Select } from './select.ts'

/** Runs one statement and returns its rows: what a dialect needs to read the catalogue. */
export type Query = (statement: Statement) => Promise<readonly (readonly RawValue[])[]>

/** What an INSERT does with a row whose primary key is there: another unique index that it meets always fails. */
export type OnDuplicate = 'fail' | 'skip' | 'replace'

/**
 * The collation of a text column in the database; where the table is not there, the one that it would get from its schema.
 * `null` where that is not there either, and where a database has none.
 */
export type CollationOf = (table: TableName, attribute: string) => string | null

/** What a database holds of some schemas. */
export interface StoredSchemas {
  readonly tables: readonly TableDeclaration[]
  /** What other programs show of tables under names of its own: rows to read, without a key. */
  readonly views: readonly TableDeclaration[]
  /**
   * One of the tables with what definitions leave out: hidden columns (`_…`), and which columns refer to `~external_<store>`
   * where their types do not tell.
   */
  readonly wholeOf: (table: TableDeclaration) => TableDeclaration
  /** The names of those that exist, and of others that the database showed with them. */
  readonly schemas: readonly string[]
  readonly collationOf: CollationOf
  /** The generation of each schema that has tables. */
  readonly generations: ReadonlyMap<string, Generation>
  /** The hidden tables (`~…`) of each schema that exists. */
  readonly hidden: ReadonlyMap<string, readonly string[]>
  /** Tables beside which something is missing that `recordTable` writes: their declaring was cut short. */
  readonly unrecorded: readonly TableName[]
}

/**
 * A value that the server knows: its time (see `Clock`) with seconds added, who is connected, and the number of that
 * connection.
 */
export type ServerValue =
  | { readonly server: 'now'; readonly seconds: number }
  | { readonly server: 'user' | 'connection' }

/**
 * The server's clock, to milliseconds, in the time zone in which its other clients write times: for values that several
 * programs compare.
 */
export interface Clock {
  /** The time so many seconds from now: a number, or SQL that gives one. */
  now(seconds: SqlText): SqlText
  /** How many seconds there are until the time that SQL gives, negative where it is past. */
  secondsUntil(time: SqlText): SqlText
}

/** The statements for the tables in which DataJoint keeps jobs. */
export interface JobStatements {
  /** The comment of a table; no row where there is no such table. */
  findTable(table: TableName): Statement
  /** The job table of a table of DataJoint 2; its text columns have the collation of those in `target`. */
  createQueue(queue: TableDeclaration, target: TableDeclaration, collationOf: CollationOf): readonly Statement[]
  /** The job table of a schema of DataJoint 0.14. */
  createReservations(reservations: TableDeclaration): readonly Statement[]
}

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
    /** Indexes on expressions and on members of JSON values; elsewhere a definition that has one is refused by name. */
    readonly functionalIndexes: boolean
    /** Others may write while a transaction is open that writes: so a slow producer may feed one. */
    readonly concurrentWrites: boolean
  }
  select(select: Select): Statement
  count(select: Select): Statement
  /** One multi-row INSERT; the caller keeps `rows * attributes` within `supports.parameters`. A `null` is NULL. */
  insert(
    table: TableName,
    attributes: readonly Attribute[],
    rows: readonly (readonly StoredValue[])[],
    onDuplicate: OnDuplicate,
  ): Statement
  /** INSERT of what a SELECT gives, whose columns are those attributes in that order. */
  insertSelect(table: TableName, attributes: readonly Attribute[], select: Select, onDuplicate: OnDuplicate): Statement
  /**
   * Writes rows of `~external_<store>`: hash, size, attachment_name, filepath and contents_hash. One that is there stays, and
   * becomes as young as a new one.
   */
  trackExternals(table: TableName, rows: readonly (readonly StoredValue[])[]): Statement
  /** UPDATE of the rows of one table that satisfy a condition on its own attributes. */
  update(
    table: TableName,
    heading: readonly Attribute[],
    values: readonly (readonly [attribute: Attribute, value: StoredValue | ServerValue])[],
    condition: Condition,
  ): Statement
  readonly clock: Clock
  readonly jobs: JobStatements
  /** A SELECT in a transaction that keeps the rows which it gives for itself; those that others keep are left out. */
  claiming(select: Statement): Statement
  /** DELETE of the rows of one table that satisfy a condition on its own attributes. */
  delete(table: TableName, heading: readonly Attribute[], condition: Condition): Statement
  /**
   * A table that only the session which makes it sees, for rows on their way to another: of these attributes, all of them
   * nullable but the key, which is a number.
   */
  createStage(table: TableName, heading: readonly Attribute[]): Statement
  dropStage(table: TableName): Statement
  /** With the hidden tables that the generation keeps for a whole schema; only those where the schema exists. */
  createSchema(schema: string, generation: Generation, exists?: boolean): readonly Statement[]
  /**
   * CREATE TABLE with everything that the declaration's generation keeps beside it: comment markers and `~lineage` rows.
   * `collationOf` tells that of a text column which exists: an inherited one must have its parent's.
   */
  createTable(declaration: TableDeclaration, collationOf: CollationOf): readonly Statement[]
  /** Makes `~external_<store>`, which `createTable` does for attributes that refer to it. */
  createExternal(schema: string, store: string): Statement
  /** What `createTable` keeps beside the table, where that was cut short. */
  recordTable(declaration: TableDeclaration): readonly Statement[]
  /** How tables that are there become others. */
  readonly alter: AlterSyntax
  /** With what is beside it in the hidden tables of its schema. */
  dropTable(table: TableName, hidden: readonly string[]): readonly Statement[]
  /**
   * The tables of some schemas as they stand in the database, read in three queries whatever their number, and three more
   * where their references lead to others; a schema that does not exist has none.
   */
  readSchemas(query: Query, schemas: readonly string[]): Promise<StoredSchemas>
  /** Schemas that hold a table which refers, itself or through others, to one of `schema`, which is left out; one query. */
  referencingSchemas(query: Query, schema: string): Promise<readonly string[]>
  /** What the driver handed over, in the canonical form of its storage kind. */
  fromRaw(raw: RawValue, storage: Storage): StoredValue
  /** Says in our words what the database complained of; `null` where it is none of ours to explain. */
  explain(error: unknown): PipelineError | null
}
