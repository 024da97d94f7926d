import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ndarray } from '@neurojoint/arrays'
import { expect, test } from 'vitest'
import { defineSchema, populate } from '../src/index.ts'
import { fileOf, folderOf, sessions, textOf } from './codec-lab.ts'
import { onEveryDatabase } from './databases.ts'

const key = { subject: 'a/b', session: 1 }

onEveryDatabase('codecs', (database) => {
  test('<npy> keeps an array in a file of its own, of which rows are read as they are asked for', async () => {
    const { rows, stored, objects, store, name, ...pipeline } = await sessions(database, (lab) =>
      lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\ntrace : <npy@local>'),
    )
    await using _ = pipeline
    const trace = ndarray(
      Float32Array.from({ length: 40 }, (__, index) => index),
      [10, 4],
    )
    await rows.insert1({ ...key, trace })
    const path = (await objects())[0] ?? ''
    expect(path).toMatch(new RegExp(`^_schema/${name}/session/subject=a%2Fb/session=1/trace_[\\w-]{8}\\.npy$`))
    expect(await stored('trace')).toEqual({ path, store: 'local', dtype: 'float32', shape: [10, 4] })
    const row = await rows.fetch1()
    expect(row.trace).toMatchObject({ kind: 'stored-array', store: 'local', path, dtype: 'float32', shape: [10, 4] })
    expect(await row.trace.load()).toEqual(trace)
    expect(await row.trace.slice(2, 4)).toEqual(ndarray(trace.data.slice(8, 16), [2, 4]))
    await expect(row.trace.slice(2, 11)).rejects.toMatchObject({ code: 'rows-out-of-range' })
    await row.trace.file.download(join(pipeline.folder, 'copy.npy'))
    expect(await readFile(join(pipeline.folder, 'copy.npy'))).toEqual(await readFile(join(store, path)))
  })

  test('<npy> takes typed arrays and what another row has, and nothing else', async () => {
    const { rows, objects, ...pipeline } = await sessions(database, (lab) =>
      lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\ntrace : <npy@>'),
    )
    await using _ = pipeline
    await rows.insert1({ ...key, trace: Int16Array.of(1, 2) })
    const { trace } = await rows.fetch1()
    await rows.insert1({ ...key, session: 2, trace })
    expect(await objects()).toHaveLength(2)
    for (const row of await rows.fetch()) {
      expect(await row.trace.load()).toEqual(ndarray(Int16Array.of(1, 2)))
    }
    for (const wrong of [[1, 2], 'x', 5, { data: Int16Array.of(1) }]) {
      await expect(rows.insert1({ ...key, session: 3, trace: wrong as never })).rejects.toMatchObject({
        code: 'invalid-row',
        attributes: ['trace'],
        cause: { code: 'codec-value', codec: 'npy' },
      })
    }
    expect(await objects()).toHaveLength(2)
  })

  test('<npy> says that its file is missing, cut or another one', async () => {
    const { rows, objects, store, ...pipeline } = await sessions(database, (lab) =>
      lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\ntrace : <npy@>'),
    )
    await using _ = pipeline
    await rows.insert1({ ...key, trace: Int16Array.of(1, 2) })
    const file = join(store, (await objects())[0] ?? '')
    const load = async (): Promise<unknown> => (await rows.fetch1()).trace.load()
    const bytes = await readFile(file)
    await writeFile(file, bytes.subarray(0, bytes.length - 1))
    await expect(load()).rejects.toMatchObject({ code: 'truncated-npy' })
    await writeFile(file, bytes.toString('latin1').replace('(2,)', '(1,)'), 'latin1')
    await expect(load()).rejects.toMatchObject({ code: 'file-changed' })
    await rm(file)
    await expect(load()).rejects.toMatchObject({ code: 'object-missing' })
  })

  test('<object> keeps bytes, files and folders, and gives what reads them', async () => {
    const { rows, objects, name, ...pipeline } = await sessions(database, (lab) =>
      lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\ndata : <object@local>'),
    )
    await using _ = pipeline
    const folder = join(pipeline.folder, 'tree')
    await mkdir(join(folder, 'inner'), { recursive: true })
    await writeFile(join(folder, 'one.txt'), '1\n')
    await writeFile(join(folder, 'inner', 'two.bin'), Uint8Array.of(2, 2))
    const given = [
      Buffer.from('raw bytes'),
      { bytes: Buffer.from('named'), ext: '.txt' },
      join(folder, 'one.txt'),
      pathToFileURL(join(folder, 'inner', 'two.bin')),
      folder,
    ]
    for (const [session, data] of given.entries()) await rows.insert1({ ...key, session, data })
    const found = await rows.fetch({ order: ['session'] })
    const values = found.map(({ data }) => data)
    expect(values.map(({ kind, size }) => [kind, size])).toEqual([
      ['file', 9],
      ['file', 5],
      ['file', 2],
      ['file', 2],
      ['folder', 4],
    ])
    expect(values.map(({ path }) => /x?_[\w-]{8}(\.\w+)?$/.exec(path)?.[1])).toEqual([
      undefined,
      '.txt',
      '.txt',
      '.bin',
      undefined,
    ])
    expect(await textOf(values[0])).toBe('raw bytes')
    expect(Buffer.from(await fileOf(values[0]).range(4, 9)).toString()).toBe('bytes')
    const pieces: Uint8Array[] = []
    for await (const piece of fileOf(values[1]).stream()) pieces.push(piece)
    expect(Buffer.concat(pieces).toString()).toBe('named')
    const tree = folderOf(values[4])
    expect(tree).toMatchObject({ itemCount: 2, path: expect.stringContaining(`_schema/${name}/session/`) })
    const files = await tree.files()
    expect(files.map((file) => [file.name, file.size])).toEqual([
      ['inner/two.bin', 2],
      ['one.txt', 2],
    ])
    expect(await tree.file('inner/two.bin').bytes()).toEqual(Uint8Array.of(2, 2))
    await tree.download(join(pipeline.folder, 'copy'))
    expect(await readFile(join(pipeline.folder, 'copy', 'inner', 'two.bin'))).toEqual(Buffer.from([2, 2]))
    const manifest = (await objects()).filter((path) => path.endsWith('.manifest.json'))
    expect(manifest).toEqual([`${tree.path}.manifest.json`])
  })

  test('<object> of another row is copied, and says what it does not take', async () => {
    const { rows, objects, ...pipeline } = await sessions(database, (lab) =>
      lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\ndata : <object@>'),
    )
    await using _ = pipeline
    const folder = join(pipeline.folder, 'tree')
    await mkdir(folder)
    await writeFile(join(folder, 'one.txt'), '1\n')
    await rows.insert1({ ...key, data: folder })
    const { data } = await rows.fetch1()
    await rows.insert1({ ...key, session: 2, data })
    const copy = await rows.restrict({ session: 2 }).fetch1()
    expect(copy.data.path).not.toBe(data.path)
    expect(await textOf(folderOf(copy.data).file('one.txt'))).toBe('1\n')
    const before = await objects()
    const refused = async (wrong: unknown, code: string): Promise<void> => {
      await expect(rows.insert1({ ...key, session: 3, data: wrong as never })).rejects.toMatchObject({
        code: 'invalid-row',
        attributes: ['data'],
        cause: { code },
      })
    }
    await refused('plain text', 'local-file')
    await refused(join(folder, 'none'), 'local-file')
    await refused({ bytes: Uint8Array.of(1), ext: '../x' }, 'codec-value')
    await refused([1], 'codec-value')
    expect(await objects()).toEqual(before)
  })

  test('<object> says that a file is missing or another one', async () => {
    const { rows, objects, store, ...pipeline } = await sessions(database, (lab) =>
      lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\ndata : <object@>'),
    )
    await using _ = pipeline
    await rows.insert1({ ...key, data: Buffer.from('abc') })
    const file = join(store, (await objects())[0] ?? '')
    const { data } = await rows.fetch1()
    await writeFile(file, 'abcd')
    await expect(fileOf(data).bytes()).rejects.toMatchObject({ code: 'file-changed' })
    await expect(data.download(join(pipeline.folder, 'copy'))).rejects.toMatchObject({ code: 'file-changed' })
    await expect(readFile(join(pipeline.folder, 'copy'))).rejects.toMatchObject({ code: 'ENOENT' })
    await rm(file)
    await expect(fileOf(data).bytes()).rejects.toMatchObject({ code: 'object-missing' })
  })

  test('<filepath> points to what is in a store, and to nothing else', async () => {
    const { rows, stored, store, ...pipeline } = await sessions(database, (lab) =>
      lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\nsource : <filepath@local>'),
    )
    await using _ = pipeline
    await mkdir(join(store, 'raw'))
    await writeFile(join(store, 'raw', 'rec 1.dat'), 'abc')
    await rows.insert([
      { ...key, session: 1, source: 'raw/rec 1.dat' },
      { ...key, session: 2, source: 'raw' },
    ])
    const found = await rows.fetch({ order: ['session'] })
    expect(found.map(({ source }) => [source.kind, source.path, source.size])).toEqual([
      ['file', 'raw/rec 1.dat', 3],
      ['folder', 'raw', null],
    ])
    expect(await textOf(found[0]?.source)).toBe('abc')
    expect((await folderOf(found[1]?.source).files()).map(({ name }) => name)).toEqual(['rec 1.dat'])
    await rows.restrict({ session: 2 }).delete(await rows.restrict({ session: 2 }).planDelete())
    expect(await stored('source')).toEqual({
      path: 'raw/rec 1.dat',
      store: 'local',
      size: 3,
      is_dir: false,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/),
    })
    const refused = async (wrong: unknown, code: string): Promise<void> => {
      await expect(rows.insert1({ ...key, session: 3, source: wrong as never })).rejects.toMatchObject({
        code: 'invalid-row',
        attributes: ['source'],
        cause: { code },
      })
    }
    await refused('raw/missing.dat', 'filepath')
    await refused('_schema/x', 'filepath')
    await refused('_hash/x', 'filepath')
    await refused('../raw/rec 1.dat', 'invalid-object-path')
    await refused('/etc/passwd', 'invalid-object-path')
    await refused(Uint8Array.of(1), 'codec-value')
    await writeFile(join(store, 'raw', 'rec 1.dat'), 'abcd')
    await expect(fileOf(found[0]?.source).bytes()).rejects.toMatchObject({ code: 'file-changed' })
  })

  test('every codec goes to the default store where none is named', async () => {
    const { rows, store, objects, name, ...pipeline } = await sessions(database, (lab) =>
      lab.manual(
        'Session',
        {},
        'subject : varchar(8)\nsession : int16\n---\nb : <blob@>\na : <attach@>\nh : <hash@>\nn : <npy@>\no : <object@>\nf : <filepath@>',
      ),
    )
    await using _ = pipeline
    await writeFile(join(store, 'file.dat'), 'f')
    await rows.insert1({
      ...key,
      b: { x: [1, 2] },
      a: { name: 'a.txt', bytes: Uint8Array.of(1) },
      h: Uint8Array.of(2),
      n: Uint8Array.of(3),
      o: Uint8Array.of(4),
      f: 'file.dat',
    })
    const row = await rows.fetch1()
    expect(row).toMatchObject({ b: { x: [1, 2] }, a: { name: 'a.txt', bytes: Uint8Array.of(1) }, h: Uint8Array.of(2) })
    expect([await row.n.load(), await fileOf(row.o).bytes()]).toEqual([ndarray(Uint8Array.of(3)), Uint8Array.of(4)])
    expect(await textOf(row.f)).toBe('f')
    expect((await objects()).map((path) => path.split('/').slice(0, 2).join('/'))).toEqual([
      `_hash/${name}`,
      `_hash/${name}`,
      `_hash/${name}`,
      `_schema/${name}`,
      `_schema/${name}`,
      'file.dat',
    ])
  })

  test('update1 gives a row another object, and leaves the old one for collecting', async () => {
    const { rows, objects, ...pipeline } = await sessions(database, (lab) =>
      lab.manual(
        'Session',
        {},
        'subject : varchar(8)\nsession : int16\n---\ndata : <object@>\nnote = null : varchar(9)',
      ),
    )
    await using _ = pipeline
    await rows.insert1({ ...key, data: Buffer.from('old') })
    await rows.update1({ ...key, data: Buffer.from('new') })
    const { data } = await rows.fetch1()
    expect(await textOf(data)).toBe('new')
    expect(await objects()).toHaveLength(2)
    await rows.update1({ ...key, note: 'kept' })
    expect((await rows.fetch1()).data.path).toBe(data.path)
  })

  test('a made row has its objects', async () => {
    const schema = defineSchema(`${database.prefix()}lab`)
    const Session = schema.manual('Session', {}, 'session : int16')
    const Trace = schema.computed('Trace', { Session }, '-> Session\n---\ntrace : <npy@>', {
      parts: { Note: [{}, '-> master\nnote : int16\n---\ntext : <object@>'] },
      fetch: ({ session }) => session,
      compute: (session) => ({
        row: { trace: Float64Array.of(session) },
        parts: { Note: [{ note: 1, text: Buffer.from(`session ${session}`) }] },
      }),
    })
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Session).insert([{ session: 1 }, { session: 2 }])
    expect(await populate(db, Trace)).toMatchObject({ made: 2 })
    const rows = await db(Trace)
      .join(Trace.Note)
      .fetch({ order: ['session'] })
    const read = rows.map(async ({ trace, text }) => [(await trace.load()).data[0], await textOf(text)])
    expect(await Promise.all(read)).toEqual([
      [1, 'session 1'],
      [2, 'session 2'],
    ])
  })
})
