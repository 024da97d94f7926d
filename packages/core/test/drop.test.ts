import { expect, test } from 'vitest'
import { declare, defineSchema, drop, planDeclare, planDrop, readTables } from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase, type TestDatabase } from './databases.ts'

/** A schema, and another whose tables refer to it and that a program which drops may not know. */
function define(database: TestDatabase) {
  const prefix = database.prefix()
  const lab = defineSchema(`${prefix}lab`)
  const Subject = lab.manual('Subject', {}, 'subject : int16')
  const Session = lab.manual('Session', { Subject }, '-> Subject\nsession : int16', {
    parts: { Trial: [{}, '-> master\ntrial : int16'] },
  })
  const work = defineSchema(`${prefix}work`)
  const Rate = work.computed('Rate', { Session }, '-> Session\n---\nrate : float64', {
    fetch: () => null,
    compute: () => ({ row: { rate: 1 } }),
  })
  const name = (schema: typeof lab, table: string) => ({ schema: schema.name, table })
  return { lab, work, Subject, Session, Rate, name }
}

onEveryDatabase('dropping', (database) => {
  test('takes what refers to a table in every schema, and says its rows and why before', async () => {
    const { lab, work, Subject, Session, Rate, name } = define(database)
    await using pipeline = await database.pipeline([lab, work])
    const { db } = pipeline
    await db(Subject).insert([{ subject: 1 }, { subject: 2 }])
    await db(Session).insert([{ subject: 1, session: 1 }])
    await db(Session.Trial).insert([1, 2, 3].map((trial) => ({ subject: 1, session: 1, trial })))
    const plan = await planDrop(db, [Session])
    expect(plan.atomic).toBe(database.name === 'sqlite')
    expect(plan.tables).toHaveLength(3)
    expect(plan.tables.at(-1)).toEqual({
      table: name(lab, 'session'),
      rows: 1,
      because: [],
      dependent: false,
      jobs: null,
    })
    expect(plan.tables).toContainEqual({
      table: name(lab, 'session__trial'),
      rows: 3,
      because: [name(lab, 'session')],
      dependent: false,
      jobs: null,
    })
    expect(plan.tables).toContainEqual({
      table: Rate.declaration.name,
      rows: 0,
      because: [name(lab, 'session')],
      dependent: true,
      jobs: null,
    })
    await drop(db, plan)
    const left = await readTables(db, [lab.name, work.name])
    expect(left.map(({ declaration }) => declaration.name.table)).toEqual(['subject'])
    expect(await db(Subject).count()).toBe(2)
    // declared again, they are as new
    await declare(db, await planDeclare(db, [lab, work]))
    expect(await db(Session).count()).toBe(0)
  })

  test('is refused where the rows are no longer those of the plan, and nothing is dropped', async () => {
    const { lab, work, Subject } = define(database)
    await using pipeline = await database.pipeline([lab, work])
    const { db } = pipeline
    const plan = await planDrop(db, [lab])
    await db(Subject).insert1({ subject: 1 })
    await expect(drop(db, plan)).rejects.toMatchObject({
      code: 'stale-plan',
      table: { schema: lab.name, table: 'subject' },
      planned: 0,
      present: 1,
    })
    expect(await readTables(db, [lab.name, work.name])).toHaveLength(4)
  })

  test('of a part without its master is refused, unless it is asked for', async () => {
    const { lab, work, Session } = define(database)
    await using pipeline = await database.pipeline([lab, work])
    const { db } = pipeline
    await expect(planDrop(db, [Session.Trial])).rejects.toMatchObject({
      code: 'part-without-master',
      part: { table: 'session__trial' },
      master: { table: 'session' },
    })
    await drop(db, await planDrop(db, [Session.Trial], { parts: 'alone' }))
    expect(await readTables(db, [lab.name])).toHaveLength(2)
  })

  test('takes the job table of a table with it, and leaves no lineage (T31)', async () => {
    const { lab, work, Rate } = define(database)
    await using pipeline = await database.pipeline([lab, work])
    const { db } = pipeline
    const jobs = defineSchema(work.name).manual('Rate', {}, 'subject : int16\nsession : int16').declaration
    const { connection } = contextOf(db)
    for (const statement of connection.dialect.createTable(
      { ...jobs, name: { ...jobs.name, table: '~~rate' } },
      () => null,
    )) {
      await connection.execute(statement)
    }
    const read = () => connection.dialect.readSchemas((statement) => connection.query(statement), [work.name])
    expect((await read()).hidden.get(work.name)).toContain('~~rate')
    const plan = await planDrop(db, [Rate])
    expect(plan.tables).toMatchObject([{ jobs: { table: '~~rate' } }])
    await drop(db, plan)
    expect(await read()).toMatchObject({ tables: [] })
    expect((await read()).hidden.get(work.name)).not.toContain('~~rate')
  })

  test('in the format of 0.14 is told to other clients in the log', async () => {
    const schema = defineSchema(`${database.prefix()}old`, { compat: 'python-0.14' })
    const Note = schema.manual('Note', {}, 'note : int')
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await drop(db, await planDrop(db, [Note]))
    await declare(db, await planDeclare(db, [schema]))
    const { connection } = contextOf(db)
    const quoted = database.name === 'sqlite' ? `"${schema.name}.~log"` : `\`${schema.name}\`.\`~log\``
    const rows = await connection.query({ sql: `SELECT event FROM ${quoted} ORDER BY id`, parameters: [] })
    const name = `\`${schema.name}\`.\`note\``
    expect(rows.flat()).toEqual([`Declared ${name}`, `DROP TABLE ${name}`, `Declared ${name}`])
  })
})
