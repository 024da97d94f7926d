import type { OnDuplicate } from '../../compile/dialect.ts'
import { isFunctional } from '../../definition/index-item.ts'
import type { Connection } from '../../connection/connection.ts'
import { codeOf } from '../../errors.ts'
import { formatValue } from '../given-row.ts'
import type { InsertTask } from './insert.ts'
import { keyNames } from '../key-names.ts'
import { findParent } from './parent.ts'
import { findHolders, findPresent } from './present.ts'
import { findRefusedValue } from './refused-value.ts'
import type { RowBatch } from './row-batches.ts'
import type { AnyTable } from '../table.ts'
import { identify, type Tuple, tupleOf } from '../tuple.ts'
import { DuplicateRowError, MissingParentError, type RowPlace } from './write-errors.ts'

/** The rows of the statement that the database refused. */
export interface RefusedRows {
  readonly table: AnyTable
  readonly batch: RowBatch
  readonly onDuplicate: OnDuplicate
  /** What they are part of, where the rows before them can be looked at again. */
  readonly task?: Pick<InsertTask, 'given' | 'encoder'>
  /** What an error says of what has become of the call, where it was no insert. */
  readonly undone?: string
}

const nowhere: RowPlace = { row: null, line: null }

/** Finds out which row the database refused and why, as far as that can be told. */
export async function explainRefused(transaction: Connection, refused: RefusedRows, error: unknown): Promise<unknown> {
  try {
    switch (codeOf(error)) {
      case 'duplicate-entry':
        return await findDuplicate(transaction, refused, error)
      case 'missing-parent':
        return (await findOrphan(transaction, refused, error)) ?? error
      case 'invalid-value':
      case 'missing-value':
        return error instanceof Error ? ((await findRefusedValue(transaction, refused, error)) ?? error) : error
      default:
        return error
    }
  } catch {
    // where nothing more can be asked, what the database said is all there is
    return error
  }
}

/** The unique indexes of a table on attributes, its primary key first. */
export const uniqueIn = ({ declaration }: AnyTable): readonly (readonly string[])[] => [
  keyNames(declaration),
  ...[...declaration.indexes, ...declaration.foreignKeys]
    .filter((index) => index.unique && !isFunctional(index))
    .map(({ attributes }) => attributes),
]

async function findDuplicate(transaction: Connection, refused: RefusedRows, error: unknown) {
  const { table, batch, onDuplicate, undone } = refused
  const [key = [], ...others] = uniqueIn(table)
  const repeatsKey = await findRepeated(transaction, refused, key)
  if (onDuplicate === 'fail' && repeatsKey.size > 0) return duplicate(key, repeatsKey, Math.min(...repeatsKey.keys()))
  for (const attributes of others) {
    const repeated = await findRepeated(transaction, refused, attributes)
    for (const index of repeated.keys()) {
      // a row that is skipped may repeat what is there
      if (onDuplicate !== 'skip' || !repeatsKey.has(index)) return duplicate(attributes, repeated, index)
    }
  }
  // what an index on expressions holds only the database can tell; a key may be that of a row that is not seen here yet
  const functional = table.declaration.indexes.find((index) => index.unique && isFunctional(index))
  const attributes = functional?.attributes ?? (onDuplicate === 'fail' ? key : null)
  if (attributes === null) return error
  const which = { table: table.typeName, ...nowhere, ...(undone !== undefined && { undone }), attributes }
  return new DuplicateRowError({ ...which, other: null, inKey: false, values: '' }, error)

  function duplicate(attributes: readonly string[], repeated: ReadonlyMap<number, number | null>, index: number) {
    const tuple = tuplesOf(batch, attributes)[index]
    const within = repeated.get(index) ?? null
    const other = within === null ? tuple && findEarlier(refused, attributes, tuple) : batch.places[within]
    return new DuplicateRowError(
      {
        table: table.typeName,
        ...(batch.places[index] ?? nowhere),
        other: other ?? null,
        attributes,
        inKey: attributes === key,
        values: tuple ? tuple.map(formatValue).join(', ') : '',
        ...(undone !== undefined && { undone }),
      },
      error,
    )
  }
}

/**
 * Which rows have values of the named attributes that another row has: of the table (`null`), or before it (its index). A
 * row of the table with the same primary key is the same row, unless it is the key that is looked at.
 */
async function findRepeated(
  transaction: Connection,
  { table, batch }: RefusedRows,
  names: readonly string[],
): Promise<ReadonlyMap<number, number | null>> {
  const key = keyNames(table.declaration)
  const isKey = names.every((name, index) => name === key[index]) && names.length === key.length
  const [tuples, keys] = [tuplesOf(batch, names), tuplesOf(batch, key)]
  const holders = await findHolders(transaction, table.declaration, names, tuples)
  const seen = new Map<string, { readonly index: number; readonly key: string }>()
  const repeated = new Map<number, number | null>()
  for (const [index, tuple] of tuples.entries()) {
    if (tuple === null) continue
    const identity = identify(tuple)
    const own = identify(keys[index] ?? [])
    const holder = holders.get(identity)
    const before = seen.get(identity)
    if (holder !== undefined && (isKey || holder !== own)) repeated.set(index, null)
    else if (before && (isKey || before.key !== own)) repeated.set(index, before.index)
    else seen.set(identity, { index, key: own })
  }
  return repeated
}

/** The row of an earlier statement of the same call that has the values, where the rows are still at hand. */
function findEarlier({ table, batch, task }: RefusedRows, names: readonly string[], tuple: Tuple): RowPlace | null {
  const first = batch.places[0]?.row ?? 0
  if (!task?.given.inMemory || !(Symbol.iterator in task.given.rows)) return null
  const positions = names.map((name) => table.declaration.heading.findIndex((attribute) => attribute.name === name))
  const wanted = identify(tuple)
  for (const given of task.given.rows) {
    if (given.row >= first) return null
    const values = task.encoder.encode(given).map((value) => value ?? null)
    const found = tupleOf(values, positions)
    if (found && identify(found) === wanted) return given
  }
  return null
}

async function findOrphan(transaction: Connection, { table, batch, undone }: RefusedRows, error: unknown) {
  for (const { attributes, parent: name, parentAttributes } of table.declaration.foreignKeys) {
    const parent = findParent(table, name)
    if (!parent) continue
    const tuples = tuplesOf(batch, attributes)
    const present = await findPresent(transaction, parent.declaration, parentAttributes, tuples)
    const index = tuples.findIndex((tuple) => tuple !== null && !present.has(identify(tuple)))
    const tuple = tuples[index]
    if (!tuple) continue
    const key = Object.fromEntries(parentAttributes.map((attribute, at) => [attribute, formatValue(tuple[at] ?? '')]))
    const place = { ...(batch.places[index] ?? nowhere), ...(undone !== undefined && { undone }) }
    return new MissingParentError({ table: table.typeName, ...place, attributes, parent: parent.typeName, key }, error)
  }
  return null
}

/** Per row its values of the named attributes; `null` where one is missing or NULL. */
function tuplesOf({ attributes, rows }: RowBatch, names: readonly string[]): readonly (Tuple | null)[] {
  const positions = names.map((name) => attributes.findIndex((attribute) => attribute.name === name))
  return rows.map((row) => tupleOf(row, positions))
}
