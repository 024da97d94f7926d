import { expect, test } from 'vitest'
import { type AnyTable, defineSchema, type Schema } from '../src/index.ts'
import { temporaryPipeline } from '../src/testing/index.ts'

// What the compiler refuses in TypeScript, JavaScript is told when it runs.

test('a table that fills itself is refused without its make', () => {
  const schema: Schema = defineSchema('lab')
  const declare: unknown = Reflect.get(schema, 'computed')
  const call = (...parameters: readonly unknown[]) =>
    typeof declare === 'function' && Reflect.apply(declare, schema, parameters)
  expect(() => call('Bouts', {}, 'bout : int32')).toThrow(
    'Bouts is computed, so it is to fill itself: pass { fetch, compute } after its definition, { make: null } where other programs fill it, or declare it manual.',
  )
  expect(() => call('Bouts', {}, 'bout : int32', { fetch: () => null })).toThrow(
    expect.objectContaining({ code: 'missing-make', table: 'Bouts' }),
  )
  expect(schema.tables).toEqual([])
})

test('options of a schema or a table that are misspelt are refused', () => {
  const schema = defineSchema('lab')
  const call = (target: object, name: string, ...parameters: readonly unknown[]) =>
    Reflect.apply(Reflect.get(target, name), target, parameters)
  const define = (...parameters: readonly unknown[]) => call({ defineSchema }, 'defineSchema', ...parameters)
  expect(() => define()).toThrow('defineSchema() takes the name of a schema, and was given undefined.')
  expect(() => define('lab', { codec: [] })).toThrow('defineSchema() has no option `codec`. It has { compat, codecs }.')
  expect(() => define('lab', { compat: 'python' })).toThrow("compat: 'python'. There is 'python-0.14'; without it")
  expect(() => define('lab', { codecs: {} })).toThrow('defineSchema() takes codecs as a list, [graph]')
  expect(() => define('lab', { codecs: ['graph'] })).toThrow("that defineCodec() made, and among them is 'graph'.")
  const subject = (...options: readonly unknown[]) =>
    call(schema, 'lookup', 'Subject', {}, 'subject : int8', ...options)
  expect(() => subject({ content: [] })).toThrow('no option `content`. It has { parts, contents }.')
  expect(() => subject({ contents: { subject: 1 } })).toThrow(
    'takes contents as a list of rows, and was given { subject: 1 }',
  )
  expect(() => subject({ parts: { Tag: 'tag : int8' } })).toThrow(
    "[references, definition], and was given 'tag : int8'",
  )
  expect(() => subject(null)).toThrow("lookup('Subject', …) takes its options as an object")
  const make = { fetch: () => 1, compute: () => ({ row: {} }), keysource: () => 1 }
  expect(() => call(schema, 'computed', 'Count', {}, 'n : int8', make)).toThrow('no option `keysource`')
  expect(() => call(schema, 'computed', 'Count', {}, 'n : int8', 5)).toThrow('Count is computed')
  expect(() => call(schema, 'manual', 'Subject', null, 'n : int8')).toThrow(
    '{ Subject }, {} for none, and was given null',
  )
  expect(() => call(schema, 'manual', undefined)).toThrow('takes the name of a table, and was given undefined')
  expect(schema.tables).toEqual([])
})

test('a table without the text of its definition is refused', () => {
  const schema = defineSchema('lab')
  const declare: unknown = Reflect.get(schema, 'manual')
  const call = (...parameters: readonly unknown[]) =>
    typeof declare === 'function' && Reflect.apply(declare, schema, parameters)
  const refused = expect.objectContaining({ code: 'invalid-call', message: expect.stringContaining('({} for none)') })
  expect(() => call('Subject', 'subject : varchar(8)')).toThrow(refused)
  expect(() => call('Subject', {}, 'subject : varchar(8)', { parts: { Tag: [{}] } })).toThrow(refused)
  expect(schema.tables).toEqual([])
})

test('what is no table is refused by name', async () => {
  await using pipeline = await temporaryPipeline({ schemas: [] })
  const tables: Readonly<Record<string, AnyTable>> = {}
  // @ts-expect-error -- it may be undefined
  expect(() => pipeline.db(tables['Misspelt'])).toThrow(
    expect.objectContaining({ code: 'invalid-call', message: 'db(...) was given no table but undefined.' }),
  )
})

test('a single row is told where it goes', async () => {
  const schema = defineSchema('lab')
  const Subject = schema.manual('Subject', {}, 'subject : varchar(8)')
  await using pipeline = await temporaryPipeline({ schemas: [schema] })
  // @ts-expect-error -- a list is asked for
  await expect(pipeline.db(Subject).insert({ subject: 'm1' })).rejects.toThrow('insert1() takes one')
})
