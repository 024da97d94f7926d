import { expect, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { filledLab } from './lab.ts'

onEveryDatabase('a relation', (database) => {
  const open = () => filledLab(database)

  test('fetches rows with defaults filled in and the types of the definition', async () => {
    await using lab = await open()
    expect(await lab.db(lab.Subject).fetch({ order: ['subject'], limit: 2 })).toEqual([
      { subject: 'm1', species: 'mouse', sex: 'F', weight: 21.5, notes: '' },
      { subject: 'm2', species: 'mouse', sex: 'M', weight: null, notes: '' },
    ])
    expect(await lab.db(lab.Session).restrict({ subject: 'm1', session: 1 }).fetch1()).toEqual({
      subject: 'm1',
      session: 1,
      started: '2024-05-01 10:00:00.125',
    })
  })

  test('restricts by objects, NULL, lists and relations, and excludes by the same', async () => {
    await using lab = await open()
    const subjects = async (relation: { keys: () => Promise<{ subject: string }[]> }) =>
      (await relation.keys()).map(({ subject }) => subject).toSorted()
    const all = lab.db(lab.Subject)
    expect(await subjects(all.restrict({ species: 'mouse', sex: 'M' }))).toEqual(['m2'])
    expect(await subjects(all.restrict({ species: null }))).toEqual(['x1'])
    expect(await subjects(all.restrict([{ subject: 'm1' }, { species: 'rat' }]))).toEqual(['m1', 'r1'])
    expect(await subjects(all.restrict([]))).toEqual([])
    expect(await subjects(all.restrict({}))).toEqual(['m1', 'm2', 'r1', 'x1'])
    expect(await subjects(all.restrict(lab.Session))).toEqual(['m1', 'r1'])
    expect(await subjects(all.exclude(lab.Session))).toEqual(['m2', 'x1'])
    expect(await subjects(all.exclude({ species: 'mouse' }))).toEqual(['r1'])
    expect(await subjects(all.exclude({ subject: 'm1', sex: 'M' }))).toEqual(['m1', 'm2', 'r1', 'x1'])
    expect(await subjects(all.exclude([]))).toEqual(['m1', 'm2', 'r1', 'x1'])
  })

  test('restricts by as many keys as there are', async () => {
    await using lab = await open()
    const keys = Array.from({ length: 20_000 }, (_, index) => ({ session: index + 2, subject: 'm1' }))
    const sessions = lab.db(lab.Session)
    expect(await sessions.restrict(keys).keys()).toEqual([{ subject: 'm1', session: 2 }])
    expect(await sessions.restrict([...keys, { subject: 'r1' }]).count()).toBe(2)
    expect(await sessions.exclude(keys).count()).toBe(2)
  })

  test('excludes rows whose counterpart has NULL, where the reference loses all rows (trap T2)', async () => {
    await using lab = await open()
    const species = lab.db(lab.Species)
    expect(await species.exclude(lab.db(lab.Subject)).fetch()).toEqual([])
    await lab.db(lab.Subject).restrict({ species: 'rat' }).delete()
    expect(await species.exclude(lab.db(lab.Subject)).fetch()).toEqual([{ species: 'rat' }])
  })

  test('projects, renames and joins', async () => {
    await using lab = await open()
    const renamed = lab.db(lab.Session).project('started', { animal: 'subject' })
    expect(await renamed.fetch({ order: ['started'], limit: 1 })).toEqual([
      { animal: 'm1', session: 1, started: '2024-05-01 10:00:00.125' },
    ])
    const joined = lab.db(lab.Session).join(lab.db(lab.Subject).project('sex'))
    expect(await joined.restrict({ sex: 'F' }).count()).toBe(2)
    expect(await joined.restrict({ subject: 'r1' }).fetch1()).toEqual({
      subject: 'r1',
      session: 1,
      started: '2024-05-03 10:00:00.000',
      sex: 'U',
    })
  })

  test('finds the rows of a wider key, and refuses a key that has nothing in common', async () => {
    await using lab = await open()
    const [key] = await lab.db(lab.Session).keys({ order: ['started desc'], limit: 1 })
    expect(
      await lab
        .db(lab.Subject)
        .forKey(key ?? {})
        .fetch1(),
    ).toMatchObject({ subject: 'r1' })
    expect(await lab.db(lab.Session).forKey({ subject: 'm1', trial: 3 }).count()).toBe(2)
    expect(() => lab.db(lab.Subject).forKey({ notes: '', trial: 3 })).toThrow(
      expect.objectContaining({ code: 'unrelated-key', keyAttributes: ['notes', 'trial'], attributes: ['subject'] }),
    )
  })

  test('refuses what is unknown where it is written', async () => {
    await using lab = await open()
    // @ts-expect-error: misspelt
    expect(() => lab.db(lab.Subject).restrict({ subjet: 'm1' })).toThrow(
      expect.objectContaining({ code: 'unknown-attribute', attribute: 'subjet' }),
    )
    expect(() => lab.db(lab.Subject).restrict({ sex: undefined as never })).toThrow(
      expect.objectContaining({ code: 'invalid-restriction' }),
    )
  })

  test('fetch1 wants exactly one row', async () => {
    await using lab = await open()
    await expect(lab.db(lab.Subject).fetch1()).rejects.toMatchObject({ code: 'not-one-row', rows: 2 })
    await expect(lab.db(lab.Subject).restrict({ subject: 'no' }).fetch1()).rejects.toMatchObject({ rows: 0 })
  })

  test('a transaction is committed whole or rolled back whole', async () => {
    await using lab = await open()
    const broken = lab.db.transaction(async (db) => {
      await db(lab.Subject).insert1({ subject: 'm3' })
      await db(lab.Session).insert1({ subject: 'no', session: 1, started: '2024-05-01 10:00:00' })
    })
    await expect(broken).rejects.toMatchObject({ code: 'missing-parent-row' })
    expect(await lab.db(lab.Subject).restrict({ subject: 'm3' }).count()).toBe(0)
    await lab.db.transaction(async (db) => db(lab.Subject).insert1({ subject: 'm3' }))
    expect(await lab.db(lab.Subject).restrict({ subject: 'm3' }).count()).toBe(1)
  })

  test('refuses to be restricted by what would restrict nothing', async () => {
    await using lab = await open()
    const all = lab.db(lab.Subject)
    for (const nothing of [all.keys(), new Set([{ subject: 'm1' }]), new Map(), new Date()]) {
      // @ts-expect-error: neither attributes nor a relation
      expect(() => all.restrict(nothing)).toThrow(expect.objectContaining({ code: 'invalid-restriction' }))
    }
    // @ts-expect-error: not awaited
    expect(() => all.restrict(all.keys())).toThrow('a Promise (await it)')
  })

  test('an attribute may be called kind, as what tells tables and relations is', async () => {
    const schema = defineSchema(`${database.prefix()}kinds`)
    const Thing = schema.manual('Thing', {}, "kind : enum('table', 'relation', 'chair')")
    await using pipeline = await database.pipeline([schema])
    await pipeline.db(Thing).insert([{ kind: 'table' }, { kind: 'relation' }, { kind: 'chair' }])
    expect(await pipeline.db(Thing).restrict({ kind: 'table' }).fetch()).toEqual([{ kind: 'table' }])
    expect(
      await pipeline
        .db(Thing)
        .exclude([{ kind: 'relation' }, { kind: 'table' }])
        .fetch(),
    ).toEqual([{ kind: 'chair' }])
  })

  test('json and blobs are no restriction, but NULL is', async () => {
    const schema = defineSchema(`${database.prefix()}blobs`)
    const Thing = schema.manual(
      'Thing',
      {},
      `
      thing : int16
      ---
      facts = null : json
      data = null : <blob>
    `,
    )
    await using pipeline = await database.pipeline([schema])
    await pipeline.db(Thing).insert([{ thing: 1 }, { thing: 2, facts: { a: 1 }, data: [1] }])
    for (const restriction of [{ facts: { a: 1 } }, { data: [1] }]) {
      expect(() => pipeline.db(Thing).restrict(restriction)).toThrow(
        expect.objectContaining({ code: 'invalid-restriction' }),
      )
    }
    expect(await pipeline.db(Thing).restrict({ facts: null, data: null }).keys()).toEqual([{ thing: 1 }])
  })

  test('orders as it says, or refuses', async () => {
    await using lab = await open()
    const order = async (by: string) =>
      // @ts-expect-error: what JavaScript may pass
      (await lab.db(lab.Subject).keys({ order: [by] })).map(({ subject }) => subject).join()
    expect(await order('subject DESC')).toBe('x1,r1,m2,m1')
    await expect(order('subject  desc')).rejects.toMatchObject({ code: 'invalid-order' })
    await expect(order('subject down')).rejects.toMatchObject({ code: 'invalid-order' })
    await expect(order('subjet')).rejects.toMatchObject({ code: 'unknown-attribute' })
  })

  test('of another database is refused, of a transaction on the same one is not', async () => {
    await using lab = await open()
    await using other = await open()
    expect(() => lab.db(lab.Subject).restrict(other.db(lab.Session))).toThrow(
      expect.objectContaining({ code: 'other-database' }),
    )
    expect(() => lab.db(lab.Subject).join(other.db(lab.Session))).toThrow(
      expect.objectContaining({ code: 'other-database' }),
    )
    const outside = lab.db(lab.Session)
    const found = await lab.db.transaction(async (db) => db(lab.Subject).restrict(outside).count())
    expect(found).toBe(2)
  })

  test('without rows or attributes beside the key it works as any other', async () => {
    await using lab = await open()
    const none = lab.db(lab.Subject.Tag)
    expect(await none.fetch()).toEqual([])
    expect(await none.count()).toBe(0)
    expect(await none.exists()).toBe(false)
    expect(await none.join(lab.Subject).fetch()).toEqual([])
    expect(await lab.db(lab.Subject).restrict(none).count()).toBe(0)
    expect(await lab.db(lab.Subject).exclude(none).count()).toBe(4)
    await none.insert([{ subject: 'm1', tag: 'a' }])
    expect(await none.fetch()).toEqual([{ subject: 'm1', tag: 'a' }])
    expect(await none.insert([])).toBe(0)
    expect((await none.restrict({ tag: 'b' }).delete()).tables).toEqual([])
  })
})
