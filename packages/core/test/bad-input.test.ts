import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

const unfit: readonly (readonly [string, unknown])[] = [
  ['small', 32768],
  ['small', 1.5],
  ['small', '1'],
  ['small', true],
  ['small', NaN],
  ['big', 2n ** 63n],
  ['big', 2 ** 53],
  ['share', 1e39],
  ['share', Infinity],
  ['share', NaN],
  ['share', '1'],
  ['price', NaN],
  ['price', 100],
  ['price', '1.234'],
  ['price', '1e1'],
  ['price', ''],
  ['flag', 'true'],
  ['flag', 2],
  ['label', 'xxxxx'],
  ['label', 1],
  ['label', '\uD800'],
  ['code', 'a '],
  ['kind', 'c'],
  ['kind', ''],
  ['day', '2024-02-30'],
  ['day', '2024-05-01 10:00:00'],
  ['at', '2024-05-01 25:00:00'],
  ['at', 'now'],
  ['at', '0000-00-00 00:00:00'],
  ['at', new Date(NaN)],
  ['token', '6f6d1a8e'],
  ['settings', { x: NaN }],
  ['settings', { x: undefined }],
  ['settings', new Map()],
  ['raw', 'text'],
  ['raw', [1, 2]],
  ['scan', () => 1],
  ['label', null],
  ['label', ['x']],
  ['label', { toString: () => 'x' }],
]

onEveryDatabase('bad input', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const kinds = defineSchema(`${database.prefix()}kinds`)
    const Kinds = kinds.manual(
      'Kinds',
      {},
      `
      id : int8
      ---
      small = 0 : int16
      big = 0 : int64
      share = 0 : float32
      price = 0 : decimal(4,2)
      flag = false : bool
      label = '' : varchar(4)
      code = 'ab' : char(2)
      kind = 'a' : enum('a', 'b')
      day = null : date
      at = null : datetime
      token = null : uuid
      settings = null : json
      raw = null : bytes
      scan = null : <blob>
    `,
    )
    const pipeline = await database.pipeline([schemas.lab, kinds])
    const { db } = pipeline
    /** What inserting it after a good row is refused with. */
    const refused = async (row: object): Promise<unknown> => {
      const insert = db(Kinds).insert([{ id: 1 }, { id: 2, ...row }])
      const error = await insert.catch((reason: unknown) => reason)
      expect(await db(Kinds).count()).toBe(0)
      return error
    }
    return { ...schemas, Kinds, db, refused, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }

  test('a value that does not fit its type: refused with table, attribute, row and advice', async () => {
    await using lab = await open()
    for (const [name, value] of unfit) {
      expect(await lab.refused({ [name]: value }), `${name} = ${inspect(value)}`).toMatchObject({
        code: 'invalid-row',
        table: 'Kinds',
        row: 1,
        attributes: [name],
        message: expect.stringContaining('Nothing was inserted'),
      })
    }
  })

  test('rows that are none: a list, text, null, a hole in a list', async () => {
    await using lab = await open()
    const insert = (rows: unknown) => lab.db(lab.Subject).insert(rows as { subject: string }[])
    for (const bad of [['m2', 'mouse'], 'm2', 7, null, undefined]) {
      await expect(insert([{ subject: 'm1' }, bad])).rejects.toMatchObject({ code: 'invalid-row', row: 1 })
    }
    await expect(insert([['m2']])).rejects.toThrow('would depend on the order of the attributes')
    // oxlint-disable-next-line no-sparse-arrays -- what this is about
    await expect(insert([{ subject: 'm1' }, , { subject: 'm2' }])).rejects.toMatchObject({ row: 1 })
    await expect(insert([{}])).rejects.toMatchObject({ code: 'invalid-row', attributes: ['subject'] })
    await expect(insert('m1')).rejects.toMatchObject({ code: 'invalid-call' })
    await expect(insert({ subject: 'm1' })).rejects.toMatchObject({ code: 'invalid-call' })
    await expect(insert(null)).rejects.toMatchObject({ code: 'invalid-call' })
    await expect(insert(undefined)).rejects.toMatchObject({ code: 'invalid-call' })
    expect(await lab.db(lab.Subject).count()).toBe(0)
  })

  test('a row whose getter throws, or which is a proxy: nothing is kept of the call that fails', async () => {
    await using lab = await open()
    const broken = {
      subject: 'm2',
      get notes(): string {
        throw new RangeError('no notes')
      },
    }
    await expect(lab.db(lab.Subject).insert([{ subject: 'm1' }, broken])).rejects.toThrow('no notes')
    expect(await lab.db(lab.Subject).count()).toBe(0)
    let reads = 0
    const proxy = new Proxy({ subject: 'm3' }, { get: (target, name) => ((reads += 1), Reflect.get(target, name)) })
    await lab.db(lab.Subject).insert([proxy])
    expect(reads).toBeGreaterThan(0)
    expect(await lab.db(lab.Subject).keys()).toEqual([{ subject: 'm3' }])
  })

  test('two rows of one key in one batch: both are named', async () => {
    await using lab = await open()
    const subjects = Array.from({ length: 2500 }, (_, index) => ({ subject: `m${index}` }))
    const insert = (rows: { subject: string }[]) => lab.db(lab.Subject).insert(rows)
    await expect(insert([{ subject: 'x' }, { subject: 'y' }, { subject: 'x' }])).rejects.toMatchObject({
      code: 'duplicate-row',
      row: 2,
      other: 0,
      message: expect.stringMatching(/Row 2 for Subject .* row 0 has too \(x\)/),
    })
    await expect(insert([...subjects, { subject: 'm7' }])).rejects.toMatchObject({ row: 2500, other: 7 })
    await insert([{ subject: 'm1' }])
    await expect(insert([{ subject: 'm0' }, { subject: 'm1' }])).rejects.toMatchObject({ row: 1, other: null })
    expect(await lab.db(lab.Subject).count()).toBe(1)
  })

  test('a broken foreign key: the row and the key that is missing', async () => {
    await using lab = await open()
    await lab.db(lab.Subject).insert1({ subject: 'm1' })
    const started = '2024-05-01 10:00:00'
    const sessions = Array.from({ length: 1500 }, (_, session) => ({
      subject: session === 1200 ? 'nobody' : 'm1',
      session,
      started: `2024-05-01 ${10 + Math.floor(session / 3600)}:${String(Math.floor(session / 60) % 60).padStart(2, '0')}:${String(session % 60).padStart(2, '0')}`,
    }))
    await expect(lab.db(lab.Session).insert(sessions)).rejects.toMatchObject({
      code: 'missing-parent-row',
      row: 1200,
      attributes: ['subject'],
      parent: 'Subject',
      key: { subject: 'nobody' },
      message: expect.stringContaining('subject = nobody'),
    })
    const skipped = lab.db(lab.Session).insert([{ subject: 'nobody', session: 1, started }], { skipDuplicates: true })
    await expect(skipped).rejects.toMatchObject({ code: 'missing-parent-row', row: 0 })
    expect(await lab.db(lab.Session).count()).toBe(0)
  })

  test('names and values that would be SQL are none', async () => {
    await using lab = await open()
    const evil = '"a`; DROP TABLE subject; --'
    await expect(
      lab.db(lab.Subject).insert([{ subject: 'm1', [evil]: 1 } as { subject: string }]),
    ).rejects.toMatchObject({ code: 'invalid-row', attributes: [evil] })
    await expect(
      lab.db(lab.Subject).update1({ subject: 'm1', [evil]: 1 } as { subject: string }),
    ).rejects.toMatchObject({ code: 'invalid-update', attributes: [evil] })
    const notes = `'"; DROP TABLE subject; -- \\`
    await lab.db(lab.Subject).insert1({ subject: `a'"\`\\`, notes })
    await lab.db(lab.Subject).update1({ subject: `a'"\`\\`, notes: `${notes}?` })
    expect(await lab.db(lab.Subject).fetch1()).toMatchObject({ subject: `a'"\`\\`, notes: `${notes}?` })
    expect((await lab.db(lab.Subject).restrict({ subject: `a'"\`\\` }).delete()).tables).toHaveLength(1)
  })

  test('a connection that breaks in the middle of an insert: nothing of it is kept', async ({ skip }) => {
    if (database.name === 'sqlite') skip('a file has no connection to lose')
    await using lab = await open()
    const broken = lab.db.transaction(async (db) => {
      const [row] = await contextOf(db).connection.query({ sql: 'SELECT CONNECTION_ID()', parameters: [] })
      async function* interrupted() {
        for (let index = 0; index < 1500; index++) yield { subject: `m${index}` }
        // as an administrator would
        await contextOf(lab.db).connection.query({ sql: `KILL ${String(row?.[0])}`, parameters: [] })
        for (let index = 1500; index < 5000; index++) yield { subject: `m${index}` }
      }
      await db(lab.Subject).insert(interrupted())
    })
    await expect(broken).rejects.toMatchObject({ code: 'connection-lost' })
    expect(await lab.db(lab.Subject).count()).toBe(0)
    expect(await lab.db(lab.Subject).insert([{ subject: 'm1' }])).toBe(1)
  })
})
