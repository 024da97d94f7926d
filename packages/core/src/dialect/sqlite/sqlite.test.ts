import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { connect } from '../../connection/connect.ts'
import { resolveDefinition } from '../../definition/resolve-definition.ts'
import { readSchemas } from '../../testing/dialect/declare-on.ts'
import type { OpenDatabase } from '../../testing/dialect/dialect-under-test.ts'
import { testDialect } from '../../testing/dialect/test-dialect.ts'
import { sqlite } from './dialect.ts'

async function open(): Promise<OpenDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-sqlite-'))
  const settings = { kind: 'sqlite', path: join(folder, 'lab.sqlite') } as const
  const connection = await connect(settings)
  return {
    connection,
    settings,
    schema: (name) => name,
    async close() {
      await connection.close()
      await rm(folder, { recursive: true })
    },
  }
}

testDialect({ name: 'sqlite', lacks: ['bigint unsigned', 'decimal(30,10)'], open })

describe('sqlite', () => {
  test('a folder that is not there and a file that is no database are told apart from a lost connection', async () => {
    await expect(connect({ kind: 'sqlite', path: '/nowhere/lab.sqlite' })).rejects.toMatchObject({
      code: 'database-unavailable',
      location: '/nowhere/lab.sqlite',
    })
    const folder = await mkdtemp(join(tmpdir(), 'neurojoint-sqlite-'))
    const path = join(folder, 'notes.txt')
    await writeFile(path, 'not a database, but long enough to have the header of one\n'.repeat(100))
    await expect(connect({ kind: 'sqlite', path })).rejects.toMatchObject({
      code: 'database-unavailable',
      location: path,
    })
    await rm(folder, { recursive: true })
  })

  test('a transaction waits for another process, and gives up waiting when its signal aborts', async () => {
    const { connection, settings, close } = await open()
    const other = await connect(settings)
    await connection.transaction(async () => {
      const signal = AbortSignal.timeout(200)
      await expect(other.transaction(async () => {}, signal)).rejects.toMatchObject({ name: 'TimeoutError' })
      await expect(
        other.execute({ sql: 'CREATE TABLE x (a)', parameters: [] }, AbortSignal.timeout(50)),
      ).rejects.toBeDefined()
    })
    expect(await other.transaction(async () => 'free again')).toBe('free again')
    await other.close()
    await close()
  })

  test('a disk that is full is told, and what was there is read and written on', async () => {
    const { connection, close } = await open()
    const run = (sql: string) => connection.execute({ sql, parameters: [] })
    await run('CREATE TABLE x (a)')
    // to SQLite, a file that may not grow is a disk without room
    await connection.transaction(async (transaction) => {
      await transaction.query({ sql: 'PRAGMA max_page_count = 20', parameters: [] })
    })
    const insert = 'INSERT INTO x VALUES (zeroblob(200000))'
    await expect(run(insert)).rejects.toMatchObject({ code: 'disk-full' })
    await expect(
      connection.transaction(async (transaction) => {
        await transaction.execute({ sql: 'INSERT INTO x VALUES (1)', parameters: [] })
        await transaction.execute({ sql: insert, parameters: [] })
      }),
    ).rejects.toMatchObject({ code: 'disk-full', message: expect.stringContaining('Make room') })
    await run('INSERT INTO x VALUES (2)')
    expect(await connection.query({ sql: 'SELECT count(*) FROM x', parameters: [] })).toEqual([[1]])
    await close()
  })

  test('refuses a decimal that its numbers cannot hold exactly', () => {
    const declaration = resolveDefinition({
      schema: 'lab',
      name: 'Exact',
      tier: 'manual',
      definition: `n : int8\n---\nx : decimal(16,2)`,
      references: {},
    })
    expect(() => sqlite.createTable(declaration, () => null)).toThrow(
      expect.objectContaining({ code: 'unsupported-type' }),
    )
  })

  test('reads a table that no pipeline made, by the types of its columns', async () => {
    const { connection, close } = await open()
    const sql = 'CREATE TABLE "lab.old" (a INTEGER PRIMARY KEY, b VARCHAR(9) NOT NULL DEFAULT \'x\', c, d DOUBLE)'
    await connection.execute({ sql, parameters: [] })
    const [table] = (await readSchemas(connection, ['lab'])).tables
    expect(table?.heading.map(({ type, inKey }) => [type.text, type.storage.kind, inKey])).toEqual([
      ['integer', 'integer', true],
      ['varchar(9)', 'text', false],
      ['blob', 'bytes', false],
      ['double', 'float', false],
    ])
    await close()
  })
})
