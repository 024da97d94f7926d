import { describe, expect, inject, test } from 'vitest'
import type { Connection } from '../../connection/connection.ts'
import { formatDefinition } from '../../definition/format-definition.ts'
import type { Referable } from '../../definition/reference.ts'
import { resolveDefinition } from '../../definition/resolve-definition.ts'
import { declareOn, readSchemas } from '../../testing/dialect/declare-on.ts'
import type { OpenDatabase } from '../../testing/dialect/dialect-under-test.ts'
import { openServerDatabase } from '../../testing/dialect/server-database.ts'
import { testServer } from '../../testing/dialect/server.ts'
import { testDialect } from '../../testing/dialect/test-dialect.ts'
import { quote } from '../innodb/quote.ts'

const settings = inject('mysql')

async function open(): Promise<OpenDatabase> {
  if (!settings) throw new RangeError('there is no server')
  return await openServerDatabase(settings)
}

const run = (connection: Connection, sql: string) => connection.execute({ sql, parameters: [] })

describe.runIf(settings !== null)('with a server', () => {
  testDialect({ name: 'mysql', lacksCharacter: '😀', open })
  if (settings) testServer('mysql', settings)

  test('tables are those that datajoint 2.x makes, but for their collation', async () => {
    const { connection, schema, close } = await open()
    const define = (name: string, definition: string, references: Readonly<Record<string, Referable>> = {}) => ({
      declaration: resolveDefinition({ schema: schema('lab'), name, tier: 'manual', definition, references }),
    })
    const Species = define('Species', `# kinds, with 'quotes'\nspecies : varchar(24)  # latin name`)
    const Subject = define(
      'Subject',
      `subject_id : int32  # number on the cage
      ---
      -> Species
      sex='unknown' : enum('male','female','unknown')
      token=null : uuid  # RFC 4122
      settings : json
      index (sex, token)`,
      { Species },
    )
    await declareOn(connection, Species.declaration)
    await declareOn(connection, Subject.declaration)
    const shown: unknown[] = []
    for (const { declaration } of [Species, Subject]) {
      const sql = `SHOW CREATE TABLE ${quote(declaration.name.schema)}.${quote(declaration.name.table)}`
      shown.push((await connection.query({ sql, parameters: [] }))[0]?.[1])
    }
    expect(shown).toEqual([
      `CREATE TABLE \`species\` (
  \`species\` varchar(24) COLLATE utf8mb4_0900_bin NOT NULL COMMENT ':varchar(24):latin name',
  PRIMARY KEY (\`species\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin COMMENT='kinds, with ''quotes'''`,
      `CREATE TABLE \`subject\` (
  \`subject_id\` int NOT NULL COMMENT ':int32:number on the cage',
  \`species\` varchar(24) COLLATE utf8mb4_0900_bin NOT NULL COMMENT 'latin name',
  \`sex\` enum('male','female','unknown') COLLATE utf8mb4_0900_bin NOT NULL DEFAULT 'unknown' COMMENT ':enum(''male'',''female'',''unknown''):',
  \`token\` binary(16) DEFAULT NULL COMMENT ':uuid:RFC 4122',
  \`settings\` json NOT NULL COMMENT ':json:',
  PRIMARY KEY (\`subject_id\`),
  KEY \`species\` (\`species\`),
  KEY \`sex\` (\`sex\`,\`token\`),
  CONSTRAINT \`subject_ibfk_1\` FOREIGN KEY (\`species\`) REFERENCES \`species\` (\`species\`) ON DELETE RESTRICT ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin`,
    ])
    await close()
  })

  test('defaults that others made are read as they are shown here', async () => {
    const { connection, schema, close } = await open()
    await run(connection, `CREATE DATABASE ${quote(schema('old'))}`)
    await run(
      connection,
      `CREATE TABLE ${quote(schema('old'))}.scan (id int unsigned, flag tinyint(1) NOT NULL DEFAULT 1,
       at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP, day datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
       word varchar(30) NOT NULL DEFAULT 'CURRENT_TIMESTAMP', kind enum('a','it''s') NOT NULL DEFAULT 'it''s',
       path varchar(30) NOT NULL DEFAULT 'C:\\\\it''s', token binary(16) NOT NULL DEFAULT (X'00112233445566778899AABBCCDDEEFF'),
       price decimal(5,2) NOT NULL DEFAULT -1.5, note text DEFAULT ('it''s \\\\'), other varchar(36) DEFAULT (uuid()),
       PRIMARY KEY (id))`,
    )
    const [table] = (await readSchemas(connection, [schema('old')])).tables
    const found = table?.heading.map((attribute) => [
      attribute.name,
      attribute.default.kind === 'literal' ? attribute.default.value : attribute.default,
    ])
    expect(found).toEqual([
      ['id', { kind: 'required' }],
      ['flag', 1n],
      ['at', { kind: 'current-timestamp', fraction: 0 }],
      ['day', { kind: 'current-timestamp', fraction: 3 }],
      ['word', 'CURRENT_TIMESTAMP'],
      ['kind', "it's"],
      ['path', "C:\\it's"],
      ['token', new Uint8Array(Buffer.from('00112233445566778899aabbccddeeff', 'hex'))],
      ['price', '-1.50'],
      ['note', "it's \\"],
      // an expression says nothing until a row is inserted
      ['other', null],
    ])
    await close()
  })

  test('bytes are a default with all their zeros, and an enum may have a backslash', async () => {
    const { connection, schema, close } = await open()
    const declaration = resolveDefinition({
      schema: schema('lab'),
      name: 'Odd',
      tier: 'manual',
      definition: `n : int8\n---\ntoken="00112233-4455-0077-8899-aabbccddee00" : uuid\nplace='C\\' : enum('C\\','D')`,
      references: {},
    })
    await declareOn(connection, declaration)
    expect((await readSchemas(connection, [schema('lab')])).tables).toEqual([declaration])
    await close()
  })

  test('an index on a member of a json attribute, or on an expression, is read as a definition says it', async () => {
    const { connection, schema, close } = await open()
    const source = {
      schema: schema('lab'),
      name: 'Indexed',
      tier: 'manual',
      definition:
        "n : int8\n---\nj : json\nt : varchar(9)\nindex (j.gain.left[0]:decimal(5,2), n)\nindex ((concat(t, ' (''')))",
      references: {},
    } as const
    await declareOn(connection, resolveDefinition(source))
    const [stored] = (await readSchemas(connection, [schema('lab')])).tables
    if (!stored) throw new RangeError('it was declared')
    expect(stored.indexes.map(({ attributes }) => attributes)).toEqual(
      expect.arrayContaining([['j.gain.left[0]:decimal(5,2)', 'n'], ["(concat(`t`,' ('''))"]]),
    )
    const again = resolveDefinition({ ...source, definition: formatDefinition(stored, () => '') })
    expect(again.indexes).toEqual(stored.indexes)
    await close()
  })

  test('text that JSON functions give compares with literals', async () => {
    const { connection, close } = await open()
    const sql = `SELECT JSON_TYPE('"x"') = 'STRING', JSON_UNQUOTE(JSON_EXTRACT('{"a": "x"}', '$.a')) = 'x', 'x' = 'X'`
    expect(await connection.query({ sql, parameters: [] })).toEqual([[1, 1, 0]])
    await close()
  })
})
