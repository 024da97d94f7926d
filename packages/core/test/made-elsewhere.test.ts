import { expect, expectTypeOf, test } from 'vitest'
import { defineSchema, populate, type Row } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

/** Tables that Python fills, one of which tells its rows apart by a number of its own, as DataJoint 0.14 allows. */
function define(name: string) {
  const schema = defineSchema(name)
  const Session = schema.manual('Session', {}, 'session : int16')
  const Scan = schema.imported('Scan', { Session }, '-> Session\nscan : int16\n---\ndepth : float64', {
    make: null,
    parts: { Field: [{}, '-> master\nfield : int16'] },
  })
  return { schema, Session, Scan }
}

onEveryDatabase('a table that other programs fill', (database) => {
  test('is declared, read and written to on request, and says that it is populated elsewhere', async () => {
    const { schema, Session, Scan } = define(`${database.prefix()}lab`)
    await using pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Session).insert1({ session: 1 })
    await expect(populate(db, Scan)).rejects.toMatchObject({
      code: 'not-populated',
      message:
        'Scan is imported, and nothing here says how: other programs fill it. Give its definition { fetch, compute } to populate it here.',
    })
    await expect(db(Scan).insert1({ session: 1, scan: 2, depth: 3 })).rejects.toMatchObject({ code: 'auto-populated' })
    await db(Scan).insert1({ session: 1, scan: 2, depth: 3 }, { allowDirectInsert: true })
    await db(Scan.Field).insert1({ session: 1, scan: 2, field: 4 }, { allowDirectInsert: true })
    expect(await db(Scan).fetch()).toEqual([{ session: 1, scan: 2, depth: 3 }])
  })
})

test('its rows and parts are typed, and a key of its own is for those alone that are filled elsewhere', () => {
  const { Scan, Session, schema } = define('lab')
  expectTypeOf<Row<typeof Scan.Field>>().toEqualTypeOf<{ session: number; scan: number; field: number }>()
  const fill = { fetch: () => null, compute: () => ({ row: {} }) }
  expect(() => schema.computed('Own', { Session }, '-> Session\nown : int16', fill)).toThrow('comes by no reference')
  // @ts-expect-error -- a definition is read all the same
  expect(() => schema.computed('Wrong', { Session }, '-> Sesion', { make: null })).toThrow('Sesion')
  // @ts-expect-error -- nothing says that others fill it
  expect(() => schema.computed('Forgotten', { Session }, '-> Session', {})).toThrow('make: null')
})
