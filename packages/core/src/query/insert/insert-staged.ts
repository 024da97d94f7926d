import { randomUUID } from 'node:crypto'
import type { Attribute } from '../../attribute/attribute.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import type { External } from '../../codec/external.ts'
import { lower } from '../../compile/lower.ts'
import type { Connection } from '../../connection/connection.ts'
import type { RelationNode, TableNode } from '../../relation/node.ts'
import { restrict } from '../../relation/restrict.ts'
import { tableNode } from '../../relation/table.ts'
import { ownTransaction } from '../deadlock.ts'
import { writeExternals } from '../external-rows.ts'
import { explainRefused } from './insert-problem.ts'
import type { InsertTask } from './insert.ts'
import { type RowBatch, rowBatches } from './row-batches.ts'

const ROWS_AT_ONCE = 10_000

/** Beside the attributes of the table, the stage keeps where each row stood in what was given. */
const places = ['~row', '~line'].map((name): Attribute => ({
  name,
  type: { text: 'int64', storage: { kind: 'integer', bits: 64 }, codec: null },
  inKey: name === '~row',
  nullable: name !== '~row',
  default: { kind: 'null' },
  comment: '',
  lineage: null,
}))

/**
 * Collects the rows, as they come, in a table that only the session which writes knows, and inserts them from there in one
 * short transaction: a slow source keeps nobody from writing meanwhile, and memory holds no more than a batch.
 */
export async function insertStaged(connection: Connection, task: InsertTask): Promise<number> {
  const { dialect } = connection
  const { table, signal } = task
  const kept = table.declaration.heading.map((attribute) => ({ ...attribute, inKey: false, nullable: true }))
  const stage = tableNode({ name: { schema: 'stage', table: randomUUID() }, heading: [...places, ...kept] })
  await connection.execute(dialect.createStage(stage.name, stage.heading), signal)
  try {
    let staged = 0
    const externals = new Map<string, External>()
    for await (const batch of rowBatches(task.given.rows, task.encoder, table, { ...task.batch, whole: true })) {
      const rows = batch.rows.map((row, index) => [...numbersOf(batch.places[index]), ...row])
      await connection.execute(dialect.insert(stage.name, [...places, ...batch.attributes], rows, 'fail'), signal)
      for (const one of batch.externals ?? []) {
        externals.set(`${one.store} ${Buffer.from(one.hash).toString('hex')}`, one)
      }
      staged += rows.length
      task.onProgress(staged)
    }
    const insert = async (transaction: Connection): Promise<number> => {
      await writeExternals(transaction, [...externals.values()], signal)
      return insertFrom(transaction, task, stage, staged)
    }
    return await ownTransaction(connection, insert, { signal })
  } finally {
    // what cannot be dropped ends with its session
    await connection.execute(dialect.dropStage(stage.name)).catch(() => {})
  }
}

const numbersOf = (place: RowBatch['places'][number] | undefined): readonly StoredValue[] => [
  BigInt(place?.row ?? 0),
  typeof place?.line === 'number' ? BigInt(place.line) : null,
]

async function insertFrom(
  transaction: Connection,
  task: InsertTask,
  stage: TableNode,
  staged: number,
): Promise<number> {
  const { table, onDuplicate, signal } = task
  const { name, heading } = table.declaration
  let inserted = 0
  for (let start = 0; start < staged; start += ROWS_AT_ONCE) {
    const within = (operator: '>=' | '<', row: number) =>
      ({ kind: 'compare', attribute: '~row', operator, value: BigInt(row) }) as const
    const part = restrict(stage, {
      kind: 'and',
      conditions: [within('>=', start), within('<', start + ROWS_AT_ONCE)],
    })
    try {
      const statement = transaction.dialect.insertSelect(name, heading, lower(part), onDuplicate)
      const changed = await transaction.execute(statement, signal)
      inserted += onDuplicate === 'replace' ? Math.min(ROWS_AT_ONCE, staged - start) : changed
    } catch (error) {
      const batch = await readBatch(transaction, part)
      throw await explainRefused(transaction, { table, batch, onDuplicate }, error)
    }
  }
  return inserted
}

/** The rows of a part of the stage, as they were before they got there. */
async function readBatch(transaction: Connection, part: RelationNode): Promise<RowBatch> {
  const { dialect } = transaction
  const raw = await transaction.query(dialect.select(lower(part)))
  const stored = raw.map((row) =>
    part.heading.map(({ type }, index) => dialect.fromRaw(row[index] ?? null, type.storage)),
  )
  return {
    attributes: part.heading.slice(places.length),
    rows: stored.map((row) => row.slice(places.length)),
    places: stored.map(([row, line]) => ({ row: Number(row), line: line === null ? null : Number(line) })),
  }
}
