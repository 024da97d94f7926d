import { describe, expect, inject, test } from 'vitest'
import { connect } from '../../connection/connect.ts'
import type { Connection } from '../../connection/connection.ts'
import type { Referable } from '../../definition/reference.ts'
import { resolveDefinition } from '../../definition/resolve-definition.ts'
import type { OpenDatabase } from '../../testing/dialect/dialect-under-test.ts'
import { testDialect } from '../../testing/dialect/test-dialect.ts'
import { quote } from '../innodb/quote.ts'
import { mariadb } from './dialect.ts'

const settings = inject('mariadb')
let opened = 0

async function open(): Promise<OpenDatabase> {
  if (!settings) throw new RangeError('there is no server')
  const connection = await connect(settings)
  const prefix = `kit_${process.pid}_${opened++}_`
  const used = new Set<string>()
  return {
    connection,
    settings,
    schema(name) {
      used.add(prefix + name)
      return prefix + name
    },
    async close() {
      // those that refer to others were named later
      for (const name of [...used].toReversed()) {
        await connection.execute({ sql: `DROP DATABASE IF EXISTS ${quote(name)}`, parameters: [] })
      }
      await connection.close()
    },
  }
}

const run = (connection: Connection, sql: string) => connection.execute({ sql, parameters: [] })

describe.runIf(settings !== null)('with a server', () => {
  testDialect({ name: 'mariadb', open })

  test('tables are those that datajoint 2.3.5 makes of the same definitions, but for their collation', async () => {
    const { connection, schema, close } = await open()
    const define = (name: string, definition: string, references: Readonly<Record<string, Referable>> = {}) => ({
      declaration: resolveDefinition({ schema: schema('lab'), name, tier: 'manual', definition, references }),
    })
    const Species = define(
      'Species',
      `# kinds, with 'quotes'\nspecies : varchar(24)  # latin name\n---\ncommon='' : varchar(64)  # "quoted"`,
    )
    const Person = define(
      'Person',
      `username : varchar(32)\n---\nfull_name=null : varchar(255)\nunique index (full_name)`,
    )
    const Subject = define(
      'Subject',
      `# experimental animal
      subject_id : int32  # number on the cage
      ---
      -> Species
      -> [nullable] Person
      dob=null : date
      sex='unknown' : enum('male','female','unknown')
      token=null : uuid  # RFC 4122
      index (dob, sex)`,
      { Species, Person },
    )
    const shown: string[] = []
    for (const { declaration } of [Species, Person, Subject]) {
      for (const statement of [...mariadb.createSchema(schema('lab')), ...mariadb.createTable(declaration)]) {
        await connection.execute(statement)
      }
      const sql = `SHOW CREATE TABLE ${quote(declaration.name.schema)}.${quote(declaration.name.table)}`
      shown.push(String((await connection.query({ sql, parameters: [] }))[0]?.[1]))
    }
    // from the golden data: what SHOW CREATE TABLE gives there, with utf8mb4_general_ci at the end
    expect(shown).toEqual([
      `CREATE TABLE \`species\` (
  \`species\` varchar(24) NOT NULL COMMENT ':varchar(24):latin name',
  \`common\` varchar(64) NOT NULL DEFAULT '' COMMENT ':varchar(64):"quoted"',
  PRIMARY KEY (\`species\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='kinds, with ''quotes'''`,
      `CREATE TABLE \`person\` (
  \`username\` varchar(32) NOT NULL COMMENT ':varchar(32):',
  \`full_name\` varchar(255) DEFAULT NULL COMMENT ':varchar(255):',
  PRIMARY KEY (\`username\`),
  UNIQUE KEY \`full_name\` (\`full_name\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin`,
      `CREATE TABLE \`subject\` (
  \`subject_id\` int(11) NOT NULL COMMENT ':int32:number on the cage',
  \`species\` varchar(24) NOT NULL COMMENT 'latin name',
  \`username\` varchar(32) DEFAULT NULL,
  \`dob\` date DEFAULT NULL COMMENT ':date:',
  \`sex\` enum('male','female','unknown') NOT NULL DEFAULT 'unknown' COMMENT ':enum(''male'',''female'',''unknown''):',
  \`token\` binary(16) DEFAULT NULL COMMENT ':uuid:RFC 4122',
  PRIMARY KEY (\`subject_id\`),
  KEY \`species\` (\`species\`),
  KEY \`username\` (\`username\`),
  KEY \`dob\` (\`dob\`,\`sex\`),
  CONSTRAINT \`subject_ibfk_1\` FOREIGN KEY (\`species\`) REFERENCES \`species\` (\`species\`) ON UPDATE CASCADE,
  CONSTRAINT \`subject_ibfk_2\` FOREIGN KEY (\`username\`) REFERENCES \`person\` (\`username\`) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='experimental animal'`,
    ])
    await close()
  })

  test('an inherited text column takes the collation that its parent has in another schema', async () => {
    const { connection, schema, close } = await open()
    await run(connection, `CREATE DATABASE ${quote(schema('old'))} CHARACTER SET latin1`)
    await run(
      connection,
      `CREATE TABLE ${quote(schema('old'))}.\`species\` (species varchar(9) COMMENT ':varchar(9):it''s \\\\', PRIMARY KEY (species))`,
    )
    const [parent] = await mariadb.readSchema((statement) => connection.query(statement), schema('old'))
    if (!parent) throw new RangeError('the table is not there')
    const declaration = resolveDefinition({
      schema: schema('work'),
      name: 'Animal',
      tier: 'manual',
      definition: `-> Species\nn : int8`,
      references: { Species: { declaration: parent } },
    })
    for (const statement of [...mariadb.createSchema(schema('work')), ...mariadb.createTable(declaration)]) {
      await connection.execute(statement)
    }
    expect(await mariadb.readSchema((statement) => connection.query(statement), schema('work'))).toEqual([declaration])
    await close()
  })

  test('columns without markers are read by their own types and names', async () => {
    const { connection, schema, close } = await open()
    await run(connection, `CREATE DATABASE ${quote(schema('old'))}`)
    await run(
      connection,
      `CREATE TABLE ${quote(schema('old'))}.\`_scan\` (id int unsigned, flag tinyint(1), small tinyint unsigned,
       at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, took time, kind enum('a','it''s') DEFAULT 'it''s', note text,
       data longblob, _job_start_time datetime(3), PRIMARY KEY (id)) COMMENT 'a scan'`,
    )
    const [table] = await mariadb.readSchema((statement) => connection.query(statement), schema('old'))
    expect(table).toMatchObject({ tier: 'imported', comment: 'a scan' })
    expect(table?.heading.map(({ name, type }) => `${name} ${type.text} ${type.storage.kind}`)).toEqual([
      'id int unsigned integer',
      'flag tinyint(1) boolean',
      'small tinyint unsigned integer',
      'at timestamp datetime',
      'took time text',
      "kind enum('a','it''s') enum",
      'note text text',
      'data longblob bytes',
    ])
    expect(table?.heading.find(({ name }) => name === 'kind')?.default).toEqual({ kind: 'literal', value: "it's" })
    expect(table?.heading.find(({ name }) => name === 'at')?.default).toEqual({
      kind: 'current-timestamp',
      fraction: 0,
    })
    await close()
  })

  test('an aborted query is stopped on the server too', async () => {
    const { connection, close } = await open()
    const abort = AbortSignal.timeout(100)
    await expect(connection.query({ sql: 'SELECT SLEEP(30.125)', parameters: [] }, abort)).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    const running = `SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(30.12%' AND command <> 'Sleep'`
    await expect.poll(async () => Number((await connection.query({ sql: running, parameters: [] }))[0]?.[0])).toBe(0)
    await close()
  })

  test('a connection that breaks in COMMIT leaves the outcome unknown; one that breaks before is lost', async () => {
    const { connection, close } = await open()
    const other = await open()
    const kill = async (transaction: Connection) => {
      const [row] = await transaction.query({ sql: 'SELECT CONNECTION_ID()', parameters: [] })
      await run(other.connection, `KILL ${String(row?.[0])}`)
    }
    await expect(connection.transaction(kill)).rejects.toMatchObject({ code: 'commit-outcome-unknown' })
    const lost = connection.transaction(async (transaction) => {
      await kill(transaction)
      await transaction.query({ sql: 'SELECT 1', parameters: [] })
    })
    await expect(lost).rejects.toMatchObject({ code: 'connection-lost' })
    expect(await connection.query({ sql: 'SELECT 1', parameters: [] })).toHaveLength(1)
    await other.close()
    await close()
  })

  test('of two transactions that wait for each other one is told of the deadlock', async () => {
    const { connection, schema, close } = await open()
    const table = `${quote(schema('lab'))}.t`
    await run(connection, `CREATE DATABASE ${quote(schema('lab'))}`)
    await run(connection, `CREATE TABLE ${table} (n int PRIMARY KEY, x int)`)
    await run(connection, `INSERT INTO ${table} VALUES (1, 0), (2, 0)`)
    const barrier = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
    const both = barrier.map((own, index) =>
      connection.transaction(async (transaction) => {
        await run(transaction, `UPDATE ${table} SET x = 1 WHERE n = ${index + 1}`)
        own.resolve()
        await Promise.all(barrier.map(({ promise }) => promise))
        await run(transaction, `UPDATE ${table} SET x = 1 WHERE n = ${2 - index}`)
      }),
    )
    const failed = (await Promise.allSettled(both)).filter((result) => result.status === 'rejected')
    expect(failed).toEqual([{ status: 'rejected', reason: expect.objectContaining({ code: 'deadlock' }) }])
    await close()
  })

  test('a wrong password is access denied, and a port where nothing listens is unavailable', async () => {
    if (!settings) throw new RangeError('there is no server')
    await expect(connect({ ...settings, user: 'nobody', password: 'x' })).rejects.toMatchObject({
      code: 'access-denied',
    })
    await expect(connect({ ...settings, port: 1 })).rejects.toMatchObject({
      code: 'database-unavailable',
      location: '127.0.0.1:1',
    })
  })
})
