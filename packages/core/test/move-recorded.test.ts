import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import { type Database, type DatabaseSettings, definePipeline, move, planMove } from '../src/index.ts'
import { load, readRecorded, recordedCodecs, type RecordedSchema } from './recorded-schema.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neurojoint-move-recorded-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (database: DatabaseSettings): Promise<Database> => {
  const stores = { stores: { ext: { protocol: 'file', location: folder } } } as const
  return definePipeline({ schemas: [], tables: {}, database, codecs: recordedCodecs, stores }).open()
}

/** What a server says of the columns of schemas, and what stands in them; of `~log`, which tells of declaring, nothing. */
async function contentsOf(settings: DatabaseSettings, schemas: readonly string[]) {
  const connection = await connect(settings)
  const read = async (sql: string, parameters: readonly string[] = []) => {
    const rows = await connection.query({ sql, parameters })
    return rows.map((row) =>
      row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)),
    )
  }
  try {
    const places = schemas.map(() => '?').join(', ')
    const columns = await read(
      'SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, CAST(COLUMN_TYPE AS CHAR), IS_NULLABLE, COLUMN_KEY, COLUMN_COMMENT ' +
        `FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN (${places}) AND TABLE_NAME <> '~log' ` +
        'ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION',
      schemas,
    )
    const rows: Record<string, readonly string[]> = {}
    for (const table of new Set(columns.map(([schema, name]) => `\`${schema}\`.\`${name}\``))) {
      const found = await read(`SELECT * FROM ${table}`)
      rows[table] = found.map((row) => row.map(canonical).join(' | ')).toSorted()
    }
    // the server that was recorded keeps JSON in text
    return { columns: columns.map((row) => row.join(' ').replace(' longtext ', ' json ')), rows }
  } finally {
    await connection.close()
  }
}

const canonical = (value: unknown): string => {
  const text = String(value)
  if (!/^[[{]/.test(text)) return text
  const sorted = (_: string, one: unknown): unknown =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : one
  return JSON.stringify(JSON.parse(text), sorted)
}

/** Nothing is moved while jobs are reserved, and the recorded worker is gone. */
async function endReservations(settings: DatabaseSettings, { generation, schemas }: RecordedSchema): Promise<void> {
  const connection = await connect(settings)
  const table = generation === '2.x' ? '~~spike_analysis2_p' : '~jobs'
  const sql = `UPDATE \`${schemas[1]}\`.\`${table}\` SET status = 'error' WHERE status = 'reserved'`
  await connection.execute({ sql, parameters: [] })
  await connection.close()
}

/** A file has no unsigned 64 bits. */
async function narrow(settings: DatabaseSettings, { schemas }: RecordedSchema): Promise<void> {
  const connection = await connect(settings)
  const table = `\`${schemas[1]}\`.native_types`
  for (const sql of [`UPDATE ${table} SET a_ubig = 1`, `ALTER TABLE ${table} MODIFY a_ubig bigint NOT NULL`])
    await connection.execute({ sql, parameters: [] })
  await connection.close()
}

async function dropSchemas(settings: DatabaseSettings, schemas: readonly string[]): Promise<void> {
  const connection = await connect(settings)
  for (const schema of schemas.toReversed()) {
    await connection.execute({ sql: `DROP DATABASE IF EXISTS \`${schema}\``, parameters: [] })
  }
  await connection.close()
}

const [mariadb, mysql] = [inject('mariadb'), inject('mysql')]

const places: readonly (readonly [string, () => DatabaseSettings])[] = [
  ['a file', () => ({ kind: 'sqlite', path: join(folder, 'between.sqlite') })],
  ['another server', () => mariadb ?? { kind: 'sqlite', path: '' }],
]

describe.runIf(mariadb && mysql).each(places)("what Python's DataJoint made, in %s and back", (place, settings) => {
  test.each(['2.x', '0.14'] as const)('is what it was, %s', { timeout: 120_000 }, async (generation) => {
    if (!mariadb || !mysql) return
    const recorded = readRecorded(generation, `mvr${process.pid}_`)
    const { schemas } = recorded
    const between = settings()
    try {
      await load(recorded, mysql)
      await endReservations(mysql, recorded)
      if (between.kind === 'sqlite') await narrow(mysql, recorded)
      const before = await contentsOf(mysql, schemas)
      await using here = await open(mysql)
      await using there = await open(between)
      const plan = await planMove(here, there, schemas)
      expect(plan.notes).toEqual([
        {
          table: `${schemas[1]}.native_types`,
          problem: 'it has AUTO_INCREMENT of `id`, which no definition says',
        },
      ])
      await move(here, there, plan)
      await dropSchemas(mysql, schemas)
      await move(there, here, await planMove(there, here, schemas))
      const after = await contentsOf(mysql, schemas)
      expect(after.columns).toEqual(before.columns)
      expect(after.rows).toEqual(before.rows)
    } finally {
      await dropSchemas(mysql, schemas)
      if (between.kind !== 'sqlite') await dropSchemas(between, schemas)
    }
  })
})
