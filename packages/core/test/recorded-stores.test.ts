import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { toOrder } from '@neurojoint/arrays'
import { describe, expect, test } from 'vitest'
import { isRecorded, type RecordedValue } from '../src/blob/testing/recorded-value.ts'
import { parseAttributeType } from '../src/attribute/attribute-type.ts'
import { toStored } from '../src/attribute/to-stored.ts'
import type { StoredValue } from '../src/attribute/storage.ts'
import { contextOf } from '../src/query/database.ts'
import { inDatabase } from '../src/query/in-database.ts'
import {
  type AnyTable,
  type Database,
  declare,
  definePipeline,
  defineSchema,
  drop,
  planDeclare,
  planDrop,
  type Schema,
  type StoredArray,
  type StoredFile,
  type StoredFolder,
  type StoreSettings,
} from '../src/index.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'

type Stored = { readonly text: string } | { readonly hex: string } | null

interface RecordedRow {
  readonly stored: Stored
  readonly compressed: boolean
  readonly key: Readonly<Record<string, string>>
  readonly input: RecordedValue
  readonly fetched?: RecordedValue
  readonly fetched_file?: { readonly name: string; readonly hex: string }
}

interface Recorded {
  readonly schema: string
  readonly stores: Readonly<Record<string, Readonly<Record<string, unknown>> | string>>
  readonly tables: Readonly<
    Record<string, { readonly definition: string; readonly table: string; readonly rows: readonly RecordedRow[] }>
  >
  readonly external?: Readonly<Record<string, readonly Readonly<Record<string, Stored | number>>[]>>
}

const fixtures = join(import.meta.dirname, '../../../fixtures/datajoint')
// the files are ours, and their README says what is in them
const read = (generation: string) =>
  JSON.parse(readFileSync(join(fixtures, `stores-${generation}.json`), 'utf8')) as Recorded

const settingNames: Readonly<Record<string, string>> = {
  hash_prefix: 'hashPrefix',
  schema_prefix: 'schemaPrefix',
  subfolding: 'subfolding',
  token_length: 'tokenLength',
  partition_pattern: 'partitionPattern',
}

/** The stores as Python was told of them, below a folder. */
function settingsOf({ stores }: Recorded, folder: string): Readonly<Record<string, StoreSettings>> {
  const named = Object.entries(stores).flatMap(([name, given]) => {
    if (typeof given === 'string') return []
    const layout = Object.entries(given).flatMap(([setting, value]) =>
      setting in settingNames ? [[settingNames[setting], value] as const] : [],
    )
    const location = join(folder, name === 'odd' ? 'odd/inner' : name)
    return [[name, { protocol: 'file' as const, location, ...Object.fromEntries(layout) }] as const]
  })
  return Object.fromEntries(named)
}

const bytesIn = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

const storedOf = (stored: Stored): StoredValue =>
  stored === null ? null : 'text' in stored ? stored.text : bytesIn(stored.hex)

const isRecordedRow = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** The recorded tables on a database, with the rows as Python wrote them, and a copy of the stores. */
async function openRecorded(database: TestDatabase, generation: '2.x' | '0.14') {
  const recorded = read(generation)
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-recorded-'))
  await cp(join(fixtures, `stores-${generation}`), folder, { recursive: true })
  // the schema's name is in the paths of 0.14
  const schema = defineSchema(recorded.schema, generation === '0.14' ? { compat: 'python-0.14' } : {})
  const tables = new Map(
    Object.entries(recorded.tables).map(([name, { definition }]): [string, AnyTable] => [
      name,
      schema.manual(name, {}, definition),
    ]),
  )
  const { settings, dispose } = await database.shared()
  const stores = { stores: settingsOf(recorded, folder), default: 'local', filepathDefault: 'local' }
  const db = await definePipeline({ schemas: [schema], tables: {}, database: settings, stores }).open()
  await declare(db, await planDeclare(db, [schema]))
  const end = async (): Promise<void> => {
    await drop(db, await planDrop(db, [schema]))
    await db.close()
    await dispose()
    await rm(folder, { recursive: true, force: true })
  }
  return { recorded, folder, schema, tables, db, [Symbol.asyncDispose]: end }
}

/** Writes rows past all codecs, as another client has written them. */
async function writeRaw(db: Database, table: AnyTable, rows: readonly RecordedRow[]): Promise<void> {
  const { connection } = contextOf(db)
  const { heading, name } = inDatabase(contextOf(db), table).declaration
  const values = rows.map(({ key, stored }) =>
    heading.map((attribute) =>
      attribute.inKey
        ? toStored(
            attribute,
            attribute.type.storage.kind === 'integer' ? Number(key[attribute.name]) : key[attribute.name],
          )
        : storedOf(stored),
    ),
  )
  await connection.execute(connection.dialect.insert(name, heading, values, 'fail'))
}

async function writeExternal(db: Database, { name }: Schema, { external = {} }: Recorded): Promise<void> {
  const { connection } = contextOf(db)
  for (const [table, rows] of Object.entries(external)) {
    const names = ['hash', 'size', 'attachment_name', 'filepath', 'contents_hash']
    const values = rows.map((row) =>
      names.map((one): StoredValue => {
        const value = row[one] ?? null
        return typeof value === 'number' ? BigInt(value) : storedOf(value)
      }),
    )
    await connection.execute(connection.dialect.trackExternals({ schema: name, table }, values))
  }
}

/** What codecs give that reads when it is asked. */
type Lazy = StoredArray | StoredFile | StoredFolder
const isLazy = (value: unknown): value is Lazy =>
  isRecordedRow(value) && ['stored-array', 'file', 'folder'].includes(String(value['kind']))

interface RecordedDict {
  readonly size: string
  readonly content: string
  readonly listing: readonly string[]
}

/** What Python said of a file or a folder. */
function dictOf(recorded: RecordedValue): Partial<RecordedDict> {
  // as the README of the fixtures says
  const items = recorded['items'] as readonly (readonly [RecordedValue, RecordedValue])[]
  const plain = (value: RecordedValue): unknown =>
    value.t === 'list' ? (value['items'] as readonly RecordedValue[]).map(plain) : (value['hex'] ?? value['v'])
  return Object.fromEntries(items.map(([name, value]) => [name['v'], plain(value)]))
}

/** Whether we fetch what Python fetched. */
async function isFetched(value: unknown, row: RecordedRow): Promise<boolean> {
  const { fetched = { t: 'none' }, fetched_file: file } = row
  if (file) {
    if (!isRecordedRow(value)) return false
    const bytes = isLazy(value) && value.kind === 'file' ? await value.bytes() : value['bytes']
    return value['name'] === file.name && bytes instanceof Uint8Array && hex(bytes) === file.hex
  }
  return isLazy(value) ? isSame(value, fetched) : isRecorded(value, fetched)
}

async function isSame(value: Lazy, fetched: RecordedValue): Promise<boolean> {
  switch (value.kind) {
    case 'stored-array': {
      // JavaScript has no such arrays, but all that the row says is known
      const isForeign = /^(complex|datetime)/.test(value.dtype)
      if (!isForeign) return isRecorded(toOrder(await value.load(), 'F'), fetched)
      const code = await value.load().catch((error: unknown) => (isRecordedRow(error) ? error['code'] : null))
      const shape = String(fetched['shape'])
      return code === 'unsupported-dtype' && value.dtype === fetched['dtype'] && String(value.shape) === shape
    }
    case 'file': {
      const { size, content } = dictOf(fetched)
      return String(value.size) === size && hex(await value.bytes()) === content
    }
    case 'folder': {
      const names = (await value.files()).map(({ name }) => name.split('/')[0] ?? '')
      return isDeepStrictEqual([...new Set(names)].toSorted(), dictOf(fetched).listing)
    }
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

onEveryDatabase('what Python wrote into stores', (database) => {
  describe.each(['2.x', '0.14'] as const)('by DataJoint %s', (generation) => {
    test('is read as Python reads it, and inserted again is written as Python writes it', async () => {
      await using opened = await openRecorded(database, generation)
      const { db, recorded, schema, tables, folder } = opened
      await writeExternal(db, schema, recorded)
      const before = await readdir(folder, { recursive: true })
      for (const [name, { rows }] of Object.entries(recorded.tables)) {
        const table = tables.get(name)
        if (!table) continue
        await writeRaw(db, table, rows)
        const found: object[] = await db(table).fetch({ order: ['i'] } as never)
        expect(found).toHaveLength(rows.length)
        for (const row of rows) {
          const here = found.find((one) => isRecordedRow(one) && String(one['i']) === row.key['i'])
          const value: unknown = isRecordedRow(here) ? here['x'] : undefined
          expect([name, row.key['i'], await isFetched(value, row)]).toEqual([name, row.key['i'], true])
        }
        // compressed bytes are up to the zlib, and with them their hash
        const again = found.filter(
          (one, index) =>
            !(rows.find(({ key }) => isRecordedRow(one) && key['i'] === String(one['i']))?.compressed ?? index < 0),
        )
        await db(table).insert(again, { replace: true })
        const { connection } = contextOf(db)
        const { heading, name: place } = inDatabase(contextOf(db), table).declaration
        const quoted =
          database.name === 'sqlite' ? `"${place.schema}.${place.table}"` : `\`${place.schema}\`.\`${place.table}\``
        const raw = await connection.query({ sql: `SELECT i, x FROM ${quoted}`, parameters: [] })
        const type = heading.find((one) => one.name === 'x')?.type ?? parseAttributeType('json')
        for (const [i, x] of raw) {
          const row = rows.find(({ key }) => key['i'] === String(i))
          const stored = x === null || x === undefined ? null : connection.dialect.fromRaw(x, type.storage)
          expect([name, i, formOf(stored)]).toEqual([name, i, formOf(storedOf(row?.stored ?? null))])
        }
      }
      const after = await readdir(folder, { recursive: true })
      // objects that are named for their row get new names; what is found by its content is found
      const isNew = (path: string): boolean => !before.includes(path)
      expect(after.filter((path) => isNew(path) && !/(_schema|objects)\//.test(path))).toEqual([])
    }, 30_000)
  })
})

/** What must be the same whoever wrote it. */
function formOf(stored: StoredValue): unknown {
  if (stored instanceof Uint8Array) return Buffer.from(stored).toString('hex')
  if (stored === null) return null
  const json: unknown = JSON.parse(String(stored))
  if (!isRecordedRow(json)) return json
  return {
    ...json,
    // the token is random, and a time is now
    path: String(json['path']).replace(/x_[\w-]+/, 'x_token'),
    ...('timestamp' in json && { timestamp: String(json['timestamp']).replace(/\d/g, '0') }),
  }
}
