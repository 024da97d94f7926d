import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createConnection } from 'mysql2/promise'
import { unpackBlob } from '../src/blob/blob.ts'
import { connect } from '../src/connection/connect.ts'
import type { Connection } from '../src/connection/connection.ts'
import { builtinCodecs } from '../src/codec/codecs.ts'
import { declare, defineSchema, planDeclare, readTables } from '../src/index.ts'
import { hashKey, identifyKept, identifyKey, packKey } from '../src/jobs/legacy-key.ts'
import { openJobQueue } from '../src/jobs/open-queue.ts'
import { type Database, databaseOn } from '../src/query/database.ts'
import { openStores } from '../src/store/stores.ts'
import { load, readRecorded } from './recorded-schema.ts'

const settings = inject('mariadb')

/** What `SHOW CREATE TABLE` says that a table has by itself, without what it has by where it is. */
const bare = (create: unknown): string =>
  String(create)
    .replaceAll(/ (?:COLLATE|CHARACTER SET)[ =]\w+/g, '')
    .replace(/ DEFAULT CHARSET=\w+/, '')

describe.runIf(settings)('job tables', () => {
  let connection: Connection
  let db: Database
  const prefix = `t${process.pid}_${Date.now().toString(36)}_jf_`
  const modern = readRecorded('2.x', prefix)
  const legacy = readRecorded('0.14', prefix)
  const all = [...modern.schemas, ...legacy.schemas]

  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> => {
    if (!settings) return []
    const { host, port, user, password } = settings
    const own = await createConnection({ host, port, user, password, rowsAsArray: true })
    try {
      const [rows] = await own.query(sql)
      return Array.isArray(rows) ? (rows as unknown[][]) : []
    } finally {
      await own.end()
    }
  }
  const tableOf = async (schema: string, name: string) => {
    const tables = await readTables(db, [schema])
    const table = tables.find(({ declaration }) => declaration.name.table === name)
    if (!table) throw new Error(`no ${name}`)
    return table
  }

  beforeAll(async () => {
    if (!settings) return
    await load(modern, settings)
    await load(legacy, settings)
    connection = await connect(settings)
    db = databaseOn({
      database: connection,
      connection,
      codecs: builtinCodecs,
      stores: await openStores({}),
      generations: new Map(),
      undeclared: [],
      reads: null,
    })
  })

  afterAll(async () => {
    for (const schema of all.toReversed()) await ask(`DROP DATABASE IF EXISTS \`${schema}\``)
    await connection?.close()
  })

  test.each(['_recording', '__spike_analysis2_p'])('that of %s is made as Python made it', async (name) => {
    const [, schema] = modern.schemas
    const jobs = `~~${name.replace(/^_+/, '')}`
    const show = async () => bare((await ask(`SHOW CREATE TABLE \`${schema}\`.\`${jobs}\``))[0]?.[1])
    const lineage = () =>
      ask(`SELECT attribute_name, lineage FROM \`${schema}\`.\`~lineage\` WHERE table_name = '${jobs}' ORDER BY 1`)
    const [recorded, origins] = [await show(), await lineage()]
    expect(recorded).toContain('Job queue for')
    await ask(`DROP TABLE \`${schema}\`.\`${jobs}\``)
    await ask(`DELETE FROM \`${schema}\`.\`~lineage\` WHERE table_name = '${jobs}'`)
    await openJobQueue(db, await tableOf(schema, name))
    expect(await show()).toBe(recorded)
    expect(await lineage()).toEqual(origins)
  })

  test('text in the key has the collation of the table, also where that is another than that of its schema', async () => {
    const names = [`${prefix}old`, `${prefix}new`] as const
    await ask(`CREATE DATABASE \`${names[0]}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`)
    try {
      const old = defineSchema(names[0])
      const Subject = old.manual('Subject', {}, 'subject : varchar(8)')
      const made = defineSchema(names[1])
      const make = { fetch: () => null, compute: () => ({ row: {} }) }
      const Stat = made.computed('Stat', { Subject }, '-> Subject', make)
      await declare(db, await planDeclare(db, [old, made]))
      await db(Subject).insert([{ subject: 'a' }, { subject: 'b' }])
      const queue = await openJobQueue(db, Stat)
      expect(await queue.refresh()).toMatchObject({ added: 2 })
      expect(await queue.claim({ limit: 5, leaseSeconds: 60 })).toHaveLength(2)
      expect(await queue.refresh()).toMatchObject({ added: 0, removed: 0 })
    } finally {
      for (const name of names.toReversed()) await ask(`DROP DATABASE IF EXISTS \`${name}\``)
    }
  })

  test('~jobs is made as Python made it', async () => {
    const [, schema] = legacy.schemas
    const show = async () => bare((await ask(`SHOW CREATE TABLE \`${schema}\`.\`~jobs\``))[0]?.[1])
    const recorded = await show()
    await ask(`CREATE TABLE \`${schema}\`.\`kept\` AS SELECT * FROM \`${schema}\`.\`~jobs\``)
    await ask(`DROP TABLE \`${schema}\`.\`~jobs\``)
    await openJobQueue(db, await tableOf(schema, '_recording'))
    expect(await show()).toBe(recorded)
    await ask(`INSERT INTO \`${schema}\`.\`~jobs\` SELECT * FROM \`${schema}\`.\`kept\``)
  })

  test('keys are hashed and packed as Python did it', async () => {
    const [, schema] = legacy.schemas
    const rows = await ask(`SELECT table_name, key_hash, \`key\` FROM \`${schema}\`.\`~jobs\``)
    expect(rows.length).toBeGreaterThan(1)
    let compared = 0
    for (const [name, hash, packed] of rows) {
      if (!(packed instanceof Uint8Array)) continue
      const kept = await unpackBlob(packed)
      expect(identifyKept(kept)).not.toBeNull()
      const table = (await readTables(db, [schema])).find(({ declaration }) => declaration.name.table === name)
      if (!table || typeof kept !== 'object' || kept === null) continue
      const { heading } = table.declaration
      expect(hashKey(kept, heading)).toBe(hash)
      expect(identifyKey(kept, heading)).toBe(identifyKept(kept))
      expect(Buffer.from(await packKey(kept, heading)).toString('hex')).toBe(Buffer.from(packed).toString('hex'))
      compared += 1
    }
    expect(compared).toBeGreaterThan(0)
  })
})
