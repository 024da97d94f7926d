import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { contextOf } from '../src/query/database.ts'
import { type AnyTable, defineSchema, type Schema, type StoredFile, type StoredFolder } from '../src/index.ts'
import type { TestDatabase } from './databases.ts'

export function fileOf(value: StoredFile | StoredFolder | undefined): StoredFile {
  if (value?.kind !== 'file') throw new RangeError('there is no file')
  return value
}

export function folderOf(value: StoredFile | StoredFolder | undefined): StoredFolder {
  if (value?.kind !== 'folder') throw new RangeError('there is no folder')
  return value
}

export const textOf = async (value: StoredFile | StoredFolder | undefined): Promise<string> =>
  Buffer.from(await fileOf(value).bytes()).toString()

/** A schema with one table, of which the key is the same in all of these tests. */
export async function sessions<T extends AnyTable>(database: TestDatabase, define: (lab: Schema) => T) {
  const schema = defineSchema(`${database.prefix()}lab`)
  const Session = define(schema)
  const pipeline = await database.pipeline([schema])
  const store = join(pipeline.folder, 'stores', 'local')
  const rows = pipeline.db(Session)
  const stored = async (name: string): Promise<unknown> => {
    const { table, schema: of } = Session.declaration.name
    const { connection } = contextOf(pipeline.db)
    const quoted = database.name === 'sqlite' ? `"${of}.${table}"` : `\`${of}\`.\`${table}\``
    const [row] = await connection.query({ sql: `SELECT ${name} FROM ${quoted}`, parameters: [] })
    return JSON.parse(String(row?.[0]))
  }
  const objects = async (): Promise<readonly string[]> =>
    (await readdir(store, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(store.length + 1))
      .toSorted()
  return { ...pipeline, schema, Session, rows, store, stored, objects, name: schema.name }
}
