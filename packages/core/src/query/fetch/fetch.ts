import type { Heading } from '../../attribute/attribute.ts'
import { lower } from '../../compile/lower.ts'
import type { RawRow } from '../../driver/driver.ts'
import type { RelationNode } from '../../relation/node.ts'
import type { Context } from '../context.ts'
import type { FindExternal } from '../external-rows.ts'
import { withOrder } from '../read-log.ts'
import { codecReader, valueReader } from './read-value.ts'

/** Fetches all rows of a relation. */
export async function fetchRows<Row extends object>(
  context: Context,
  node: RelationNode,
  signal?: AbortSignal,
): Promise<Row[]> {
  const { connection, reads } = context
  const select = lower(node)
  const statement = connection.dialect.select(reads ? withOrder(select) : select)
  const rows = await connection.query(statement, signal)
  reads?.record(statement, rows)
  return rowsReader<Row>(node.heading, context, signal)(rows)
}

/** How what a driver hands over becomes rows, found out once for all of them. */
export function rowsReader<Row extends object>(
  heading: Heading,
  context: Context,
  signal?: AbortSignal,
  known?: ReadonlyMap<string, FindExternal>,
): (rows: readonly RawRow[]) => Promise<Row[]> {
  const { dialect } = context.connection
  const names = heading.map(({ name }) => name)
  const readers = heading.map((attribute) =>
    attribute.type.codec === null ? valueReader(attribute, dialect) : () => null,
  )
  const decoders = heading.flatMap((attribute, index) =>
    attribute.type.codec === null
      ? []
      : [{ index, name: attribute.name, decode: codecReader(attribute, context, signal, known) }],
  )
  return async (raw) => {
    const rows: Record<string, unknown>[] = []
    for (const values of raw) {
      const row: Record<string, unknown> = {}
      let index = 0
      for (const read of readers) {
        // there are as many names as readers
        row[names[index] ?? ''] = read(values[index] ?? null)
        index += 1
      }
      rows.push(row)
    }
    for (const { index, name, decode } of decoders) {
      const column = raw.map((values) => values[index] ?? null)
      await decode(column, (place, value) => {
        const row = rows[place]
        if (row) row[name] = value
      })
    }
    // The heading, which made these rows, is the run-time side of the type Row.
    return rows as Row[]
  }
}
