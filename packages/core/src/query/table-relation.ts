import { tableNode } from '../relation/table.ts'
import type { RelationNode } from '../relation/node.ts'
import { checkOptions, checkPlan, fromCaller, show } from './call.ts'
import type { Context } from './context.ts'
import { type Deleted, deletePlanned, type DeleteOptions, type DeletePlan, planDelete } from './delete/delete.ts'
import { InvalidCallError, KeylessTableError, WriteInFetchError } from './errors.ts'
import { insertRelation } from './insert/insert-relation.ts'
import { insertRows, type InsertRowsOptions } from './insert/insert.ts'
import { isOperand, nodeBeside, type Operand } from './operand.ts'
import { Relation } from './relation.ts'
import type { RestrictOptions } from './expression/matching.ts'
import type { TableRestriction } from './expression/restriction.ts'
import type { RowSource } from './insert/row-source.ts'
import type { AnyTable, Key, NewRow, Row, UpdatedRow } from './table.ts'
import { updateRow, type UpdateRowOptions } from './insert/update1.ts'
import { AutoPopulatedError } from './insert/write-errors.ts'

/** How rows are inserted. */
export interface InsertOptions extends InsertRowsOptions {
  /** Writes to a table that fills itself, outside of populate(). */
  readonly allowDirectInsert?: boolean
}

/** How a row is updated. */
export interface UpdateOptions extends UpdateRowOptions {
  /** Writes to a table that fills itself, outside of populate(). */
  readonly allowDirectInsert?: boolean
}

const UPDATE_OPTIONS = ['allowDirectInsert', 'signal']
const INSERT_OPTIONS = ['skipDuplicates', 'replace', 'ignoreExtra', 'onProgress', ...UPDATE_OPTIONS]
const PARTS = ['enforce', 'cascade', 'ignore']

/** A table on an open database, or some of its rows: `db(Table)`. */
export class TableRelation<T extends AnyTable> extends Relation<Key<T>, Row<T>> {
  readonly table: T

  constructor(context: Context, table: T, node: RelationNode = tableNode(table.declaration)) {
    super(context, node, table.typeName)
    this.table = table
  }

  /**
   * The rows that satisfy a restriction. In a generic element, where an upstream table may have any attributes, those that
   * the table's own definition declares may be given by themselves.
   *
   * @throws as Relation.restrict
   */
  override restrict(restriction: TableRestriction<Row<T>, T['~own']>, options: RestrictOptions = {}): this {
    return super.restrict(restriction, options)
  }

  override exclude(restriction: TableRestriction<Row<T>, T['~own']>, options: RestrictOptions = {}): this {
    return super.exclude(restriction, options)
  }

  /**
   * Inserts all rows or none, in one transaction; an error names the row and the attribute. Rows may come as a list, from
   * whatever gives one after another, also by and by, from a CSV text (`csv()`), or from a relation, whose rows are copied
   * within the database. Returns how many were inserted. (An array is an iterable too; said apart, the compiler points at
   * the row that does not fit.)
   *
   * ```ts
   * await db(Subject).insert([{ subject: 'm1', sex: 'F' }, { subject: 'm2' }], { skipDuplicates: true })
   * ```
   *
   * @throws InvalidRowError `invalid-row` for a value, a name or a missing attribute
   * @throws DuplicateRowError `duplicate-row`
   * @throws MissingParentError `missing-parent-row`
   * @throws InvalidCsvError `invalid-csv`
   * @throws IncompatibleRelationError `incompatible-relation`
   * @throws AutoPopulatedError `auto-populated` for an imported or computed table
   */
  async insert(rows: RowSource<NewRow<T>> | Operand, options: InsertOptions = {}): Promise<number> {
    return fromCaller(this.insert, () => this.#insert(rows, options))
  }

  /** Inserts one row, as `insert` does. */
  async insert1(row: NewRow<T>, options: InsertOptions = {}): Promise<void> {
    await fromCaller(this.insert1, () => this.#insert([row], options))
  }

  /**
   * Changes the row that has the key of `row` to the other values of `row`: `null` is NULL, and what is left out stays.
   * Returns whether that changed anything. There must be such a row.
   *
   * ```ts
   * await db(Subject).update1({ subject: 'm1', weight: 21.5 })
   * ```
   *
   * @throws NoSuchRowError `no-such-row`
   * @throws InvalidUpdateError `invalid-update` for half a key, nothing to change, or a value that cannot be
   */
  async update1(row: UpdatedRow<T>, options: UpdateOptions = {}): Promise<boolean> {
    checkOptions('update1()', options, UPDATE_OPTIONS)
    this.#refuseWrite(options)
    if (this.node.kind !== 'table') {
      throw new InvalidCallError(
        `update1() finds its row by the key that it is given: call it on ${this.label} as a whole.`,
      )
    }
    return fromCaller(this.update1, () => updateRow(this.context, this.table, row, options))
  }

  /**
   * What a delete of these rows would take: per table its rows, and why. Nothing is deleted.
   *
   * @throws PartWithoutMasterError `part-without-master` where a part's row would go without its master's
   */
  async planDelete(options: DeleteOptions = {}): Promise<DeletePlan> {
    checkDeleteOptions('planDelete()', options)
    return fromCaller(this.planDelete, () => planDelete(this.context, this.table, this.node, options))
  }

  /**
   * Deletes these rows and all that depend on them, in one transaction. Given a plan, it refuses when the database has
   * changed since. Returns what was deleted.
   *
   * ```ts
   * const plan = await db(Subject).restrict({ subject: 'm1' }).planDelete()
   * await db(Subject).restrict({ subject: 'm1' }).delete(plan)
   * ```
   *
   * @throws StalePlanError `stale-plan`
   * @throws PartWithoutMasterError `part-without-master`
   */
  async delete(plan?: DeletePlan, options: DeleteOptions = {}): Promise<Deleted> {
    // options in the place of the plan would be the slip of a hand
    if (plan !== undefined && plan !== null) checkPlan('delete()', plan, 'planDelete()')
    checkDeleteOptions('delete()', options)
    this.#refuseInFetch()
    return fromCaller(this.delete, () => deletePlanned(this.context, this.table, this.node, plan ?? null, options))
  }

  async #insert(rows: unknown, options: InsertOptions): Promise<number> {
    checkOptions('insert()', options, INSERT_OPTIONS)
    if (options.replace === true && options.skipDuplicates === true) {
      throw new InvalidCallError('insert() either replaces rows that are there or skips them: leave one option out.')
    }
    this.#refuseWrite(options)
    if (this.table.declaration.keyless && (options.replace === true || options.skipDuplicates === true)) {
      throw new KeylessTableError(this.table.typeName, options.replace === true ? '{ replace }' : '{ skipDuplicates }')
    }
    if (isOperand(rows)) return insertRelation(this.context, this.table, nodeBeside(this, rows, 'insert()'), options)
    return insertRows(this.context, this.table, rows, options)
  }

  #refuseWrite({ allowDirectInsert = false }: Pick<InsertOptions, 'allowDirectInsert'>): void {
    this.#refuseInFetch()
    // a part is filled with its master
    const { tier } = (this.table.master ?? this.table).declaration
    if ((tier === 'imported' || tier === 'computed') && !allowDirectInsert) {
      throw new AutoPopulatedError(this.table.typeName)
    }
  }

  /** A make's `fetch` only reads: what it wrote would stay where the make fails. */
  #refuseInFetch(): void {
    if (this.context.reads) throw new WriteInFetchError(this.table.typeName)
  }

  protected override derive(node: RelationNode): TableRelation<T> {
    return new TableRelation(this.context, this.table, node)
  }
}

function checkDeleteOptions(call: string, options: DeleteOptions): void {
  checkOptions(call, options, ['parts', 'signal'])
  const { parts = 'enforce' } = options
  if (PARTS.includes(parts)) return
  throw new InvalidCallError(`${call} was given parts: ${show(parts)}. There are ${PARTS.map(show).join(', ')}.`)
}
