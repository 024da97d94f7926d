import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { identify, type Tuple } from './tuple.ts'

/** Which of the tuples a table has as values of the named attributes, identified. */
export async function findPresent(
  connection: Connection,
  table: TableDeclaration,
  names: readonly string[],
  tuples: readonly (Tuple | null)[],
): Promise<ReadonlySet<string>> {
  const keys = tuples.filter((tuple) => tuple !== null)
  if (keys.length === 0) return new Set()
  const node = project(
    restrict(tableNode(table), { kind: 'in', attributes: names, keys }),
    Object.fromEntries(names.map((name) => [name, name])),
  )
  const { dialect } = connection
  const rows = await connection.query(dialect.select(lower(node)))
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
