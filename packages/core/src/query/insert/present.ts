import { lower } from '../../compile/lower.ts'
import type { Connection } from '../../connection/connection.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import type { RawRow } from '../../driver/driver.ts'
import { project } from '../../relation/project.ts'
import { restrict } from '../../relation/restrict.ts'
import { tableNode } from '../../relation/table.ts'
import { keyNames } from '../key-names.ts'
import { identify, type Tuple } from '../tuple.ts'

/** Which of the tuples a table has as values of the named attributes, identified. */
export async function findPresent(
  connection: Connection,
  table: TableDeclaration,
  names: readonly string[],
  tuples: readonly (Tuple | null)[],
): Promise<ReadonlySet<string>> {
  return new Set((await findHolders(connection, table, names, tuples)).keys())
}

/** The tuples that a table has as values of the named attributes, each with the primary key of a row that has it. */
export async function findHolders(
  connection: Connection,
  table: TableDeclaration,
  names: readonly string[],
  tuples: readonly (Tuple | null)[],
): Promise<ReadonlyMap<string, string>> {
  const keys = tuples.filter((tuple) => tuple !== null)
  if (keys.length === 0) return new Map()
  const all = tableNode(table)
  const node = project(
    // the empty key is that of any row
    names.length === 0 ? all : restrict(all, { kind: 'in', attributes: names, keys }),
    Object.fromEntries(names.map((name) => [name, name])),
  )
  const { dialect } = connection
  const rows = await connection.query(dialect.select(lower(node)))
  const identifyIn = (wanted: readonly string[]) => {
    const columns = wanted.flatMap((name) => {
      const position = node.heading.findIndex((attribute) => attribute.name === name)
      const attribute = node.heading[position]
      return attribute ? [{ position, storage: attribute.type.storage }] : []
    })
    return (row: RawRow) =>
      identify(columns.map(({ position, storage }) => dialect.fromRaw(row[position] ?? null, storage)))
  }
  const [tupleIn, keyIn] = [identifyIn(names), identifyIn(keyNames(table))]
  return new Map(rows.map((row) => [tupleIn(row), keyIn(row)]))
}
