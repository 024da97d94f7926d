import { expect, test } from 'vitest'
import {
  collapseSchema,
  csv,
  declare,
  defineCodec,
  definePipeline,
  describe,
  diagram,
  drop,
  formatDot,
  formatMigration,
  formatSettings,
  insertParamSet,
  json,
  planCollect,
  planDeclare,
  planDrop,
  readSettings,
  readTable,
  readTables,
  renamed,
  sql,
  unpackBlob,
  virtualSchema,
} from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

// What the compiler refuses in TypeScript, JavaScript is told when it runs, in its own line.

/** Calls what a value has under a name, as JavaScript does. */
function call(target: unknown, name: string, ...given: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(Object(target), name)
  if (typeof method !== 'function') throw new Error(`There is no ${name}.`)
  return Reflect.apply(method, target, given)
}

const problem = async (work: () => unknown): Promise<Error> => {
  try {
    await work()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('Nothing was refused.')
}

onEveryDatabase('wrong calls', (database) => {
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schemas.lab])
    await db(schemas.Subject).insert([{ subject: 'm1' }, { subject: 'm2' }])
    return { ...schemas, db, [Symbol.asyncDispose]: dispose }
  }

  const wrong: readonly (readonly [method: string, given: readonly unknown[], message: string])[] = [
    ['fetch', [{ limt: 1 }], 'fetch() has no option `limt`. It has { order, limit, offset, signal }.'],
    ['fetch', [5], 'fetch() takes its options as an object, { order, limit, offset, signal }, and was given 5.'],
    ['fetch', [{ order: 'subject' }], "An order is a list, such as ['session desc', 'trial'], and not 'subject'."],
    ['fetch', [{ signal: 'stop' }], "fetch() takes as signal that of an AbortController, and was given 'stop'."],
    ['keys', [new AbortController().signal], 'keys() takes its options as an object'],
    ['stream', [{ bacht: 5 }], 'stream() has no option `bacht`.'],
    ['count', [Promise.resolve({})], 'count() takes its options as an object'],
    ['fetchColumns', ['subject', 5], 'fetchColumns() takes its options as an object'],
    ['restrict', [{ sex: 'F' }, { maching: 'names' }], 'restrict() has no option `maching`. It has { matching }.'],
    ['top', [], 'top() takes its options as an object'],
    ['preview', [null], 'preview() takes its options as an object'],
    ['forKey', [undefined], 'forKey() takes a key, an object such as keys() gives, and was given undefined.'],
    ['project', [Promise.resolve({ s: 'sex' })], 'Attributes are named one by one'],
    ['insert', [[], { skipDuplicate: true }], 'insert() has no option `skipDuplicate`.'],
    ['insert', [[], { skipDuplicates: true, replace: true }], 'insert() either replaces rows that are there or skips'],
    ['update1', [{ subject: 'm1', sex: 'M' }, true], 'update1() takes its options as an object'],
    ['delete', [{ parts: 'cascade' }], 'delete() takes the plan that `await planDelete()` gave'],
    ['delete', [Promise.resolve({ tables: [] })], 'delete() takes the plan that `await planDelete()` gave'],
    [
      'delete',
      [undefined, { parts: 'all' }],
      "delete() was given parts: 'all'. There are 'enforce', 'cascade', 'ignore'.",
    ],
    ['planDelete', [{ part: 'ignore' }], 'planDelete() has no option `part`.'],
  ]

  test('a call that cannot be meant is refused, and does nothing', async () => {
    await using lab = await open()
    const subjects = lab.db(lab.Subject)
    for (const [method, given, message] of wrong) {
      const error = await problem(() => call(subjects, method, ...given))
      expect(error).toMatchObject({ code: 'invalid-call', message: expect.stringContaining(message) })
    }
    const aggregate = () => call(subjects, 'aggregate', lab.Session, {}, { keep: 'some' })
    expect(aggregate).toThrow("aggregate() was given keep: 'some'. There are 'all' and 'matching'.")
    expect(await subjects.count()).toBe(2)
  })

  test('so is one of a database, a plan or a file', async () => {
    await using lab = await open()
    const { db } = lab
    const engine = { csv, declare, drop, insertParamSet, planCollect, planDeclare, planDrop, readTable, readTables }
    const calls: readonly (readonly [target: unknown, method: string, given: readonly unknown[], message: string])[] = [
      [db, 'transaction', [undefined], 'transaction() takes a function, async (db) => { … }, and was given undefined.'],
      [db, 'transaction', [async () => {}, { retry: 3 }], 'transaction() has no option `retry`.'],
      [engine, 'csv', ['rows.csv'], "csv() takes { path: 'rows.csv' } or { text }, and was given 'rows.csv'."],
      [engine, 'csv', [{ path: undefined }], 'csv() takes'],
      [engine, 'csv', [{ text: '' }, { separator: '' }], 'csv() takes as separator'],
      [engine, 'planDeclare', [db, lab.lab], 'A list of schemas is needed'],
      [engine, 'planDeclare', [db, [undefined]], 'Among the schemas is what is none: undefined.'],
      [
        engine,
        'declare',
        [db, planDeclare(db, [lab.lab])],
        'takes the plan that `await planDeclare(db, schemas)` gave',
      ],
      [engine, 'planDrop', [db, lab.Subject], 'A list of tables or schemas is needed'],
      [engine, 'drop', [db, lab.lab], 'drop() takes the plan that `await planDrop(db, tables)` gave'],
      [
        engine,
        'readTables',
        [db, 'lab'],
        "A list of names of schemas is needed, [first, second], and there was given 'lab'",
      ],
      [
        engine,
        'readTable',
        [db, lab.lab.name, undefined],
        'readTable() takes the name of a table, and was given undefined',
      ],
      [engine, 'planCollect', [db, [lab.Subject]], 'Among the schemas is what is none'],
      [engine, 'insertParamSet', [db, { paramset_idx: 1 }], 'insertParamSet() takes the database and then a table'],
      [engine, 'drop', [db, [lab.Subject]], 'drop() takes the plan that `await planDrop(db, tables)` gave'],
    ]
    for (const [target, method, given, message] of calls) {
      const error = await problem(() => call(target, method, ...given))
      expect(error).toMatchObject({ code: 'invalid-call', message: expect.stringContaining(message) })
    }
    expect(await db(lab.Subject).count()).toBe(2)
  })

  test('what is wrong with a row, a plan or a reference is told with the line that gave it', async () => {
    await using lab = await open()
    const { db, Subject, Session } = lab
    const doubles = () => db(Subject).insert([{ subject: 'm3' }, { subject: 'm1' }])
    const orphans = () => db(Session).insert1({ subject: 'm9', session: 1, started: '2024-05-01' })
    const misspells = () => call(db(Subject), 'insert', [{ subjekt: 'm4' }])
    const nested = () =>
      db.transaction(async function nested(inner) {
        await inner(Subject).insert([{ subject: 'm1' }])
      })
    const plan = await db(Subject).planDelete()
    await db(Subject).insert1({ subject: 'm5' })
    const deletes = () => db(Subject).delete(plan)
    await expect(deletes()).rejects.toMatchObject({ code: 'stale-plan', planned: 2, found: 3 })
    for (const work of [doubles, orphans, misspells, nested, deletes]) {
      const { stack } = await problem(work)
      expect(stack).toContain('calls.test.ts')
      expect(stack).toContain(work.name)
    }
  })
})

test('what is misspelt where a pipeline is opened, renamed or drawn is refused, in the line of the caller', async () => {
  const { lab, Subject } = labSchemas('calls_')
  const database = { kind: 'sqlite', path: '/nowhere/lab.sqlite' } as const
  const pipelineOf = (parts: object) => definePipeline({ schemas: [lab], tables: {}, database, ...parts })
  const refused = async (work: () => unknown, message: string) => {
    const error = await problem(work)
    expect(error.message).toContain(message)
    expect(error.stack).toContain('calls.test.ts')
  }
  await refused(() => pipelineOf({ schemas: lab }), 'A list of schemas is needed')
  const open = (options: object) => pipelineOf({}).open(options)
  await refused(() => open({ readonly: true }), 'open() has no option `readonly`. It has { readOnly, differences }.')
  await refused(() => open({ readOnly: 'yes' }), "open() was given readOnly: 'yes'. Give true or false.")
  await refused(() => open({ differences: 'ignore' }), "There are 'refuse' and 'allow'.")
  const server = { kind: 'mariadb', host: 'db', port: 3306, user: 'ann', password: 'hidden' }
  await refused(
    () => pipelineOf({ database: { ...server, tsl: 'verify' } }).open(),
    'there is no `tsl`. There are kind,',
  )
  await refused(() => pipelineOf({ database: { kind: 'oracle' } }).open(), "`kind` is 'oracle'")
  const flat = { local: { protocol: 'file', location: '/data' } }
  await refused(
    () => pipelineOf({ stores: flat }).open(),
    'definePipeline({ stores }) has no option `local`. It has { default, filepathDefault, stores }.',
  )
  await refused(() => call({ renamed }, 'renamed', Subject, { attribute: { sex: 'gender' } }), 'no option `attribute`')
  await refused(() => call({ diagram }, 'diagram', Subject, { whithin: [lab] }), 'no option `whithin`')
  await refused(() => call({ readSettings }, 'readSettings', { foldr: '.' }), 'no option `foldr`')
  await refused(() => call({ formatMigration }, 'formatMigration', {}), 'takes the plan that `await planMigrate(')
  await refused(() => call({ definePipeline }, 'definePipeline'), 'takes { schemas, tables, database }, and was given')
  await refused(() => call({ describe }, 'describe', lab), 'describe() takes a table, and was given')
  await refused(
    () => call({ formatSettings }, 'formatSettings', {}),
    'what `await readSettings()` gave, and was given {}',
  )
  await refused(
    () => call({ readSettings }, 'readSettings', {}),
    'takes as folder the path of one, and was given undef',
  )
  await refused(() => call({ formatDot }, 'formatDot', lab, { dir: 'TB' }), 'formatDot() has no option `dir`. It has {')
  await refused(
    () => call({ collapseSchema }, 'collapseSchema', lab, {}),
    'takes a schema or its name, and was given {}',
  )
  await refused(() => call({ json }, 'json', 'settings', undefined), 'json() takes the path of a member, and was given')
  await refused(() => call(sql`1`, 'as', undefined), "takes a type, such as 'float64', and was given undefined")
  await refused(() => call(sql`1`, 'as', 'int8', { null: false }), 'has no option `null`. It has { nullable }.')
  await refused(() => call({ unpackBlob }, 'unpackBlob', 'mYm'), 'it is no Uint8Array, but of type string')
  const codec = { name: 'graph', keptAs: '<blob>', encode: String, decode: String }
  const defining = (parts: object) => () => call({ defineCodec }, 'defineCodec', { ...codec, ...parts })
  await refused(defining({ name: 'Bad Name' }), "takes as name a word as in <graph>, in lower case, and was given 'Bad")
  await refused(defining({ keptAs: undefined }), "defineCodec() of <graph> takes as keptAs a type, '<blob>'")
  await refused(defining({ decode: undefined }), 'takes a function as decode, and was given undefined')
  await refused(defining({ get_dtype: String }), 'defineCodec() has no option `get_dtype`')
  const odd = defineCodec({ ...codec, name: 'odd', keptAs: () => 5 as never })
  await refused(() => odd.keptAs(null), "keptAs() of <odd> is to give a type, '<blob>', and gave 5")
  await refused(() => call({ virtualSchema }, 'virtualSchema', null, 5), 'takes the name of a schema, and was given 5')
})
