import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Connection, createConnection } from 'mysql2/promise'
import type { Attribute } from '../src/attribute/attribute.ts'
import { type AnyTable, type DatabaseSettings, declare, definePipeline, planDeclare } from '../src/index.ts'
import type { DeclaredSchema } from './declare-recorded.ts'
import { type DumpedRows, type DumpedValue, readDumpedRows } from './dump.ts'
import type { LoadedDatabase } from './run-cases.ts'

/** How to connect with a server. */
export type Server = Exclude<DatabaseSettings, { readonly kind: 'sqlite' }>
type Loaded = LoadedDatabase & AsyncDisposable

/**
 * A server that has read the dump, so that what is queried is the reference's own tables; they are dropped with it. Refuses a
 * server that has databases of their names, which may be somebody's.
 */
export async function loadServer(
  settings: Server,
  dump: string,
  schemas: ReadonlyMap<string, DeclaredSchema>,
): Promise<Loaded> {
  const { host, port, user, password } = settings
  const names = [...schemas.keys()]
  const connection = await createConnection({ host, port, user, password, multipleStatements: true })
  await requireFree(connection, names).catch(async (error: unknown) => {
    await connection.end()
    throw error
  })
  const remove = async (): Promise<void> => {
    for (const name of names) await connection.query(`DROP DATABASE IF EXISTS \`${name}\``)
    await connection.end()
  }
  try {
    if (dump.trim() !== '') await connection.query(dump)
    const pipeline = definePipeline({ schemas: schemasIn(schemas), tables: {}, database: settings })
    const db = await pipeline.open()
    const dispose = async (): Promise<void> => {
      await db.close()
      await remove()
    }
    return { name: settings.kind, db, speaksSql: true, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await remove()
    throw error
  }
}

async function requireFree(connection: Connection, names: readonly string[]): Promise<void> {
  const [databases] = await connection.query({ sql: 'SHOW DATABASES', rowsAsArray: true })
  const found = (Array.isArray(databases) ? databases.flat() : []).map(String)
  // some servers take no notice of case
  const wanted = new Set(names.map((name) => name.toLowerCase()))
  const taken = found.filter((name) => wanted.has(name.toLowerCase()))
  if (taken.length === 0) return
  throw new Error(
    `The server has ${taken.join(', ')} already, in whose place the recorded set would come. Take another server, or drop them.`,
  )
}

/** A SQLite file with the same definitions and rows, which we declare and insert. */
export async function loadSqlite(dump: string, schemas: ReadonlyMap<string, DeclaredSchema>): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-conformance-'))
  const all = schemasIn(schemas)
  const pipeline = definePipeline({
    schemas: all,
    tables: {},
    database: { kind: 'sqlite', path: join(folder, 'set.sqlite') },
  })
  const db = await pipeline.open()
  await declare(db, await planDeclare(db, all))
  const dumped = readDumpedRows(dump)
  for (const schema of all) {
    for (const table of schema.tables) {
      for (const rows of dumped.filter(
        (one) => one.schema === schema.name && one.table === table.declaration.name.table,
      )) {
        await db(table).insert(rowsOf(table, rows), { allowDirectInsert: true })
      }
    }
  }
  const dispose = async (): Promise<void> => {
    await db.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { name: 'sqlite', db, speaksSql: false, [Symbol.asyncDispose]: dispose }
}

const schemasIn = (schemas: ReadonlyMap<string, DeclaredSchema>) => [...schemas.values()].map(({ schema }) => schema)

const rowsOf = ({ declaration }: AnyTable, { attributes, rows }: DumpedRows): readonly object[] =>
  rows.map((row) =>
    Object.fromEntries(
      declaration.heading.map((attribute) => [
        attribute.name,
        givenOf(attribute, row[attributes.indexOf(attribute.name)] ?? null),
      ]),
    ),
  )

/** A dumped value as a row is given one. */
function givenOf({ type: { storage } }: Attribute, value: DumpedValue): unknown {
  if (value === null || value instanceof Uint8Array) return value
  switch (storage.kind) {
    case 'integer':
      return BigInt(value)
    case 'boolean':
      return value !== '0'
    case 'float':
      return Number(value)
    case 'json':
      return JSON.parse(value)
    default:
      return value
  }
}
