import { expect, test } from 'vitest'
import {
  and,
  attribute,
  average,
  count,
  defineSchema,
  max,
  min,
  not,
  oneOf,
  or,
  sql,
  sum,
  universalSet,
} from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { filledLab } from './lab.ts'

// what DataJoint gets wrong by one or the other of its databases (docs/differences.md)
onEveryDatabase('the algebra', (database) => {
  const open = async () => {
    const lab = await filledLab(database)
    const { db } = lab
    const subjects = db(lab.Subject)
    const sessions = db(lab.Session)
    const species = db(lab.Species)
    const ids = async (relation: { keys: () => Promise<object[]> }) =>
      (await relation.keys()).map((key) => Object.values(key).join(' ')).toSorted()
    return { ...lab, subjects, sessions, species, ids }
  }

  test('T1: a top keeps its rows in a join, an aggregation, a count, a delete and as a condition', async () => {
    await using lab = await open()
    const { subjects, sessions, ids } = lab
    const first = subjects.top({ order: ['subject'], limit: 2 })
    expect(await ids(first.join(sessions))).toEqual(['m1 1', 'm1 2'])
    expect(await ids(sessions.join(first))).toEqual(['m1 1', 'm1 2'])
    expect(await first.aggregate(sessions, { n: count() }).fetch({ order: ['subject'] })).toEqual([
      { subject: 'm1', n: 2 },
      { subject: 'm2', n: 0 },
    ])
    const latest = sessions.top({ order: ['started desc'], limit: 1 })
    expect(await subjects.aggregate(latest, { n: count() }).restrict({ n: 1 }).keys()).toEqual([{ subject: 'r1' }])
    expect(
      await universalSet('session')
        .restrict(sessions.top({ order: ['session desc'], limit: 1 }))
        .fetch(),
    ).toEqual([{ session: 2 }])
    expect(await first.count()).toBe(2)
    expect(await subjects.top({ offset: 9 }).exists()).toBe(false)
    expect(await ids(first.top({ order: ['subject desc'], limit: 1 }))).toEqual(['m2'])
    expect(await ids(subjects.exclude(first))).toEqual(['r1', 'x1'])
    await sessions.restrict(latest).delete()
    expect(await ids(sessions)).toEqual(['m1 1', 'm1 2'])
  })

  test('T2: excluding by a relation whose attribute is NULL somewhere keeps the rows that match nothing', async () => {
    await using lab = await open()
    await lab.species.insert([{ species: 'newt' }])
    expect(await lab.ids(lab.species.exclude(lab.subjects))).toEqual(['newt'])
    expect(await lab.ids(lab.subjects.exclude(lab.species))).toEqual(['x1'])
  })

  test('T3: a cut relation restricts', async () => {
    await using lab = await open()
    expect(await lab.ids(lab.subjects.restrict(lab.sessions.top({ order: ['started desc'], limit: 1 })))).toEqual([
      'r1',
    ])
  })

  test('T4: renaming an attribute that is not there is refused', async () => {
    await using lab = await open()
    const columns: Record<string, string> = { other: 'nope' }
    // @ts-expect-error -- there is no such attribute, which JavaScript would not tell
    expect(() => lab.subjects.project(columns)).toThrow(expect.objectContaining({ code: 'unknown-attribute' }))
  })

  test('T7: the universal set of nothing is one row where there are rows, and of an unknown attribute refused', async () => {
    await using lab = await open()
    expect(await universalSet().restrict(lab.subjects).fetch()).toEqual([{}])
    expect(await universalSet().restrict(lab.subjects.restrict([])).fetch()).toEqual([])
    expect(
      await universalSet()
        .aggregate(lab.subjects.restrict([]), { n: count(), most: max('weight') })
        .fetch(),
    ).toEqual([{ n: 0, most: null }])
    // @ts-expect-error -- there is no such attribute
    expect(() => universalSet('zz').restrict(lab.subjects)).toThrow(
      expect.objectContaining({ code: 'unknown-attribute' }),
    )
  })

  test('T8: an aggregation keeps attributes of the relation that it is of', async () => {
    await using lab = await open()
    const { subjects, sessions } = lab
    const counted = subjects.aggregate(sessions, { sex: 'sex', kind: 'species', notes: 'notes', n: count() })
    expect(await counted.restrict({ n: oneOf([0, 2]) }).fetch({ order: ['subject'] })).toEqual([
      { subject: 'm1', kind: 'mouse', sex: 'F', notes: '', n: 2 },
      { subject: 'm2', kind: 'mouse', sex: 'M', notes: '', n: 0 },
      { subject: 'x1', kind: null, sex: 'U', notes: '', n: 0 },
    ])
  })

  test('T9: a union is ordered and cut', async () => {
    await using lab = await open()
    const { subjects } = lab
    const some = subjects
      .restrict({ sex: 'F' })
      .project()
      .union(subjects.restrict({ sex: 'U' }).project())
    expect(await some.fetch({ order: ['subject desc'], limit: 2 })).toEqual([{ subject: 'x1' }, { subject: 'r1' }])
    expect(await some.count()).toBe(3)
  })

  test('X1: excluding by two attributes, by and(), and not() of them negate the whole', async () => {
    await using lab = await open()
    const { sessions, ids } = lab
    const others = ['m1 2', 'r1 1']
    expect(await ids(sessions.exclude({ subject: 'm1', session: 1 }))).toEqual(others)
    expect(await ids(sessions.exclude(and({ subject: 'm1' }, { session: 1 })))).toEqual(others)
    expect(await ids(sessions.restrict(not({ subject: 'm1', session: 1 })))).toEqual(others)
    expect(await ids(sessions.restrict(not(or({ subject: 'r1' }, { session: 2 }))))).toEqual(['m1 1'])
    expect(await ids(sessions.exclude(sql`subject = ${'m1'} AND session = 1`))).toEqual(others)
    expect(await ids(sessions.exclude(sql`subject = ${'r1'} OR session = 2`))).toEqual(['m1 1'])
  })

  test('X2: the condition of what extends or is aggregated decides about its rows alone', async () => {
    await using lab = await open()
    const { subjects, sessions, species } = lab
    const rats = species.restrict({ species: 'rat' }).project({ known: sql`1`.as('int32') })
    const extended = subjects.project('species').extend(rats)
    expect(await extended.fetch({ order: ['subject'] })).toEqual([
      { subject: 'm1', species: 'mouse', known: null },
      { subject: 'm2', species: 'mouse', known: null },
      { subject: 'r1', species: 'rat', known: 1 },
      { subject: 'x1', species: null, known: null },
    ])
    expect(await extended.restrict({ known: null }).count()).toBe(3)
    const late = sessions.restrict({ session: 2 })
    expect(await subjects.aggregate(late, { n: count() }).fetch({ order: ['subject'] })).toEqual([
      { subject: 'm1', n: 1 },
      { subject: 'm2', n: 0 },
      { subject: 'r1', n: 0 },
      { subject: 'x1', n: 0 },
    ])
    expect(await subjects.aggregate(late, { n: count() }, { keep: 'matching' }).count()).toBe(1)
  })

  test('X2: a row that an extension finds nothing for has NULL there, whatever is computed', async () => {
    await using lab = await open()
    const { subjects, sessions } = lab
    const firstOf = subjects.aggregate(sessions, { began: min('started') }, { keep: 'matching' })
    const marked = firstOf.project('began', { seen: sql`CASE WHEN began IS NULL THEN 0 ELSE 1 END`.as('int32') })
    expect(
      await subjects
        .project()
        .extend(marked)
        .restrict({ seen: null })
        .fetch({ order: ['subject'] }),
    ).toEqual([
      { subject: 'm2', began: null, seen: null },
      { subject: 'x1', began: null, seen: null },
    ])
  })

  test('M2: MySQL forgets that what an extension computes is NULL beside a row that matches nothing', async () => {
    await using lab = await open()
    const { subjects, species, ids } = lab
    const known = sql`CASE WHEN species IS NULL THEN 'no' ELSE 'yes' END`.as('varchar(8)')
    const extended = subjects.project('species').extend(species.restrict({ species: 'rat' }).project({ known }))
    expect(await ids(extended.restrict({ known: 'yes' }))).toEqual(['r1'])
    expect(await ids(extended.restrict({ known: null }))).toEqual(['m1', 'm2', 'x1'])
  })

  test('M3: MariaDB forgets it too where the least or the greatest of what is computed is asked for', async () => {
    await using lab = await open()
    const { subjects, sessions } = lab
    const long = sessions.project({
      late: sql`CASE WHEN session > 1 THEN 'late' ELSE 'early' END`.as('varchar(8)'),
      seven: sql`7`.as('int32'),
      least: sql`COALESCE(session, 0)`.as('int32'),
    })
    const none = { late: null, seven: null, least: null }
    const extremes = [
      { late: max('late'), seven: max('seven'), least: min('least') },
      { late: sql`MAX(late)`.as('varchar(8)'), seven: sql`MAX(seven)`.as('int32'), least: sql`MIN(least)`.as('int32') },
    ]
    for (const columns of extremes) {
      expect(await subjects.aggregate(long, columns).fetch({ order: ['subject'] })).toEqual([
        { subject: 'm1', late: 'late', seven: 7, least: 1 },
        { subject: 'm2', ...none },
        { subject: 'r1', late: 'early', seven: 7, least: 1 },
        { subject: 'x1', ...none },
      ])
    }
  })

  test('M4: MariaDB runs a statement with subqueries again', async () => {
    await using lab = await open()
    const { sessions } = lab
    const all = universalSet().aggregate(sessions, { first: min('session'), n: count() })
    const late = sessions.project({ late: sql`session + 0`.as('int32') }).restrict(sql`late > 0`)
    const relations = [
      all.restrict(sql`first = 1 OR NOT first = 1`),
      all.project('n').restrict({ n: 3 }),
      universalSet().aggregate(late, { first: min('late'), both: sql`COUNT(late) + COUNT(*)`.as('int32') }),
    ]
    for (const relation of relations) {
      for (const _ of [1, 2, 3]) expect(await relation.fetch()).toHaveLength(1)
      for (const _ of [1, 2]) {
        const streamed: object[] = []
        for await (const row of relation.stream()) streamed.push(row)
        expect(streamed).toHaveLength(1)
      }
    }
  })

  test('X3: unions of unions combine attributes by name', async () => {
    await using lab = await open()
    const { subjects } = lab
    const sexes = subjects.restrict({ subject: 'm1' }).project('sex')
    const weights = subjects.restrict({ subject: oneOf(['m1', 'm2']) }).project('weight')
    const notes = subjects.restrict({ subject: 'r1' }).project('notes')
    expect(await notes.union(weights.union(sexes)).fetch({ order: ['subject'] })).toEqual([
      { subject: 'm1', sex: 'F', weight: 21.5, notes: null },
      { subject: 'm2', sex: null, weight: null, notes: null },
      { subject: 'r1', sex: null, weight: null, notes: '' },
    ])
  })

  test('X4: a table joins and aggregates itself', async () => {
    await using lab = await open()
    const { sessions, ids } = lab
    expect(await ids(sessions.project().join(sessions.project()))).toEqual(['m1 1', 'm1 2', 'r1 1'])
    expect(await ids(sessions.project().join(sessions.restrict({ session: 2 })))).toEqual(['m1 2'])
    expect(await sessions.project().aggregate(sessions.project(), { n: count() }).restrict({ n: 1 }).count()).toBe(3)
    expect(await sessions.project({ other: 'session' }).join(sessions.project()).count()).toBe(5)
  })

  test('X5: an aggregation restricted by a false condition is empty', async () => {
    await using lab = await open()
    const counted = lab.subjects.aggregate(lab.sessions, { n: count() })
    expect(await counted.restrict([]).fetch()).toEqual([])
    expect(await counted.exclude([]).count()).toBe(4)
  })

  test('X6: a universal set evaluates what restricts it first', async () => {
    await using lab = await open()
    const { subjects, sessions } = lab
    const counted = subjects.aggregate(sessions, { n: count() })
    expect(
      await universalSet('n')
        .restrict(counted)
        .fetch({ order: ['n'] }),
    ).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }])
    expect(
      await universalSet('n')
        .aggregate(counted, { subjects: count() })
        .fetch({ order: ['n'] }),
    ).toEqual([
      { n: 0, subjects: 2 },
      { n: 1, subjects: 1 },
      { n: 2, subjects: 1 },
    ])
    const two = sessions.top({ order: ['started'], limit: 2 })
    expect(await universalSet('subject').aggregate(two, { n: count() }).fetch()).toEqual([{ subject: 'm1', n: 2 }])
    const species = universalSet('species').restrict(subjects)
    expect(await species.fetch({ order: ['species'] })).toEqual([
      { species: null },
      { species: 'mouse' },
      { species: 'rat' },
    ])
    expect(await species.count()).toBe(3)
    expect(
      await universalSet()
        .aggregate(species, { n: count(), named: count('species') })
        .fetch1(),
    ).toEqual({
      n: 3,
      named: 2,
    })
    const united = subjects
      .restrict({ sex: 'F' })
      .project('sex')
      .union(subjects.restrict({ sex: 'U' }).project())
    expect(
      await universalSet('sex')
        .aggregate(united, { n: count() })
        .fetch({ order: ['sex'] }),
    ).toEqual([
      { sex: null, n: 2 },
      { sex: 'F', n: 1 },
    ])
  })

  test('X7: the key of an aggregation is renamed', async () => {
    await using lab = await open()
    const counted = lab.subjects
      .aggregate(lab.sessions, { animal: 'subject', n: count() })
      .project('n', { who: 'animal' })
    expect(await counted.restrict({ who: 'm1' }).fetch()).toEqual([{ who: 'm1', n: 2 }])
  })

  test('X8: a union restricts', async () => {
    await using lab = await open()
    const { subjects, sessions, ids } = lab
    const some = subjects
      .restrict({ sex: 'M' })
      .project()
      .union(subjects.restrict({ subject: 'r1' }).project())
    expect(await ids(sessions.restrict(some))).toEqual(['r1 1'])
    expect(await ids(sessions.exclude(some))).toEqual(['m1 1', 'm1 2'])
  })

  test('X9: ordered by an attribute that is renamed or computed and then projected away, a top keeps its rows', async () => {
    await using lab = await open()
    const { sessions, ids } = lab
    const renamed = sessions.project({ began: 'started' }).top({ order: ['began desc'], limit: 1 })
    expect(await ids(renamed.project())).toEqual(['r1 1'])
    const computed = sessions
      .project({ order: sql`${attribute('session')} * -1`.as('int64') })
      .top({ order: ['order'], limit: 1 })
    expect(await ids(computed.project())).toEqual(['m1 2'])
  })

  test('X10: a union takes an aggregation', async () => {
    await using lab = await open()
    const { subjects, sessions } = lab
    const counted = subjects.aggregate(sessions, { n: count() }, { keep: 'matching' })
    expect(await counted.union(subjects.restrict({ sex: 'M' }).project('sex')).fetch({ order: ['subject'] })).toEqual([
      { subject: 'm1', n: 2, sex: null },
      { subject: 'm2', n: null, sex: 'M' },
      { subject: 'r1', n: 1, sex: null },
    ])
  })

  test('T5: a list is no value to be equal to, and is told how to be one of', async () => {
    await using lab = await open()
    // @ts-expect-error -- a list
    expect(() => lab.sessions.restrict({ session: [1, 2] })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^invalid-/), message: expect.stringContaining('oneOf') }),
    )
    expect(await lab.ids(lab.sessions.restrict({ subject: 'm1', session: oneOf([1, 2]) }))).toEqual(['m1 1', 'm1 2'])
  })

  test('T6: words of SQL are never taken for attributes, and attributes that are named are looked up', async () => {
    await using lab = await open()
    const condition = sql`case when ${attribute('session')} = ${1} then true else false end`
    expect(await lab.ids(lab.sessions.restrict(condition))).toEqual(
      await lab.ids(lab.sessions.restrict({ session: 1 })),
    )
    // @ts-expect-error -- misspelt
    expect(() => lab.sessions.restrict(sql`${attribute('sesion')} = 1`)).toThrow(
      expect.objectContaining({ code: 'unknown-attribute' }),
    )
  })

  test('X11: a relation that has an attribute of its key twice is counted', async () => {
    await using lab = await open()
    const twice = lab.sessions.project({ session: 'session', again: 'session' })
    expect(await twice.count()).toBe(await lab.sessions.count())
    expect(await twice.restrict({ again: 1 }).count()).toBe(await lab.sessions.restrict({ session: 1 }).count())
  })

  test('M1: an aggregation restricted by an aggregation has all its rows', async () => {
    const schema = defineSchema(`${database.prefix()}units`)
    const Unit = schema.manual('Unit', {}, `unit : int16\nkind : varchar(12)`)
    const Trial = schema.manual('Trial', { Unit }, `trial : int32\nday : date\n---\n-> Unit`)
    const Field = schema.manual('Field', { Unit }, `-> Unit\nfield : int32\n---\nwide : int16`)
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    const kindOf = (unit: number): string => (unit % 2 === 1 ? 'ab' : 'e')
    await db(Unit).insert([0, 1, 2, 3, 4, 5, 6, 7].map((unit) => ({ unit, kind: kindOf(unit) })))
    await db(Trial).insert([2, 3].map((unit) => ({ trial: unit, day: '2024-01-01', unit, kind: kindOf(unit) })))
    const fields = [2, 3, 3, 5].map((unit, field) => ({ unit, kind: kindOf(unit), field, wide: 1 }))
    await db(Field).insert(fields)
    const tried = db(Unit).aggregate(db(Trial), { last: max('trial') }, { keep: 'matching' })
    for (const keep of ['all', 'matching'] as const) {
      const counted = db(Unit).aggregate(db(Field), { n: count() }, { keep })
      expect(await counted.restrict(tried).count()).toBe(2)
      expect(await counted.exclude(tried).count()).toBe(keep === 'all' ? 6 : 1)
    }
  })

  test('computes portably: counts, sums, means and extremes, with and without values', async () => {
    const schema = defineSchema(`${database.prefix()}numbers`)
    const Value = schema.manual(
      'Value',
      {},
      `
      n : int32
      ---
      whole = null : int16
      part = null : decimal(6,2)
      real = null : float64
      flag = null : bool
      kind = null : enum('b', 'a')
    `,
    )
    await using opened = await database.pipeline([schema])
    const { db } = opened
    await db(Value).insert([
      { n: 1, whole: 1, part: '0.10', real: 0.5, flag: true, kind: 'b' },
      { n: 2, whole: 2, part: '0.20', real: 0.25, flag: false, kind: 'a' },
      { n: 3 },
      { n: 4, whole: 2, part: '0.10', real: 0.5, flag: true, kind: 'a' },
    ])
    const all = universalSet().aggregate(db(Value), {
      rows: count(),
      values: count('whole'),
      whole: sum('whole'),
      part: sum('part'),
      real: sum('real'),
      flags: sum('flag'),
      mean: average('whole'),
      part_mean: average('part'),
      first: min('kind'),
      last: max('kind'),
      least: min('part'),
    })
    const { mean, part_mean: partMean, ...exact } = await all.fetch1()
    expect(exact).toEqual({
      rows: 4,
      values: 3,
      whole: 5,
      part: '0.40',
      real: 1.25,
      flags: 2,
      first: 'a',
      last: 'b',
      least: '0.10',
    })
    expect(mean).toBeCloseTo(5 / 3, 12)
    expect(partMean).toBeCloseTo(0.4 / 3, 12)
    expect(await all.restrict({ part: '0.40', whole: 5 }).count()).toBe(1)
    const none = universalSet().aggregate(db(Value).restrict([]), {
      n: count(),
      whole: sum('whole'),
      mean: average('real'),
    })
    expect(await none.fetch1()).toEqual({ n: 0, whole: null, mean: null })
  })
})
