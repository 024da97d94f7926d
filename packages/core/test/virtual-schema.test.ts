import { expect, expectTypeOf, inject, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import {
  type AnyTable,
  declare,
  definePipeline,
  defineSchema,
  formatMermaid,
  formatSvg,
  planDeclare,
  populate,
  readTable,
  requireUpstream,
  type Row,
  type Schema,
  virtualSchema,
} from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { elementsIn, hasClass, parseXml } from './xml-tree.ts'

/** A lab and what is measured in it, as some other program declared them. */
function defineLab(prefix: string) {
  const lab = defineSchema(`${prefix}lab`)
  const Species = lab.lookup('Species', {}, 'species : varchar(8)', { contents: [{ species: 'mouse' }] })
  const Subject = lab.manual('Subject', { Species }, 'subject : varchar(8)\n---\n-> Species')
  const work = defineSchema(`${prefix}work`)
  const Session = work.manual('Session', { Subject }, "-> Subject\nsession : int16\n---\nnote = '' : varchar(20)", {
    parts: { Trial: [{}, '-> master\ntrial : int16\n---\ntrace = null : <blob>'] },
  })
  const Rate = work.computed('Rate', { Session }, '-> Session\n---\nrate : float64', {
    fetch: () => null,
    compute: () => ({ row: { rate: 1 } }),
  })
  return { schemas: [lab, work], Subject, Session, Rate }
}

onEveryDatabase('a virtual schema', (database) => {
  test('has the tables of a schema under their names, which read and write like any others', async () => {
    const prefix = database.prefix()
    const { schemas, Subject } = defineLab(prefix)
    await using pipeline = await database.pipeline(schemas)
    const { db } = pipeline
    await db(Subject).insert1({ subject: 'm1', species: 'mouse' })
    const work = await virtualSchema(db, `${prefix}work`)
    expect(work.tables.map(({ typeName }) => typeName).toSorted()).toEqual(['Rate', 'Session', 'Session.Trial'])
    expect(work.notes).toEqual([])
    const Session = work.table('Session')
    expectTypeOf<Row<typeof Session>>().toEqualTypeOf<Record<string, unknown>>()
    await db(Session).insert([
      { subject: 'm1', session: 1 },
      { subject: 'm1', session: 2, note: 'late' },
    ])
    const trace = Float64Array.of(1, 2)
    await db(work.table('Session.Trial')).insert1({ subject: 'm1', session: 1, trial: 1, trace })
    expect(await db(Session).restrict({ note: 'late' }).fetch1()).toEqual({ subject: 'm1', session: 2, note: 'late' })
    expect(Session.parts['Trial']).toBe(work.table('session__trial'))
    expect(Reflect.get(Session, 'Trial')).toBe(Session.parts['Trial'])
    expect(Session.parts['Trial']?.master).toBe(Session)
    expect(await db(Session).delete()).toMatchObject({ tables: [{ rows: 2 }, { rows: 1 }] })
    await expect(populate(db, work.table('Rate'))).rejects.toMatchObject({ code: 'not-populated' })
    expect(() => work.table('Sesion')).toThrow('It has:')
    await expect(virtualSchema(db, `${prefix}none`)).rejects.toMatchObject({ code: 'unknown-schema' })
    expect((await readTable(db, `${prefix}lab`, '#species')).typeName).toBe('Species')
  })

  test('is a schema: a pipeline takes it, others refer to it, and what it refers to is there', async () => {
    const prefix = database.prefix()
    await using pipeline = await database.pipeline(defineLab(prefix).schemas)
    const { db } = pipeline
    const work = await virtualSchema(db, `${prefix}work`)
    const Session = work.table('Session')
    // the table of another schema, with its own parents
    const [Subject] = Session.parents
    expect(Subject?.declaration.name).toEqual({ schema: `${prefix}lab`, table: 'subject' })
    expect(Subject?.parents.map(({ typeName }) => typeName)).toEqual(['Species'])
    const schema: Schema = work
    expect(
      definePipeline({ schemas: [schema], tables: { Session }, database: { kind: 'sqlite', path: 'x' } }).schemas,
    ).toHaveLength(1)
    expect(await planDeclare(db, [schema])).toMatchObject({ tables: [], records: [], contents: [] })
    expect(formatMermaid([schema])).toContain('["<u>Session</u>"]:::manual')
    // an element takes its tables
    function activate<S extends AnyTable>(own: Schema, upstream: { readonly Session: S }) {
      requireUpstream('licking', upstream, { tables: ['Session'] })
      return own.manual('Lick', upstream, '-> Session\nlick : int16')
    }
    const Lick = activate(defineSchema(`${prefix}licking`), { Session })
    expect(Lick.declaration.heading.map(({ name }) => name)).toEqual(['subject', 'session', 'lick'])
    // on it, and beside it
    schema.manual('Extra', { Session }, '-> Session\n---\nextra : int32')
    const plan = await planDeclare(db, [schema])
    expect(plan.tables.map(({ typeName }) => typeName)).toEqual(['Extra'])
    await declare(db, plan)
    const Extra = work.table('Extra')
    expect(await db(Extra).count()).toBe(0)
    expect((await virtualSchema(db, `${prefix}work`)).table('Extra').parents).toHaveLength(1)
  })
})

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  test.runIf(settings !== null)(
    `tables of ${kind} that nobody declared have usable names, and are told apart`,
    async () => {
      if (!settings) throw new RangeError('there is no server')
      const schema = `virtual${process.pid}_${Date.now().toString(36)}`
      const connection = await connect(settings)
      const run = (sql: string) => connection.execute({ sql, parameters: [] })
      await run(`CREATE DATABASE \`${schema}\``)
      try {
        for (const [name, columns] of [
          ['Order Items', 'id int PRIMARY KEY, place point'],
          ['日本', 'id int PRIMARY KEY'],
          ['1st', 'id int PRIMARY KEY, other int'],
          ['foo', 'a int PRIMARY KEY, b int'],
          ['#foo', 'a int PRIMARY KEY'],
          ['__foo', 'a int PRIMARY KEY'],
          ['lost__part', 'a int PRIMARY KEY'],
          ['~hidden', 'a int PRIMARY KEY'],
          ['ring', 'a int PRIMARY KEY, b int'],
        ]) {
          await run(`CREATE TABLE \`${schema}\`.\`${name}\` (${columns})`)
        }
        await run(`ALTER TABLE \`${schema}\`.foo ADD FOREIGN KEY (b) REFERENCES \`${schema}\`.ring (a)`)
        await run(`ALTER TABLE \`${schema}\`.ring ADD FOREIGN KEY (b) REFERENCES \`${schema}\`.foo (a)`)
        await using db = await definePipeline({ schemas: [], tables: {}, database: settings }).open()
        const virtual = await virtualSchema(db, schema)
        expect(
          Object.fromEntries(virtual.tables.map(({ declaration, typeName }) => [declaration.name.table, typeName])),
        ).toEqual({
          '#foo': 'FooLookup',
          '1st': 'Table1st',
          'Order Items': 'OrderItems',
          __foo: 'FooComputed',
          foo: 'Foo',
          lost__part: 'Lost.Part',
          ring: 'Ring',
          日本: 'Table',
        })
        expect(
          virtual.notes.map(({ table, problem }) => `${table.slice(schema.length + 1)}: ${problem}`).toSorted(),
        ).toEqual([
          '#foo: it is called FooLookup here',
          '1st: it is called Table1st here',
          'Order Items: `place` is a point, which cannot be read',
          '__foo: it is called FooComputed here',
          `lost__part: it is a part of \`${schema}.lost\`, which is not there`,
          '日本: it is called Table here',
        ])
        // two that refer to each other
        expect(virtual.table('Foo').parents).toEqual([virtual.table('Ring')])
        expect(await planDeclare(db, [virtual])).toMatchObject({ tables: [] })
        const drawn = elementsIn(parseXml(await formatSvg(virtual))).filter((one) => hasClass(one, 'table'))
        expect(drawn.map(({ children }) => children[2]?.text)).toHaveLength(virtual.tables.length)
        await db(virtual.table('Ring')).insert1({ a: 1 })
        await db(virtual.table('Lost.Part')).insert1({ a: 1 })
        await db(virtual.table('Table')).insert1({ id: 7 })
        expect(await db(virtual.table('日本')).fetch()).toEqual([{ id: 7 }])
      } finally {
        await run(`DROP DATABASE \`${schema}\``)
        await connection.close()
      }
    },
  )
}
