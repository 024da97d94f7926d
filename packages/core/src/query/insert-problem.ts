import type { Attribute } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { DuplicateRowError, MissingParentError } from './errors.ts'
import type { AnyTable } from './table.ts'
import { identify, type Tuple, tupleOf } from './tuple.ts'

/** The rows of the statement that the database refused. */
export interface RefusedRows {
  readonly table: AnyTable
  readonly attributes: readonly Attribute[]
  readonly rows: readonly (readonly StoredValue[])[]
  /** How many rows were inserted before them. */
  readonly start: number
}

/** Finds out which row the database refused and why, as far as that can be told. */
export async function explainInsert(transaction: Connection, refused: RefusedRows, error: unknown): Promise<unknown> {
  switch (codeOf(error)) {
    case 'duplicate-entry':
      return (await findDuplicate(transaction, refused, error)) ?? error
    case 'missing-parent':
      return (await findOrphan(transaction, refused, error)) ?? error
    default:
      return error
  }
}

async function findDuplicate(transaction: Connection, refused: RefusedRows, error: unknown) {
  const { table, rows, start } = refused
  const { heading, indexes } = table.declaration
  const uniques = [
    heading.filter(({ inKey }) => inKey).map(({ name }) => name),
    ...indexes.filter(({ unique }) => unique).map(({ attributes }) => attributes),
  ]
  for (const names of uniques) {
    const tuples = tuplesOf(refused, names)
    const present = await existing(transaction, table, names, tuples)
    for (const [index, tuple] of tuples.entries()) {
      if (tuple === null) continue
      if (
        present.has(identify(tuple)) ||
        tuples.slice(0, index).some((other) => other && identify(other) === identify(tuple))
      ) {
        return new DuplicateRowError(table.typeName, start + index, names, format(tuple), error)
      }
    }
  }
  return rows.length === 0 ? null : new DuplicateRowError(table.typeName, null, uniques[0] ?? [], '', error)
}

async function findOrphan(transaction: Connection, refused: RefusedRows, error: unknown) {
  const { table, start } = refused
  for (const foreignKey of table.declaration.foreignKeys) {
    const parent = [...table.parents, ...(table.master ? [table.master] : [])].find(
      ({ declaration: { name } }) => name.schema === foreignKey.parent.schema && name.table === foreignKey.parent.table,
    )
    if (!parent) continue
    const tuples = tuplesOf(refused, foreignKey.attributes)
    const present = await existing(transaction, parent, foreignKey.parentAttributes, tuples)
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

/** Which of the tuples a table has, identified. */
async function existing(
  transaction: Connection,
  table: AnyTable,
  names: readonly string[],
  tuples: readonly (Tuple | null)[],
): Promise<ReadonlySet<string>> {
  const keys = tuples.filter((tuple) => tuple !== null)
  if (keys.length === 0) return new Set()
  const node = project(
    restrict(tableNode(table.declaration), { kind: 'in', attributes: names, keys }),
    Object.fromEntries(names.map((name) => [name, name])),
  )
  const { dialect } = transaction
  const rows = await transaction.query(dialect.select(lower(node)))
  const positions = names.map((name) => node.heading.findIndex((attribute) => attribute.name === name))
  return new Set(
    rows.map((row) =>
      identify(
        positions.map((position) => {
          const attribute = node.heading[position]
          return attribute ? dialect.fromRaw(row[position] ?? null, attribute.type.storage) : null
        }),
      ),
    ),
  )
}

const format = (tuple: Tuple): string =>
  tuple.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value))).join(', ')

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
