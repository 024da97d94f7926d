import type { TableName } from '../definition/table-declaration.ts'
import type { Statement } from '../driver/driver.ts'
import type { TableChange } from '../compile/alter.ts'

/** What was looked at before a step: rows that it could not take. */
export interface MigrationCheck {
  /** What the rows have, in words. */
  readonly what: string
  readonly rows: number
  /** The key of one of them, or the values that several share. */
  readonly example: Readonly<Record<string, string>> | null
}

/** One thing that a migration changes. */
export interface MigrationStep {
  /** By which `drop` allows it: `lab.subject.notes`. */
  readonly name: string
  readonly kind: TableChange['kind']
  /** In words. */
  readonly what: string
  /** It loses data, and is done only where `drop` names it. */
  readonly destructive: boolean
  /** It is not destructive, or `drop` names it. */
  readonly allowed: boolean
  /** The rows of the table are copied or rewritten, which takes time and room. */
  readonly rewrites: boolean
  /** What stands in its way is here with `rows` above 0. */
  readonly checks: readonly MigrationCheck[]
  /** Why it cannot be done, and what to do by hand; `null` where it can. */
  readonly problem: string | null
  /** The statements that make it; several steps of a table may be one. */
  readonly sql: readonly string[]
}

/** What a migration changes in one table. */
export interface TableMigration {
  readonly table: TableName
  /** What it is called in definitions. */
  readonly typeName: string
  readonly steps: readonly MigrationStep[]
}

/** A statement of a migration, and what it does. */
export interface MigrationStatement {
  readonly table: TableName
  readonly what: string
  readonly statement: Statement
}

/** How a database becomes what its definitions say. Make it with `planMigrate`. */
export interface MigrationPlan {
  readonly kind: 'migration'
  /** The tables that differ, each after those that it refers to. */
  readonly tables: readonly TableMigration[]
  /** Tables that would be created. */
  readonly created: readonly TableName[]
  /** Tables of the schemas that no definition says: they stay as they are. `planDrop` is for them. */
  readonly undefined: readonly TableName[]
  /** What is executed, in this order. */
  readonly statements: readonly MigrationStatement[]
  /**
   * All or nothing. Where it is false each statement stands when it is done: interrupted, the same migration is planned and
   * done again, and does the rest.
   */
  readonly atomic: boolean
}
