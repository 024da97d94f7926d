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
