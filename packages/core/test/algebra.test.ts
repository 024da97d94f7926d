import { expect, test } from 'vitest'
import {
  and,
  attribute,
  average,
  count,
  countDistinct,
  defineSchema,
  gt,
  json,
  max,
  min,
  ne,
  not,
  sql,
  sum,
  universalSet,
} from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase('the algebra', (database) => {
  const open = async () => {
    const schema = defineSchema(`${database.prefix()}algebra`)
    const Rig = schema.lookup('Rig', {}, 'rig : varchar(8)\n---\nroom : int16', {
      contents: [
        { rig: 'r1', room: 1 },
        { rig: 'r2', room: 2 },
      ],
    })
    const Subject = schema.manual('Subject', {}, "subject : varchar(8)\n---\nsex = null : enum('M', 'F')")
    const Session = schema.manual(
      'Session',
      { Subject, Rig },
      `
      -> Subject
      session : int16
      ---
      -> [nullable] Rig
      minutes = null : int32
      cost : decimal(8,2)
      bytes_written : int64
      settings = null : json
    `,
    )
    const pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Subject).insert([
      { subject: 'a', sex: 'F' },
      { subject: 'b', sex: 'M' },
      { subject: 'c', sex: 'M' },
      { subject: 'd' },
    ])
    await db(Session).insert([
      { subject: 'a', session: 1, rig: 'r1', minutes: 10, cost: '1.50', bytes_written: 5n, settings: { gain: 2 } },
      { subject: 'a', session: 2, minutes: 20, cost: '2.25', bytes_written: 2n ** 40n },
      { subject: 'b', session: 1, rig: 'r2', cost: '0.00', bytes_written: 0n, settings: { gain: 'high' } },
    ])
    return { db, Rig, Subject, Session, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }

  test('refuses by name a computed value that is not of the declared type', async () => {
    await using lab = await open()
    const sessions = lab.db(lab.Session).restrict({ subject: 'a', session: 1 })
    for (const type of ['float64', 'float32', 'int32', 'bool', 'decimal(5,2)'] as const) {
      const computed = sessions.project({ size: sql`'small'`.as(type) })
      const refused = { code: 'malformed-stored-value', attribute: 'size', type, value: 'small' }
      await expect(computed.fetch()).rejects.toMatchObject(refused)
      await expect(computed.fetchColumns('size')).rejects.toMatchObject(refused)
    }
    const half = sql`0.5`.as('float64')
    expect(await sessions.project({ half, three: sql`3`.as('float64') }).fetch1()).toMatchObject({
      half: 0.5,
      three: 3,
    })
  })

  test('projects all attributes, all but some, and computed ones', async () => {
    await using lab = await open()
    const sessions = lab.db(lab.Session).restrict({ subject: 'a', session: 1 })
    expect(await sessions.project('...', '-settings', '-cost', '-bytes_written').fetch1()).toEqual({
      subject: 'a',
      session: 1,
      rig: 'r1',
      minutes: 10,
    })
    const computed = sessions.project({
      hours: sql`${attribute('minutes')} / 60.0`.as('float64'),
      long: sql`minutes > ${5}`.as('bool', { nullable: false }),
      gain: json('settings', 'gain', 'int16'),
      length: 'minutes',
    })
    const { hours, ...rest } = await computed.fetch1()
    expect(hours).toBeCloseTo(1 / 6)
    expect(rest).toEqual({ subject: 'a', session: 1, long: true, gain: 2, length: 10 })
    expect(await computed.restrict({ hours: gt(0.1), long: true }).count()).toBe(1)
    expect(await computed.project('gain').restrict({ gain: 2 }).keys()).toEqual([{ subject: 'a', session: 1 }])
    const gains = await lab
      .db(lab.Session)
      .project({ gain: json('settings', 'gain', 'int16') })
      .fetch()
    expect(gains.map(({ gain }) => gain)).toEqual([2, null, null])
  })

  test('begins the stack of a refusal in the line that asked for it, however deep the wrong part stands', async () => {
    await using lab = await open()
    const [subjects, sessions] = [lab.db(lab.Subject), lab.db(lab.Session)]
    const wrong: object = { subjekt: 'a' }
    const deep = Array.from({ length: 12 }).reduce<object>((inner) => [and(not(inner))], wrong)
    const operations = [
      () => subjects.restrict(deep),
      () => subjects.exclude(deep),
      () => subjects.forKey({ subjekt: 'a' }),
      () => subjects.top({ limit: -1 }),
      () => subjects.project({ sex: sql`${attribute('subjekt' as never)}`.as('int8') }),
      () => sessions.join(sessions),
      () => subjects.extend(sessions),
      () => sessions.aggregate(subjects, { subjects: count() }),
      () => subjects.union(sessions),
      () => universalSet('subjekt').restrict(subjects as never),
      () => universalSet('sex').aggregate(subjects, { n: sum('subjekt' as never) }),
    ]
    for (const operation of operations) {
      // the line after the message
      expect(operation).toThrow(
        expect.objectContaining({ stack: expect.stringMatching(/^[^\n]*\n +at [^\n]*algebra\.test\.ts:/) }),
      )
    }
  })

  test('refuses a projection that cannot be, naming what is at hand', async () => {
    await using lab = await open()
    const sessions = lab.db(lab.Session)
    const refused = (selections: readonly unknown[], facts: object) =>
      // @ts-expect-error: what JavaScript may give
      expect(() => sessions.project(...selections)).toThrow(expect.objectContaining(facts))
    refused(['minuets'], { code: 'unknown-attribute', attribute: 'minuets' })
    refused(['-minuets'], { code: 'unknown-attribute', attribute: 'minuets' })
    refused([{ length: 'minuets' }], { code: 'unknown-attribute', attribute: 'minuets' })
    refused(['...', '-session'], { code: 'excluded-key', attribute: 'session' })
    refused(['minutes', { minutes: 'cost' }], { code: 'attribute-clash', attribute: 'minutes' })
    refused([{ x: 'cost' }, { x: 'minutes' }], { code: 'attribute-clash', attribute: 'x' })
    refused([{ session: 'cost' }], { code: 'attribute-clash', attribute: 'session' })
    refused([{ 'x`; drop table y': 'cost' }], { code: 'invalid-name' })
    refused([{ x: 5 }], { code: 'invalid-call' })
    refused([sql`1`.as('int8')], { code: 'invalid-call' })
    refused([{ n: count() }], { code: 'invalid-expression' })
    refused([{ gain: json('cost', 'gain', 'int8') }], { code: 'invalid-expression' })
    // @ts-expect-error: no such type
    expect(() => sql`1`.as('flaot64')).toThrow(expect.objectContaining({ code: 'unknown-type' }))
  })

  test('extends every row by the one that belongs to it', async () => {
    await using lab = await open()
    const extended = lab.db(lab.Session).project('rig').extend(lab.Rig)
    expect(await extended.fetch({ order: ['subject', 'session'] })).toEqual([
      { subject: 'a', session: 1, rig: 'r1', room: 1 },
      { subject: 'a', session: 2, rig: null, room: null },
      { subject: 'b', session: 1, rig: 'r2', room: 2 },
    ])
    expect(await extended.restrict({ room: null }).keys()).toEqual([{ subject: 'a', session: 2 }])
    expect(() => lab.db(lab.Subject).extend(lab.Session)).toThrow(
      expect.objectContaining({ code: 'undetermined-join', missing: ['session'] }),
    )
    // @ts-expect-error: no relation
    expect(() => lab.db(lab.Subject).extend({})).toThrow(expect.objectContaining({ code: 'invalid-operand' }))
    // @ts-expect-error: no relation
    expect(() => lab.db(lab.Subject).join(universalSet('sex'))).toThrow(
      expect.objectContaining({ code: 'invalid-operand' }),
    )
  })

  test('aggregates for every row, or for those that have any', async () => {
    await using lab = await open()
    const summary = lab.db(lab.Subject).aggregate(lab.Session, {
      sex: 'sex',
      sessions: count(),
      timed: count('minutes'),
      rigs: countDistinct('rig'),
      total: sum('minutes'),
      written: sum('bytes_written'),
      paid: sum('cost'),
      mean: average('minutes'),
      first: min('session'),
      most: max('bytes_written'),
      spread: sql`max(minutes) - min(minutes)`.as('int32'),
    })
    expect(await summary.fetch({ order: ['subject'], limit: 3 })).toEqual([
      {
        subject: 'a',
        sex: 'F',
        sessions: 2,
        timed: 2,
        rigs: 1,
        total: 30,
        written: 5 + 2 ** 40,
        paid: '3.75',
        mean: 15,
        first: 1,
        most: 2n ** 40n,
        spread: 10,
      },
      {
        subject: 'b',
        sex: 'M',
        sessions: 1,
        timed: 0,
        rigs: 1,
        total: null,
        written: 0,
        paid: '0.00',
        mean: null,
        first: 1,
        most: 0n,
        spread: null,
      },
      {
        subject: 'c',
        sex: 'M',
        sessions: 0,
        timed: 0,
        rigs: 0,
        total: null,
        written: null,
        paid: null,
        mean: null,
        first: null,
        most: null,
        spread: null,
      },
    ])
    expect(await summary.restrict({ sessions: gt(1) }).keys()).toEqual([{ subject: 'a' }])
    const some = lab.db(lab.Subject).aggregate(lab.Session, { n: count() }, { keep: 'matching' })
    expect(await some.fetch({ order: ['n desc'] })).toEqual([
      { subject: 'a', n: 2 },
      { subject: 'b', n: 1 },
    ])
    expect(
      await lab
        .db(lab.Subject)
        .restrict(some.restrict({ n: 1 }))
        .keys(),
    ).toEqual([{ subject: 'b' }])
    expect(() => lab.db(lab.Session).aggregate(lab.Subject, { n: count() })).toThrow(
      expect.objectContaining({ code: 'undetermined-group', missing: ['session'] }),
    )
    // @ts-expect-error: what JavaScript may give
    expect(() => lab.db(lab.Subject).aggregate(lab.Session, { n: sum() })).toThrow(
      expect.objectContaining({ code: 'invalid-call' }),
    )
    expect(() => lab.db(lab.Subject).aggregate(lab.Session, { n: sum('rig') })).toThrow(
      expect.objectContaining({ code: 'invalid-expression' }),
    )
  })

  test('unites relations of one key', async () => {
    await using lab = await open()
    const subjects = lab.db(lab.Subject)
    const males = subjects.restrict({ sex: 'M' }).project()
    expect(await males.union(subjects.restrict({ subject: 'a' }).project()).keys()).toHaveLength(3)
    const counted = subjects.aggregate(lab.Session, { n: count() }, { keep: 'matching' })
    const both = subjects.restrict({ sex: ne('F') }).union(counted)
    expect(await both.fetch({ order: ['subject'] })).toEqual([
      { subject: 'a', sex: null, n: 2 },
      { subject: 'b', sex: 'M', n: 1 },
      { subject: 'c', sex: 'M', n: null },
    ])
    expect(() => subjects.union(lab.db(lab.Session))).toThrow(expect.objectContaining({ code: 'union-key' }))
    expect(() => subjects.union(subjects)).toThrow(
      expect.objectContaining({ code: 'union-attribute', attributes: ['sex'] }),
    )
  })

  test('a top is those rows, whatever is done to it: also deleted (T1)', async () => {
    await using lab = await open()
    const last = lab.db(lab.Session).top({ order: ['bytes_written desc'], limit: 2 })
    expect(await last.count()).toBe(2)
    expect(await last.restrict({ subject: 'b' }).exists()).toBe(false)
    expect(await lab.db(lab.Subject).restrict(last).keys()).toEqual([{ subject: 'a' }])
    expect((await last.delete()).tables).toHaveLength(1)
    expect(await lab.db(lab.Session).keys()).toEqual([{ subject: 'b', session: 1 }])
    // @ts-expect-error: what JavaScript may give
    expect(() => last.top({ limit: '2' })).toThrow(expect.objectContaining({ code: 'invalid-top' }))
    // @ts-expect-error: what JavaScript may give
    expect(() => last.top({ order: [{ subject: 'desc' }] })).toThrow(expect.objectContaining({ code: 'invalid-order' }))
  })

  test('JSON, which databases order differently, is no order; a value in it is one', async () => {
    await using lab = await open()
    const sessions = lab.db(lab.Session)
    const problem = { code: 'invalid-expression', message: expect.stringContaining('`settings`, which is json') }
    expect(() => sessions.top({ order: ['settings'], limit: 1 })).toThrow(expect.objectContaining(problem))
    await expect(sessions.fetch({ order: ['session', 'settings desc'] })).rejects.toMatchObject(problem)
    const gains = sessions.project({ gain: json('settings', 'gain', 'int16') })
    expect((await gains.fetch({ order: ['gain'] })).map(({ gain }) => gain)).toEqual([null, null, 2])
  })

  test('an enum is ordered as its type lists the values, as in DataJoint', async () => {
    await using lab = await open()
    const sexes = await lab.db(lab.Subject).fetch({ order: ['sex', 'subject'] })
    expect(sexes.map(({ sex }) => sex)).toEqual([null, 'M', 'M', 'F'])
    expect(
      await lab
        .db(lab.Subject)
        .top({ order: ['sex desc'], limit: 1 })
        .keys(),
    ).toEqual([{ subject: 'a' }])
  })

  test('a universal set makes attributes the key of what it is restricted by', async () => {
    await using lab = await open()
    const subjects = lab.db(lab.Subject)
    expect(
      await universalSet('sex')
        .restrict(subjects)
        .fetch({ order: ['sex'] }),
    ).toEqual([{ sex: null }, { sex: 'M' }, { sex: 'F' }])
    const counted = universalSet('sex').aggregate(subjects, { n: count(), last: max('subject') })
    expect(await counted.fetch({ order: ['sex'] })).toEqual([
      { sex: null, n: 1, last: 'd' },
      { sex: 'M', n: 2, last: 'c' },
      { sex: 'F', n: 1, last: 'a' },
    ])
    expect(await universalSet().aggregate(subjects, { n: count() }).fetch()).toEqual([{ n: 4 }])
    const none = subjects.restrict({ subject: 'x' })
    expect(
      await universalSet()
        .aggregate(none, { n: count(), last: max('subject') })
        .fetch(),
    ).toEqual([{ n: 0, last: null }])
    expect(await universalSet().restrict(subjects).fetch()).toEqual([{}])
    expect(await universalSet().restrict(none).exists()).toBe(false)
    // @ts-expect-error: not in the relation
    expect(() => universalSet('room').restrict(subjects)).toThrow(
      expect.objectContaining({ code: 'unknown-attribute', attribute: 'room' }),
    )
    expect(() => universalSet('sex', 'sex').restrict(subjects)).toThrow(
      expect.objectContaining({ code: 'duplicate-attribute' }),
    )
    expect(() => universalSet('sex').aggregate(subjects, { sex: count() })).toThrow(
      expect.objectContaining({ code: 'attribute-clash' }),
    )
    // @ts-expect-error: which of many
    expect(() => universalSet('sex').aggregate(subjects, { who: 'subject' })).toThrow(
      expect.objectContaining({ code: 'invalid-call' }),
    )
    // @ts-expect-error: it has no end
    expect(() => universalSet('sex').exclude(subjects)).toThrow(expect.objectContaining({ code: 'invalid-call' }))
    // @ts-expect-error: no relation on a database
    expect(() => universalSet('sex').restrict(lab.Subject)).toThrow(
      expect.objectContaining({ code: 'invalid-operand' }),
    )
  })
})
