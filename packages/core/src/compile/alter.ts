import type { Attribute } from '../attribute/attribute.ts'
import type { ForeignKey, Index, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import type { Statement } from '../driver/driver.ts'
import type { CollationOf, Query } from './dialect.ts'

/** One thing in which a table of the database is not what it is to become. Names of attributes are the new ones. */
export type TableChange =
  | { readonly kind: 'rename-table'; readonly from: TableName }
  | { readonly kind: 'rename-attribute'; readonly from: string; readonly attribute: Attribute }
  | { readonly kind: 'add-attribute'; readonly attribute: Attribute }
  | { readonly kind: 'drop-attribute'; readonly attribute: Attribute }
  | {
      readonly kind: 'change-attribute'
      readonly from: Attribute
      readonly to: Attribute
      readonly aspects: ReadonlySet<AttributeAspect>
    }
  | { readonly kind: 'change-comment'; readonly from: string; readonly to: string }
  | { readonly kind: 'change-key'; readonly from: readonly string[]; readonly to: readonly string[] }
  | { readonly kind: 'add-index' | 'drop-index'; readonly index: Index }
  | { readonly kind: 'add-reference'; readonly foreignKey: ForeignKey }
  | { readonly kind: 'drop-reference'; readonly foreignKey: ForeignKey }
  | { readonly kind: 'declare' }
  /** The job table of DataJoint 2 of a table whose keys it could not hold any more; it is made anew when it is used. */
  | { readonly kind: 'drop-jobs'; readonly jobs: TableName }
  /** The rows in `~jobs` of DataJoint 0.14 of a table whose keys they do not identify any more. */
  | { readonly kind: 'forget-jobs' }

/** What of an attribute changes. `origin`: it comes by a reference, and did not, or the reverse. */
export type AttributeAspect = 'type' | 'nullability' | 'default' | 'comment' | 'origin'

/** A table, what it is to become, and in which steps. */
export interface TableAlteration {
  /** As the database has it; what it is to become where it is not there yet. */
  readonly stored: TableDeclaration
  /** The same under the new names: attributes, references and indexes are in the order of `stored`. */
  readonly before: TableDeclaration
  /** With the types that are there already, where those serve. */
  readonly after: TableDeclaration
  readonly changes: readonly TableChange[]
  /** Its job table of DataJoint 2, if there is one, as it is called now. */
  readonly jobs: TableName | null
}

/** A statement of a migration, and which changes it makes or prepares. */
export interface AlterStatement {
  readonly statement: Statement
  readonly table: TableName
  readonly changes: readonly TableChange[]
}

/** How the database calls what a definition has no name for, in some schemas. */
export interface AlterDetails {
  readonly indexes: readonly (Index & { readonly table: TableName; readonly name: string })[]
  readonly foreignKeys: readonly {
    readonly table: TableName
    readonly name: string
    readonly attributes: readonly string[]
    readonly parent: TableName
  }[]
  /** Columns that no definition shows (`_…`), and those of hidden tables. */
  readonly hiddenColumns: readonly { readonly table: TableName; readonly name: string }[]
  /** What a table has that no definition says, and that is lost where it, or that attribute, is written anew. */
  readonly unsaid: readonly { readonly table: TableName; readonly attribute: string | null; readonly what: string }[]
}

/** What statements are written from. */
export interface Alterations {
  /** Each after those that it refers to. */
  readonly tables: readonly TableAlteration[]
  readonly details: AlterDetails
  /** Of the database as it is, by the names there. */
  readonly collationOf: CollationOf
  /** The hidden tables of every schema that is known. */
  readonly hidden: ReadonlyMap<string, readonly string[]>
}

/** Where a step of a migration stands. */
export type StepState = 'running' | 'done' | 'failed'

/** How one database changes tables. */
export interface AlterSyntax {
  readDetails(query: Query, schemas: readonly string[]): Promise<AlterDetails>
  /** What is to be executed, one after the other: interrupted between two of them, planning again finds the rest. */
  statements(alterations: Alterations): readonly AlterStatement[]
  /** Whether a change copies or rewrites the rows of its table. */
  rewrites(change: TableChange, alteration: TableAlteration, details: AlterDetails): boolean
  /** Why the database cannot make a change that a definition could ask for, and what to do; `null` where it can. */
  refuses(change: TableChange, alteration: TableAlteration, details: AlterDetails): string | null
  /** What must be set in the transaction before, where there is one. */
  readonly prepare: readonly Statement[]
  /** Queries that return no row where all references lead somewhere. */
  verify(tables: readonly TableName[]): readonly Statement[]
  /** Of each: no row, or one with how many rows of the table are so, and the attributes `shown` of one of them. */
  readonly count: {
    rows(table: TableName): Statement
    nulls(table: TableName, attribute: string, shown: readonly string[]): Statement
    /** Of values without NULL that several rows share: how many rows there are too many. */
    duplicates(table: TableName, attributes: readonly string[]): Statement
    /** Rows of `~jobs` of DataJoint 0.14 that are about a table. */
    legacyJobs(table: TableName): Statement
    orphans(table: TableName, foreignKey: Omit<ForeignKey, 'unique'>, shown: readonly string[]): Statement
  }
  /**
   * What one migration of a schema has and another waits for, some seconds: a query that gives 1 where it has it, and one
   * that gives it back; both on one session. `null` where the transaction of a migration locks others out.
   */
  readonly lock: { take(schema: string): Statement; release(schema: string): Statement } | null
  /** The hidden table in which what was done is written down. */
  readonly log: {
    create(schema: string): Statement
    begin(schema: string, entry: { readonly id: string; readonly step: string; readonly sql: string }): Statement
    end(schema: string, id: string, state: StepState, message: string): Statement
  }
}
