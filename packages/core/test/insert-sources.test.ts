import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { csv, declare, definePipeline, defineSchema, drop, planDeclare, planDrop, universalSet } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('insert from', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const { db, folder, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
    return { ...schemas, db, folder, [Symbol.asyncDispose]: dispose }
  }
  const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ subject: `m${index}`, weight: index }))

  test('a generator, a set and an async generator: all rows or none', async () => {
    await using lab = await open()
    const subjects = lab.db(lab.Subject)
    function* some() {
      yield* rows(2500)
    }
    async function* more(last: string) {
      for (let index = 2500; index < 4000; index++) yield { subject: `m${index}` }
      await delay(1)
      yield { subject: last }
    }
    expect(await subjects.insert(some())).toBe(2500)
    await expect(subjects.insert(more('m7'))).rejects.toMatchObject({ code: 'duplicate-row', row: 1500, other: null })
    await expect(subjects.insert(more('much too long'))).rejects.toMatchObject({ code: 'invalid-row', row: 1500 })
    expect(await subjects.count()).toBe(2500)
    expect(await subjects.insert(more('last'))).toBe(1501)
    expect(await subjects.insert(new Set([{ subject: 'set' }]))).toBe(1)
    expect(await subjects.insert(more('last'), { skipDuplicates: true })).toBe(0)
    expect(await subjects.insert((function* () {})())).toBe(0)
    expect(await subjects.count()).toBe(4002)
  })

  test('a source that throws: nothing is kept, and its error is told', async () => {
    await using lab = await open()
    async function* broken() {
      yield* rows(3000)
      throw new RangeError('the camera went away')
    }
    await expect(lab.db(lab.Subject).insert(broken())).rejects.toThrow('the camera went away')
    expect(await lab.db(lab.Subject).count()).toBe(0)
  })

  test('a slow source, which keeps nobody else from writing', async () => {
    await using lab = await open()
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { promise: allowed, resolve: allow } = Promise.withResolvers<void>()
    async function* slow() {
      yield* rows(1500)
      ask()
      await allowed
      yield { subject: 'last' }
    }
    const inserting = lab.db(lab.Subject).insert(slow())
    await asked
    await lab.db(lab.Species).insert1({ species: 'zebrafish' })
    allow()
    expect(await inserting).toBe(1501)
  })

  test('a source that is aborted while it is waited for: at once, and nothing is kept', async () => {
    await using lab = await open()
    const controller = new AbortController()
    let closed = false
    async function* stuck() {
      try {
        yield* rows(1500)
        controller.abort(new Error('enough'))
        await delay(500)
        yield { subject: 'last' }
      } finally {
        closed = true
      }
    }
    await expect(lab.db(lab.Subject).insert(stuck(), { signal: controller.signal })).rejects.toThrow('enough')
    expect(await lab.db(lab.Subject).count()).toBe(0)
    expect(await lab.db(lab.Subject).insert(rows(1))).toBe(1)
    await expect.poll(() => closed).toBe(true)
  })

  test('a source that writes by itself: refused, for it might wait for the insert, and nothing is kept', async () => {
    await using lab = await open()
    async function* writing() {
      yield* rows(1500)
      expect(await lab.db(lab.Subject).count()).toBe(0)
      await lab.db(lab.Species).insert1({ species: 'zebrafish' })
    }
    await expect(lab.db(lab.Subject).insert(writing())).rejects.toMatchObject({ code: 'outside-transaction' })
    async function* transacting() {
      yield* rows(1)
      await lab.db.transaction((db) => db(lab.Species).insert1({ species: 'zebrafish' }))
    }
    await expect(lab.db(lab.Subject).insert(transacting())).rejects.toMatchObject({ code: 'outside-transaction' })
    async function* inserting() {
      yield { subject: 'a' }
      await lab.db(lab.Subject).insert((function* () {})())
    }
    await expect(lab.db(lab.Subject).insert(inserting())).rejects.toMatchObject({ code: 'outside-transaction' })
    expect([await lab.db(lab.Subject).count(), await lab.db(lab.Species).count()]).toEqual([0, 2])
    expect(await lab.db(lab.Species).insert1({ species: 'zebrafish' })).toBeUndefined()
  })

  test('a source that ends only when the database is being closed: all of its rows, and then it is closed', async () => {
    const { lab, Subject } = labSchemas(database.prefix())
    const { settings, dispose } = await database.shared()
    const pipeline = definePipeline({ schemas: [lab], tables: { Subject }, database: settings })
    const [db, other] = [await pipeline.open(), await pipeline.open()]
    try {
      await declare(db, await planDeclare(db, [lab]))
      const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
      const { promise: allowed, resolve: allow } = Promise.withResolvers<void>()
      async function* slow() {
        yield* rows(1500)
        ask()
        await allowed
        yield* rows(3000).slice(1500)
      }
      const inserting = db(Subject).insert(slow())
      await asked
      const closing = db.close().then(() => other(Subject).count())
      await expect(db(Subject).insert([{ subject: 'late' }])).rejects.toMatchObject({ code: 'connection-closed' })
      await expect(db(Subject).insert(new Set([{ subject: 'late' }]))).rejects.toMatchObject({
        code: 'connection-closed',
      })
      allow()
      expect(await inserting).toBe(3000)
      expect(await closing).toBe(3000)
    } finally {
      await drop(other, await planDrop(other, [lab]))
      await other.close()
      await dispose()
    }
  })

  test('a long source, and progress is told', async () => {
    await using lab = await open()
    const told: number[] = []
    await lab.db(lab.Subject).insert(rows(2500), { onProgress: (sent) => told.push(sent) })
    expect(told).toEqual([1000, 2000, 2500])
    told.length = 0
    await lab.db(lab.Subject).insert(new Set(rows(1200)), { replace: true, onProgress: (sent) => told.push(sent) })
    expect(told.at(-1)).toBe(1200)
  })

  test('an async generator inside a transaction, which sees what it inserted', async () => {
    await using lab = await open()
    await lab.db.transaction(async (db) => {
      async function* some() {
        yield* rows(1200)
      }
      expect(await db(lab.Subject).insert(some())).toBe(1200)
      expect(await db(lab.Subject).count()).toBe(1200)
    })
  })

  test('CSV text, whose values are read by the types of the attributes', async () => {
    const schema = defineSchema(`${database.prefix()}csv`)
    const Kinds = schema.manual(
      'Kinds',
      {},
      `
      id : int64
      ---
      x = null : float64
      price : decimal(6,2)
      flag = false : bool
      label = 'none' : varchar(32)
      kind : enum('a', 'b,c')
      at = null : datetime(3)
      day = null : date
      token = null : uuid
      settings = null : json
    `,
    )
    await using pipeline = await database.pipeline([schema])
    const text = [
      'id,x,price,flag,label,kind,at,day,token,settings',
      '9007199254740993,-1.5e3,12.5,TRUE,"says ""hi""","b,c",2024-05-01 10:00:00.125,2024-05-01,' +
        '6f6d1a8e-0000-4000-8000-000000000001,"{""gain"": [1, 2]}"',
      '2,,1,,"",a,,,,',
      '3,,1,0,"two\r\nlines",a,,,,',
      '',
    ].join('\r\n')
    expect(await pipeline.db(Kinds).insert(csv({ text: `\uFEFF${text}` }))).toBe(3)
    const empty = { x: null, at: null, day: null, token: null, settings: null }
    expect(await pipeline.db(Kinds).fetch({ order: ['id'] })).toEqual([
      { id: 2n, price: '1.00', flag: false, label: '', kind: 'a', ...empty },
      { id: 3n, price: '1.00', flag: false, label: 'two\r\nlines', kind: 'a', ...empty },
      {
        id: 9007199254740993n,
        x: -1500,
        price: '12.50',
        flag: true,
        label: 'says "hi"',
        kind: 'b,c',
        at: '2024-05-01 10:00:00.125',
        day: '2024-05-01',
        token: '6f6d1a8e-0000-4000-8000-000000000001',
        settings: { gain: [1, 2] },
      },
    ])
  })

  test('a CSV file, whose errors name the line', async () => {
    await using lab = await open()
    const folder = await mkdtemp(join(tmpdir(), 'neurojoint-csv-'))
    const path = join(folder, 'subjects.csv')
    const insert = async (text: string, options = {}) => {
      await writeFile(path, text)
      return lab.db(lab.Subject).insert(csv({ path }), options)
    }
    try {
      expect(await insert('subject,weight\nm1,20.5\n\nm2,\n')).toBe(2)
      await expect(insert('subject,notes\nm3,"two\nlines"\nm4,x\nm1,\n')).rejects.toMatchObject({
        code: 'duplicate-row',
        row: 2,
        line: 5,
        message: expect.stringContaining('Row 2 (line 5) for Subject'),
      })
      await expect(insert('subject,weight\nm3,1\nm4,heavy\n')).rejects.toMatchObject({
        code: 'invalid-row',
        row: 1,
        line: 3,
        attributes: ['weight'],
      })
      await expect(insert('subject,species\nm3,mouse\nm4,dragon\n')).rejects.toMatchObject({
        code: 'missing-parent-row',
        row: 1,
        line: 3,
        key: { species: 'dragon' },
      })
      for (const text of ['subject,colour\nm3,grey\n', 'subject,colour', '\r\n\r\ncolour\r\n']) {
        await expect(insert(text)).rejects.toMatchObject({ code: 'invalid-csv', attributes: ['colour'] })
      }
      for (const text of ['weight\n1\n', 'weight\n', 'colour']) {
        const missing = insert(text, { ignoreExtra: true })
        await expect(missing).rejects.toMatchObject({ code: 'invalid-csv', attributes: ['subject'], line: 1 })
      }
      expect(await insert('subject,colour\nm3,grey\n', { ignoreExtra: true })).toBe(1)
      expect(await insert('subject,weight\n')).toBe(0)
      await expect(insert('subject,weight\nm5,1,2\n')).rejects.toMatchObject({ code: 'invalid-csv', line: 2 })
      await expect(insert('subject,weight\nm5,"1\n')).rejects.toMatchObject({ code: 'invalid-csv', line: 2 })
      await expect(insert('subject,subject\nm5,m6\n')).rejects.toMatchObject({ code: 'invalid-csv', line: 1 })
      await expect(insert('subject,\nm5,m6\n')).rejects.toMatchObject({ code: 'invalid-csv', line: 1 })
      await expect(insert('')).rejects.toMatchObject({ code: 'invalid-csv', line: 1 })
      await expect(lab.db(lab.Subject).insert(csv({ path: `${path}.not` }))).rejects.toMatchObject({
        code: 'invalid-csv',
        line: null,
        message: expect.stringContaining('ENOENT'),
      })
      await expect(insert('subject;weight\nm7;1\n')).rejects.toMatchObject({
        message: expect.stringContaining('{ separator } says what stands between'),
      })
      expect(await lab.db(lab.Subject).insert(csv({ text: 'subject;weight\nm6;1' }, { separator: ';' }))).toBe(1)
      expect(await lab.db(lab.Subject).count()).toBe(4)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('a CSV file in UTF-8 or marked as UTF-16, and in no other letters', async () => {
    await using lab = await open()
    const folder = await mkdtemp(join(tmpdir(), 'neurojoint-csv-'))
    const path = join(folder, 'subjects.csv')
    const insert = async (bytes: Uint8Array) => {
      await writeFile(path, bytes)
      return lab.db(lab.Subject).insert(csv({ path }))
    }
    const latin1 = Buffer.from('subject,notes\nm1,plain\nm2,caf\u00e9\n', 'latin1')
    const spreadsheet = Uint8Array.of(0x50, 0x4b, 3, 4, 0x14, 0, 6, 0, 8, 0, 0xe2, 0x9d, 0x50)
    try {
      await expect(insert(latin1)).rejects.toMatchObject({
        code: 'invalid-csv',
        line: 3,
        message: expect.stringContaining('Save it as "CSV UTF-8"'),
      })
      await expect(insert(spreadsheet)).rejects.toMatchObject({ code: 'invalid-csv', line: 1 })
      expect(await lab.db(lab.Subject).count()).toBe(0)
      const long = 'x'.repeat(60)
      const rows = Array.from({ length: 3000 }, (_, row) => `a${row},${long}\u00e9\n`).join('')
      expect(await insert(Buffer.from(`\ufeffsubject,notes\r\n${rows}`))).toBe(3000)
      expect(
        await lab
          .db(lab.Subject)
          .restrict({ notes: `${long}\u00e9` })
          .count(),
      ).toBe(3000)
      expect(await insert(Buffer.from('\ufeffsubject,notes\nm1,caf\u00e9\n', 'utf16le'))).toBe(1)
      expect(await lab.db(lab.Subject).restrict({ subject: 'm1' }).fetch1()).toMatchObject({ notes: 'caf\u00e9' })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('a relation: by the attributes that both have, within the database', async () => {
    await using lab = await open()
    const { db, Subject, Session } = lab
    await db(Subject).insert([{ subject: 'm1', species: 'mouse' }, { subject: 'm2' }])
    const started = '2024-05-01 10:00:00'
    const first = db(Subject).restrict({ species: 'mouse' }).project()
    await expect(db(Session).insert(first)).rejects.toMatchObject({
      code: 'incompatible-relation',
      attributes: ['session'],
    })
    await db(Session).insert(
      [1, 2].map((session) => ({ subject: 'm1', session, started: `2024-05-0${session} 10:00:00` })),
    )
    await db(Session).insert1({ subject: 'm2', session: 1, started })
    const later = db(Session).restrict({ subject: 'm1', session: 2 }).project('started', { session: 'session' })
    await expect(db(Session).insert(later)).rejects.toMatchObject({
      code: 'duplicate-row',
      attributes: ['subject', 'session'],
    })
    expect(await db(Session).insert(later, { skipDuplicates: true })).toBe(0)
    expect(await db(Session).insert(later, { replace: true })).toBe(1)
    await expect(db(lab.Species).insert(db(Subject))).rejects.toMatchObject({
      code: 'incompatible-relation',
      attributes: ['subject', 'sex', 'weight', 'notes'],
    })
    const species = universalSet('species').restrict(db(Subject).exclude({ species: null }))
    expect(await db(lab.Species).insert(species, { skipDuplicates: true })).toBe(0)
  })

  test('a relation whose types do not fit, or whose rows cannot be', async () => {
    const schema = defineSchema(`${database.prefix()}fit`)
    const Wide = schema.manual(
      'Wide',
      {},
      'id : int32\n---\nlabel : varchar(16)\nvalue = null : float64\nscan = null : <blob>',
    )
    const Narrow = schema.manual('Narrow', {}, 'id : int16\n---\nlabel : varchar(8)')
    const Wider = schema.manual('Wider', {}, 'id : int64\n---\nlabel : varchar(32)\nunique index (label)')
    const Copy = schema.manual('Copy', { Wide }, '-> Wide\n---\nlabel : varchar(16)\nscan : <blob>')
    const Child = schema.manual('Child', { Wider }, '-> Wider')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Wide).insert([
      { id: 1, label: 'a', scan: new Float64Array([1, 2]) },
      { id: 2, label: 'a' },
    ])
    await expect(db(Narrow).insert(db(Wide).project('label'))).rejects.toMatchObject({
      code: 'incompatible-relation',
      attributes: ['id'],
      message: expect.stringContaining('int32'),
    })
    await expect(db(Wider).insert(db(Wide).project('label'))).rejects.toMatchObject({
      code: 'duplicate-row',
    })
    expect(await db(Wider).insert(db(Wide).restrict({ id: 1 }).project('label'))).toBe(1)
    await expect(db(Wider).insert(db(Wide).restrict({ id: 2 }).project('label'))).rejects.toMatchObject({
      code: 'duplicate-row',
      attributes: ['label'],
      message: expect.stringContaining('(a)'),
    })
    await expect(db(Child).insert(db(Wide).project())).rejects.toMatchObject({
      code: 'missing-parent-row',
      parent: 'Wider',
      key: { id: '2' },
    })
    expect(await db(Copy).insert(db(Wide).restrict({ id: 1 }).project('label', 'scan'))).toBe(1)
    expect((await db(Copy).fetch1()).scan).toEqual((await db(Wide).restrict({ id: 1 }).fetch1()).scan)
    // a scan that is NULL in one, and required in the other
    await expect(db(Copy).insert(db(Wide).restrict({ id: 2 }).project('label', 'scan'))).rejects.toMatchObject({
      code: 'missing-value',
      attribute: 'scan',
    })
    expect(await db(Copy).count()).toBe(1)
  })
})
