import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ndarray } from '@neurojoint/arrays'
import {
  type Database,
  declare,
  definePipeline,
  planDeclare,
  type StoredArray,
  type StoredFile,
  type StoredFolder,
} from '../../src/index.ts'
import type { Python } from '../python/python.ts'
import type { Peer } from './servers.ts'

export const blob = {
  samples: ndarray(
    Float64Array.from({ length: 100 }, (_, index) => index),
    [20, 5],
    'F',
  ),
  rate: 3e4,
}
export const note = { name: 'übung.txt', bytes: new Uint8Array(Buffer.from('hello\n')) }
export const array = ndarray(
  Int16Array.from({ length: 12 }, (_, index) => index - 6),
  [4, 3],
)

/** A folder with stores, and files in them, for the length of one test. */
export async function withStores(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-stores-'))
  try {
    for (const name of ['local/raw', 'stage/raw', 'down', 'tree/inner'])
      await mkdir(join(folder, name), { recursive: true })
    for (const name of ['local/raw', 'stage/raw']) await writeFile(join(folder, name, 'a.dat'), 'abc')
    await writeFile(join(folder, 'tree', 'one.txt'), '1\n')
    await writeFile(join(folder, 'tree', 'inner', 'two.bin'), Uint8Array.of(2, 2))
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A database with the store, and Python with the same one; all schemas of those names are dropped afterwards. */
export async function withPython(
  peer: Peer,
  folder: string,
  names: readonly string[],
  work: (
    open: (parts: { readonly schemas: Parameters<typeof definePipeline>[0]['schemas'] }) => Promise<Database>,
    python: Python,
  ) => Promise<void>,
): Promise<void> {
  const location = join(folder, 'local')
  const stores = { stores: { local: { protocol: 'file', location } }, default: 'local' } as const
  const settings = JSON.stringify({
    local: { protocol: 'file', location, ...(peer.generation === '0.14' && { stage: join(folder, 'stage') }) },
    ...(peer.generation === '2.x' && { default: 'local' }),
  })
  const python = await peer.python(settings)
  const opened: Database[] = []
  try {
    await work(async ({ schemas }) => {
      const db = await definePipeline({ schemas, tables: {}, database: peer.settings, stores }).open()
      opened.push(db)
      await declare(db, await planDeclare(db, schemas))
      return db
    }, python)
  } finally {
    for (const name of names) await python.execute(`dj.conn().query("drop database if exists \`${name}\`")`)
    await python.close()
    for (const db of opened) await db.close()
  }
}

interface Kinds {
  readonly file: StoredFile
  readonly folder: StoredFolder
  readonly 'stored-array': StoredArray
}

/** A value that its column promises to be of a kind. */
export function named<Kind extends keyof Kinds>(value: unknown, kind: Kind): Kinds[Kind] {
  if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== kind) {
    throw new RangeError(`${String(value)} is no ${kind}`)
  }
  // its kind says what it is
  return value as Kinds[Kind]
}
