import { describe, expect, inject, test } from 'vitest'
import type { Connection } from '../../connection/connection.ts'
import type { Referable } from '../../definition/reference.ts'
import { resolveDefinition } from '../../definition/resolve-definition.ts'
import { declareOn, readSchemas } from '../../testing/dialect/declare-on.ts'
import type { OpenDatabase } from '../../testing/dialect/dialect-under-test.ts'
import { openServerDatabase } from '../../testing/dialect/server-database.ts'
import { testServer } from '../../testing/dialect/server.ts'
import { testDialect } from '../../testing/dialect/test-dialect.ts'
import { quote } from '../innodb/quote.ts'

const settings = inject('mariadb')
async function open(): Promise<OpenDatabase> {
  if (!settings) throw new RangeError('there is no server')
  return await openServerDatabase(settings)
}

const run = (connection: Connection, sql: string) => connection.execute({ sql, parameters: [] })

describe.runIf(settings !== null)('with a server', () => {
  testDialect({ name: 'mariadb', lacksCharacter: '😀', open })
  if (settings) testServer('mariadb', settings)

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
      await declareOn(connection, declaration)
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

  test('columns without markers are read by their own types and names', async () => {
    const { connection, schema, close } = await open()
    await run(connection, `CREATE DATABASE ${quote(schema('old'))}`)
    await run(
      connection,
      `CREATE TABLE ${quote(schema('old'))}.\`_scan\` (id int unsigned, flag tinyint(1), small tinyint unsigned,
       at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, took time, kind enum('a','it''s') DEFAULT 'it''s', note text,
       data longblob, _job_start_time datetime(3), PRIMARY KEY (id)) COMMENT 'a scan'`,
    )
    const [table] = (await readSchemas(connection, [schema('old')])).tables
    expect(table).toMatchObject({ tier: 'imported', comment: 'a scan' })
    expect(table?.heading.map(({ name, type }) => `${name} ${type.text} ${type.storage.kind}`)).toEqual([
      'id int unsigned integer',
      'flag tinyint(1) boolean',
      'small tinyint unsigned integer',
      'at timestamp datetime',
      'took time time',
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
})
