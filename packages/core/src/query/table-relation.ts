import { tableNode } from '../relation/table.ts'
import type { RelationNode } from '../relation/node.ts'
import type { Context } from './context.ts'
import { deletePlanned, type DeleteOptions, type DeletePlan, planDelete } from './delete.ts'
import { AutoPopulatedError, WriteInFetchError } from './errors.ts'
import { insertRows } from './insert.ts'
import { Relation } from './relation.ts'
import type { AnyTable, Key, NewRow, Row } from './table.ts'

/** What an insert takes that it would refuse otherwise. */
export interface InsertOptions {
  /** Leaves rows alone whose primary key is there already. */
  readonly skipDuplicates?: boolean
  /** Leaves out attributes that the table does not have. */
  readonly ignoreExtra?: boolean
  /** Inserts into a table that fills itself, outside of populate(). */
  readonly allowDirectInsert?: boolean
  readonly signal?: AbortSignal
}

/** A table on an open database, or some of its rows. */
export class TableRelation<T extends AnyTable> extends Relation<Key<T>, Row<T>> {
  readonly table: T

  constructor(context: Context, table: T, node: RelationNode = tableNode(table.declaration)) {
    super(context, node, table.typeName)
    this.table = table
  }

  /**
   * Inserts all rows or none; an error names the row and the attribute. Returns how many were inserted. (An array is an
   * iterable too; said apart, the compiler points at the row that does not fit.)
   */
  async insert(rows: readonly NewRow<T>[] | Iterable<NewRow<T>>, options: InsertOptions = {}): Promise<number> {
    this.#refuseInFetch()
    // a part is filled with its master
    const { tier } = (this.table.master ?? this.table).declaration
    if ((tier === 'imported' || tier === 'computed') && options.allowDirectInsert !== true) {
      throw new AutoPopulatedError(this.table.typeName)
    }
    return insertRows(this.context, this.table, rows, options)
  }

  async insert1(row: NewRow<T>, options: InsertOptions = {}): Promise<void> {
    await this.insert([row], options)
  }

  /** What a delete of these rows would take: per table its rows, and why. */
  async planDelete(options: DeleteOptions = {}): Promise<DeletePlan> {
    return planDelete(this.context, this.table, this.node, options)
  }

  /**
   * Deletes these rows and all that depend on them, in one transaction. Given a plan, it refuses when the database has
   * changed since. Returns what was deleted.
   */
  async delete(plan?: DeletePlan, options: DeleteOptions = {}): Promise<DeletePlan> {
    this.#refuseInFetch()
    return deletePlanned(this.context, this.table, this.node, plan ?? null, options)
  }

  /** A make's `fetch` only reads: what it wrote would stay where the make fails. */
  #refuseInFetch(): void {
    if (this.context.reads) throw new WriteInFetchError(this.table.typeName)
  }

  protected override derive(node: RelationNode): TableRelation<T> {
    return new TableRelation(this.context, this.table, node)
  }
}
