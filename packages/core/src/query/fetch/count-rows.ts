import { lower } from '../../compile/lower.ts'
import type { RelationNode } from '../../relation/node.ts'
import type { Context } from '../context.ts'

/** How many rows a relation has. */
export async function countRows(
  { connection, reads }: Pick<Context, 'connection'> & Partial<Pick<Context, 'reads'>>,
  node: RelationNode,
  signal?: AbortSignal,
): Promise<number> {
  const statement = connection.dialect.count(lower(node))
  const rows = await connection.query(statement, signal)
  reads?.record(statement, rows)
  return Number(rows[0]?.[0] ?? 0)
}
