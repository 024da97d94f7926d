import { expect, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('keys', (database) => {
  const types = [
    ['int64', -(2n ** 63n), 2n ** 53n + 1n, 2n ** 63n - 1n],
    ['uuid', '00000000-0000-0000-0000-000000000000', '6f6d1a8e-0f43-4dbb-9a3e-0123456789ab'],
    ['decimal(12,3)', '-1.500', '0.001', '123456789.999'],
    ['float64', -0.1, 0.30000000000000004, 1e300],
    ['float32', 0.5, Math.fround(0.1)],
    ['bool', false, true],
    ['date', '2024-02-29', '1999-12-31'],
    ['datetime(6)', '2024-05-01 10:00:00.000001', '2024-05-01 10:00:00.100000'],
    ["enum('a','it''s')", 'a', "it's"],
    ['varchar(32)', '', ' x ', 'X', 'x', "it's", 'naïve 😀', '\\"\n'],
  ] as const

  for (const [type, ...values] of types) {
    test(`of type ${type} are found again, one by one and in lists, and deleted`, async () => {
      const schema = defineSchema(`${database.prefix()}keys`)
      const definition: string = `id : ${type}\n---\nnote : int16`
      const Thing = schema.manual('Thing', {}, definition)
      const Use = schema.manual('Use', { Thing }, '-> Thing\nuse_number : int16')
      await using pipeline = await database.pipeline([schema])
      const { db } = pipeline
      await db(Thing).insert(values.map((id, note) => ({ id, note })))
      await db(Use).insert(values.map((id) => ({ id, use_number: 1 })))
      expect(await db(Thing).keys({ order: ['note'] })).toEqual(values.map((id) => ({ id })))
      for (const [note, id] of values.entries()) {
        expect(await db(Thing).restrict({ id }).fetch()).toEqual([{ id, note }])
        expect(
          await db(Thing)
            .restrict([{ id }, { id: values[0] }])
            .count(),
        ).toBe(note === 0 ? 1 : 2)
      }
      await expect(db(Thing).insert([{ id: values[1], note: 9 }])).rejects.toMatchObject({
        code: 'duplicate-row',
        row: 0,
      })
      expect(
        await db(Thing).insert(
          values.map((id, note) => ({ id, note })),
          { skipDuplicates: true },
        ),
      ).toBe(0)
      await db(Thing).restrict({ id: values[0] }).delete()
      expect(await db(Use).count()).toBe(values.length - 1)
      await expect(db(Use).insert([{ id: values[0], use_number: 1 }])).rejects.toMatchObject({
        code: 'missing-parent-row',
        row: 0,
      })
    })
  }

  const family = async () => {
    const schema = defineSchema(`${database.prefix()}family`)
    const Animal = schema.manual('Animal', {}, 'animal : varchar(8)\n---\nname : varchar(16)')
    const Day = schema.manual('Day', { Animal }, '-> Animal\nday : int16')
    const Pup = schema.manual(
      'Pup',
      { Animal },
      `
      -> Animal.proj(mother='animal')
      pup : int16
    `,
    )
    const Pair = schema.manual(
      'Pair',
      { Animal },
      `
      -> Animal.proj(father='animal')
      -> Animal.proj(mother='animal')
    `,
    )
    const pipeline = await database.pipeline([schema])
    const { db } = pipeline
    await db(Animal).insert([
      { animal: 'a', name: 'Ada' },
      { animal: 'b', name: 'Ben' },
    ])
    await db(Day).insert([
      { animal: 'a', day: 1 },
      { animal: 'b', day: 1 },
    ])
    await db(Pup).insert([{ mother: 'a', pup: 1 }])
    await db(Pair).insert([{ father: 'b', mother: 'a' }])
    return { Animal, Day, Pup, Pair, db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }

  test('that the engine made are understood under other names', async () => {
    await using lab = await family()
    const { db, Animal, Day, Pup, Pair } = lab
    const [pup] = await db(Pup).keys()
    expect(
      await db(Animal)
        .forKey(pup ?? {})
        .fetch(),
    ).toEqual([{ animal: 'a', name: 'Ada' }])
    const [day] = await db(Day).project({ who: 'animal' }).keys({ limit: 1 })
    expect(day).toEqual({ who: 'a', day: 1 })
    expect(
      await db(Day)
        .forKey(day ?? {})
        .fetch(),
    ).toEqual([{ animal: 'a', day: 1 }])
    const [pair] = await db(Pair).keys()
    expect(() => db(Animal).forKey(pair ?? {})).toThrow(
      expect.objectContaining({ code: 'ambiguous-key', keyAttributes: ['father', 'mother'], attributes: ['animal'] }),
    )
    const [joined] = await db(Day).join(Animal).keys({ limit: 1 })
    expect(
      await db(Day)
        .forKey(joined ?? {})
        .count(),
    ).toBe(1)
  })

  test('are refused where a value is undefined or the key is of nothing', async () => {
    await using lab = await family()
    expect(() => lab.db(lab.Day).forKey({ animal: undefined, day: 1 })).toThrow(
      expect.objectContaining({ code: 'invalid-restriction' }),
    )
    expect(() => lab.db(lab.Day).forKey({})).toThrow(expect.objectContaining({ code: 'unrelated-key' }))
  })

  test('restrict by lists that have NULL as well, however long', async () => {
    const { lab, Subject } = labSchemas(database.prefix())
    await using pipeline = await database.pipeline([lab])
    const subjects = Array.from({ length: 3000 }, (_, index) => ({ subject: `m${index}`, species: null }))
    await pipeline.db(Subject).insert(subjects)
    expect(await pipeline.db(Subject).restrict(subjects).count()).toBe(3000)
    expect(
      await pipeline
        .db(Subject)
        .restrict([{ species: null }, { species: null }])
        .count(),
    ).toBe(3000)
    expect(await pipeline.db(Subject).exclude(subjects).count()).toBe(0)
  })
})
