import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ndarray } from '@neurojoint/arrays'
import { describe, expect, test } from 'vitest'
import { contextOf } from '../src/query/database.ts'
import { type Database, defineSchema, type StoredFile, type StoredFolder } from '../src/index.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'

const old = { compat: 'python-0.14' } as const
const definition = 'n : int\n---\ntrace = null : blob@local\nnote = null : attach@local\nfile = null : filepath@local'

/** The table `Trace` in two schemas of 0.14. */
async function traces(database: TestDatabase) {
  const prefix = database.prefix()
  const [schema, other] = [defineSchema(`${prefix}old`, old), defineSchema(`${prefix}other`, old)]
  const Trace = schema.manual('Trace', {}, definition)
  const Copy = other.manual('Trace', {}, definition)
  const pipeline = await database.pipeline([schema, other])
  const store = join(pipeline.folder, 'stores', 'local')
  await mkdir(join(store, 'raw'))
  await writeFile(join(store, 'raw', 'a.dat'), 'abc')
  const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> =>
    contextOf(pipeline.db).connection.query({ sql, parameters: [] })
  const listOf = (name: string): string =>
    database.name === 'sqlite' ? `"${name}.~external_local"` : `\`${name}\`.\`~external_local\``
  const listed = async (name = schema.name) =>
    (
      await ask(
        `SELECT HEX(hash), size, attachment_name, filepath, HEX(contents_hash) FROM ${listOf(name)} ORDER BY size, 1`,
      )
    ).map(([hash, size, ...others]) => [String(hash).toLowerCase(), Number(size), ...others.map((one) => one || null)])
  const objects = async (): Promise<readonly string[]> =>
    (await readdir(store, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(store.length + 1))
      .toSorted()
  return { ...pipeline, schema, other, Trace, Copy, store, listed, objects, ask, listOf }
}

const example = ndarray(new BigInt64Array([0n, 1n, 2n]), [3], 'F')
const note = { name: 'notes.txt', bytes: new Uint8Array(Buffer.from('hello\n')) }
// as Python's client of 0.14 writes the same
const traceHash = '6cc2ab29c670088ad42b8aa5b4507646'
const noteHash = '5e14469d4a0b872017aedef460a60d90'

const isFile = (value: StoredFile | StoredFolder | null): value is StoredFile => value?.kind === 'file'

onEveryDatabase('external values of 0.14', (database) => {
  test('lie where 0.14 puts them, are listed as it lists them, and are read', async () => {
    const { db, schema, Trace, listed, objects, ...pipeline } = await traces(database)
    await using _ = pipeline
    await db(Trace).insert1({ n: 1, trace: example, note, file: 'raw/a.dat' })
    expect(await objects()).toEqual([
      'raw/a.dat',
      `${schema.name}/5e/14/${noteHash}.notes.txt`,
      `${schema.name}/6c/c2/${traceHash}`,
    ])
    expect(await listed()).toEqual([
      ['db61c433591fb9a417ab2fc307d84089', 3, null, 'raw/a.dat', '900150983CD24FB0D6963F7D28E17F72'],
      [noteHash, 6, 'notes.txt', null, null],
      [traceHash, 53, null, null, null],
    ])
    const { file, ...row } = await db(Trace).fetch1()
    expect(row).toEqual({ n: 1, trace: example, note })
    expect(file).toMatchObject({ kind: 'file', path: 'raw/a.dat', size: 3 })
    expect(isFile(file) && Buffer.from(await file.bytes()).toString()).toBe('abc')
  })

  test('are stored and listed once, however often they are inserted, and stay when their rows go', async () => {
    const { db, Trace, listed, objects, ask, listOf, schema, ...pipeline } = await traces(database)
    await using _ = pipeline
    await db(Trace).insert([
      { n: 1, trace: example },
      { n: 2, trace: example, note },
    ])
    const before = await objects()
    await contextOf(db).connection.execute({
      sql: `UPDATE ${listOf(schema.name)} SET timestamp = '2020-01-01 00:00:00'`,
      parameters: [],
    })
    await db(Trace).insert1({ n: 3, trace: example })
    const ages = await ask(`SELECT HEX(hash) FROM ${listOf(schema.name)} WHERE timestamp > '2020-01-02'`)
    expect(ages.map(([hash]) => String(hash).toLowerCase())).toEqual([traceHash])
    const all = db(Trace)
    await all.delete(await all.planDelete())
    expect(await objects()).toEqual(before)
    expect(await listed()).toHaveLength(2)
  })

  test('of an update are listed before it', async () => {
    const { db, Trace, listed, ...pipeline } = await traces(database)
    await using _ = pipeline
    await db(Trace).insert1({ n: 1 })
    expect(await db(Trace).update1({ n: 1, note })).toBe(true)
    expect(await db(Trace).update1({ n: 1, note })).toBe(false)
    expect((await db(Trace).fetch1()).note).toEqual(note)
    expect(await listed()).toHaveLength(1)
  })

  test('that come one after another are listed before the rows of each batch', async () => {
    const { db, Trace, listed, ...pipeline } = await traces(database)
    await using _ = pipeline
    const rows = async function* () {
      for (let n = 0; n < 1500; n += 1) yield { n, trace: n % 3, note: n % 500 === 0 ? note : null }
    }
    expect(await db(Trace).insert(rows())).toBe(1500)
    expect(await listed()).toHaveLength(4)
    const sums = await db(Trace).project('trace').fetchColumns('trace')
    expect(sums.trace.reduce((sum: number, value) => sum + Number(value), 0)).toBe(1500)
  })

  test('are streamed, alone and inside a transaction', async () => {
    const { db, Trace, ...pipeline } = await traces(database)
    await using _ = pipeline
    await db(Trace).insert(Array.from({ length: 5 }, (__, n) => ({ n, note: n === 3 ? null : note })))
    const read = async (from: Database): Promise<unknown[]> => {
      const names: unknown[] = []
      for await (const { n, note: found } of from(Trace).project('note').stream({ batch: 2 })) names[n] = found?.name
      return names
    }
    const { name } = note
    expect(await read(db)).toEqual([name, name, name, undefined, name])
    expect(await db.transaction(read)).toEqual([name, name, name, undefined, name])
  })

  test('are copied for the other schema that gets their rows by a relation', async () => {
    const { db, Trace, Copy, other, listed, objects, ...pipeline } = await traces(database)
    await using _ = pipeline
    await db(Trace).insert([
      { n: 1, trace: example, note, file: 'raw/a.dat' },
      { n: 2, trace: 'other' },
      { n: 3, trace: null },
    ])
    expect(await db(Copy).insert(db(Trace).restrict({ n: 1 }))).toBe(1)
    const listedThere = await listed(other.name)
    expect(listedThere).toHaveLength(3)
    expect(await listed()).toEqual(expect.arrayContaining(listedThere))
    const { file, ...row } = await db(Copy).fetch1()
    expect(row).toEqual({ n: 1, trace: example, note })
    expect(file).toMatchObject({ path: 'raw/a.dat' })
    expect((await objects()).filter((path) => path.startsWith(other.name))).toHaveLength(2)
    expect(await db(Copy).insert(db(Trace).restrict({ n: 2 }).project('trace'))).toBe(1)
    expect((await db(Copy).restrict({ n: 2 }).fetch1()).trace).toBe('other')
  })

  describe('and no failure', () => {
    test('leaves a row without its object or its listing', async () => {
      const { db, Trace, listed, objects, ...pipeline } = await traces(database)
      await using _ = pipeline
      await db(Trace).insert1({ n: 1 })
      const twice = [
        { n: 2, trace: example },
        { n: 1, note },
      ]
      await expect(db(Trace).insert(twice)).rejects.toMatchObject({ code: 'duplicate-row', row: 1 })
      expect(await db(Trace).count()).toBe(1)
      expect(await listed()).toEqual([])
      expect(await objects()).toHaveLength(3)
      await db(Trace).insert1({ n: 2, trace: example })
      expect((await db(Trace).restrict({ n: 2 }).fetch1()).trace).toEqual(example)
    })

    test('of the object is read as a value', async () => {
      const { db, Trace, store, objects, ...pipeline } = await traces(database)
      await using _ = pipeline
      await db(Trace).insert1({ n: 1, trace: example, note, file: 'raw/a.dat' })
      const [, noteFile = '', traceFile = ''] = await objects()
      const { file } = await db(Trace).project('file').fetch1()
      await writeFile(join(store, 'raw', 'a.dat'), 'abd')
      await expect(isFile(file) && file.bytes()).rejects.toMatchObject({ code: 'file-changed' })
      await writeFile(join(store, traceFile), 'x')
      await expect(db(Trace).project('trace').fetch()).rejects.toMatchObject({ code: 'object-corrupted' })
      await rm(join(store, noteFile))
      await expect(db(Trace).project('note').fetch()).rejects.toMatchObject({ code: 'object-missing' })
    })

    test('names no row and attribute', async () => {
      const { db, Trace, ...pipeline } = await traces(database)
      await using _ = pipeline
      const refused = async (row: object, attribute: string, code: string): Promise<void> => {
        await expect(db(Trace).insert([{ n: 1 }, { n: 2, ...row }])).rejects.toMatchObject({
          code: 'invalid-row',
          row: 1,
          attributes: [attribute],
          cause: { code },
        })
      }
      await refused({ note: 'plain text' }, 'note', 'local-file')
      await refused({ note: { name: 'a/b', bytes: note.bytes } }, 'note', 'codec-value')
      await refused({ note: { name: 'x'.repeat(223), bytes: note.bytes } }, 'note', 'codec-value')
      await refused({ file: 'raw/missing.dat' }, 'file', 'filepath')
      await refused({ file: 'raw' }, 'file', 'filepath')
      await refused({ file: '../x' }, 'file', 'invalid-object-path')
      await refused({ trace: () => 1 }, 'trace', 'unpackable-value')
      expect(await db(Trace).count()).toBe(0)
    })
  })

  test('of a file that was changed since another row referred to it are refused', async () => {
    const { db, Trace, store, ...pipeline } = await traces(database)
    await using _ = pipeline
    await db(Trace).insert1({ n: 1, file: 'raw/a.dat' })
    await db(Trace).insert1({ n: 2, file: 'raw/a.dat' })
    await writeFile(join(store, 'raw', 'a.dat'), 'abd')
    await expect(db(Trace).insert1({ n: 3, file: 'raw/a.dat' })).rejects.toMatchObject({ code: 'external' })
    expect(await db(Trace).count()).toBe(2)
  })
})
