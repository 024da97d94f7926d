import type { Attribute } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import type { Connection } from '../connection/connection.ts'
import { DuplicateRowError, MissingParentError } from './errors.ts'
import { keyNames } from './key-names.ts'
import { findParent } from './parent.ts'
import { findPresent } from './present.ts'
import type { AnyTable } from './table.ts'
import { identify, type Tuple, tupleOf } from './tuple.ts'

/** The rows of the statement that the database refused. */
export interface RefusedRows {
  readonly table: AnyTable
  readonly attributes: readonly Attribute[]
  readonly rows: readonly (readonly StoredValue[])[]
  /** How many rows were inserted before them. */
  readonly start: number
  /** Rows whose primary key is there were to be left alone. */
  readonly skipDuplicates: boolean
}

/** Finds out which row the database refused and why, as far as that can be told. */
export async function explainInsert(transaction: Connection, refused: RefusedRows, error: unknown): Promise<unknown> {
  try {
    switch (codeOf(error)) {
      case 'duplicate-entry':
        return await findDuplicate(transaction, refused, error)
      case 'missing-parent':
        return (await findOrphan(transaction, refused, error)) ?? error
      default:
        return error
    }
  } catch {
    // where nothing more can be asked, what the database said is all there is
    return error
  }
}

async function findDuplicate(transaction: Connection, refused: RefusedRows, error: unknown) {
  const { table, start, skipDuplicates } = refused
  const { indexes, foreignKeys } = table.declaration
  const key = keyNames(table.declaration)
  const repeatsKey = await repeats(transaction, refused, key)
  if (!skipDuplicates && repeatsKey.size > 0) return duplicate(key)
  for (const { unique, attributes } of [...indexes, ...foreignKeys]) {
    if (!unique) continue
    const repeated = await repeats(transaction, refused, attributes)
    for (const index of repeated) if (!repeatsKey.has(index)) return duplicate(attributes, index)
  }
  return new DuplicateRowError({ table: table.typeName, row: null, attributes: key, inKey: false, values: '' }, error)

  function duplicate(attributes: readonly string[], index = Math.min(...repeatsKey)) {
    const tuple = tuplesOf(refused, attributes)[index]
    return new DuplicateRowError(
      {
        table: table.typeName,
        row: start + index,
        attributes,
        inKey: attributes === key,
        values: tuple ? format(tuple) : '',
      },
      error,
    )
  }
}

/** Which rows have values of the named attributes that the table or a row before them has. */
async function repeats(
  transaction: Connection,
  refused: RefusedRows,
  names: readonly string[],
): Promise<ReadonlySet<number>> {
  const tuples = tuplesOf(refused, names)
  const seen = new Set(await findPresent(transaction, refused.table.declaration, names, tuples))
  const repeated = new Set<number>()
  for (const [index, tuple] of tuples.entries()) {
    if (tuple === null) continue
    const identity = identify(tuple)
    if (seen.has(identity)) repeated.add(index)
    seen.add(identity)
  }
  return repeated
}

async function findOrphan(transaction: Connection, refused: RefusedRows, error: unknown) {
  const { table, start } = refused
  for (const foreignKey of table.declaration.foreignKeys) {
    const parent = findParent(table, foreignKey.parent)
    if (!parent) continue
    const tuples = tuplesOf(refused, foreignKey.attributes)
    const present = await findPresent(transaction, parent.declaration, foreignKey.parentAttributes, tuples)
    const index = tuples.findIndex((tuple) => tuple !== null && !present.has(identify(tuple)))
    const tuple = tuples[index]
    if (tuple) {
      return new MissingParentError(
        table.typeName,
        start + index,
        foreignKey.attributes,
        parent.typeName,
        format(tuple),
        error,
      )
    }
  }
  return null
}

/** Per row its values of the named attributes; `null` where one is missing or NULL. */
function tuplesOf({ attributes, rows }: RefusedRows, names: readonly string[]): readonly (Tuple | null)[] {
  const positions = names.map((name) => attributes.findIndex((attribute) => attribute.name === name))
  return rows.map((row) => tupleOf(row, positions))
}

const format = (tuple: Tuple): string =>
  tuple.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value))).join(', ')

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
