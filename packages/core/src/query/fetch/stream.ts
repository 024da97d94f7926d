import { lower } from '../../compile/lower.ts'
import { BATCH } from '../../driver/driver.ts'
import type { RelationNode } from '../../relation/node.ts'
import { show } from '../call.ts'
import type { Context } from '../context.ts'
import { InvalidCallError } from '../errors.ts'
import { readExternalsBefore } from '../external-rows.ts'
import { rowsReader } from './fetch.ts'
import { withOrder } from '../read-log.ts'

/** How a stream takes its rows. */
export interface StreamRowsOptions {
  /** How many rows are taken at once, 1000 where this is left out: no more than a few times as many are in memory. */
  readonly batch?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** The rows of a relation one by one, as they are read. */
export function streamRows<Row extends object>(
  context: Context,
  node: RelationNode,
  options: StreamRowsOptions,
): AsyncGenerator<Row, void, undefined> {
  const { batch = BATCH } = options
  if (!Number.isInteger(batch) || batch < 1) {
    throw new InvalidCallError(`stream() was given batch: ${show(batch)}. Give an integer of 1 or more.`)
  }
  return rowsOf<Row>(context, node, options)
}

async function* rowsOf<Row extends object>(
  context: Context,
  node: RelationNode,
  { batch, signal }: StreamRowsOptions,
): AsyncGenerator<Row, void, undefined> {
  const { connection, reads } = context
  const select = lower(node)
  const statement = connection.dialect.select(reads ? withOrder(select) : select)
  // while it runs, nothing else can be asked in its transaction
  const known = connection.inTransaction ? await readExternalsBefore(connection, node, signal) : undefined
  const read = rowsReader<Row>(node.heading, context, signal, known)
  const digest = reads?.begin(statement)
  let whole = false
  try {
    for await (const raw of connection.stream(statement, signal, batch)) {
      let given = 0
      try {
        for (const row of await read(raw)) {
          given += 1
          yield row
        }
      } finally {
        digest?.add(given === raw.length ? raw : raw.slice(0, given))
      }
    }
    whole = true
  } finally {
    digest?.end(whole)
  }
}
