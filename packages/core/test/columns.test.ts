import { expect, test } from 'vitest'
import { count, defineSchema, sql, sum } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

onEveryDatabase('fetchColumns', (database) => {
  const open = async () => {
    const schema = defineSchema(`${database.prefix()}columns`)
    const Reading = schema.manual(
      'Reading',
      {},
      `
      reading : int32
      ---
      tiny : int8
      small : int16
      large : int64
      gain : float32
      level : float64
      flag : bool
      some_int = null : int32
      some_float = null : float32
      some_large = null : int64
      kind : enum('a', 'b')
      label = null : varchar(20)
      amount : decimal(8,2)
      taken : datetime(3)
      id : uuid
      data = null : <blob>
      raw : bytes
      notes : json
    `,
    )
    const { db, [Symbol.asyncDispose]: dispose } = await database.pipeline([schema])
    const rows = Array.from({ length: 5 }, (_, reading) => ({
      reading,
      tiny: reading - 3,
      small: 32_767 - reading,
      large: 2n ** 60n + BigInt(reading),
      gain: Math.fround(reading / 3),
      level: reading / 3,
      flag: reading % 2 === 0,
      some_int: reading === 2 ? null : reading * 1_000_000,
      some_float: reading === 2 ? null : 0.5,
      some_large: reading === 2 ? null : BigInt(reading),
      kind: reading < 2 ? ('a' as const) : ('b' as const),
      label: reading === 1 ? null : `label ${reading}`,
      amount: `${reading}.50`,
      taken: `2024-05-0${reading + 1} 10:00:00.000`,
      id: `00000000-0000-0000-0000-00000000000${reading}`,
      data: reading === 4 ? null : Float64Array.of(reading, 0.1),
      raw: Uint8Array.of(reading, 255),
      notes: { reading },
    }))
    await db(Reading).insert(rows)
    return { db, Reading, rows, [Symbol.asyncDispose]: dispose }
  }

  test('gives numbers in the array of their type', async () => {
    await using lab = await open()
    const columns = await lab.db(lab.Reading).fetchColumns('tiny', 'small', 'reading', 'large', 'gain', 'level', {
      order: ['reading'],
    })
    expect(columns).toEqual({
      tiny: Int8Array.of(-3, -2, -1, 0, 1),
      small: Int16Array.of(32_767, 32_766, 32_765, 32_764, 32_763),
      reading: Int32Array.of(0, 1, 2, 3, 4),
      large: BigInt64Array.from([0n, 1n, 2n, 3n, 4n], (n) => 2n ** 60n + n),
      gain: Float32Array.from([0, 1, 2, 3, 4], (n) => n / 3),
      level: Float64Array.from([0, 1, 2, 3, 4], (n) => n / 3),
    })
  })

  test('gives NULL as NaN among floats, and as null in plain arrays of others', async () => {
    await using lab = await open()
    const columns = await lab
      .db(lab.Reading)
      .fetchColumns('some_int', 'some_float', 'some_large', 'label', { order: ['reading'] })
    expect(columns).toEqual({
      some_int: [0, 1_000_000, null, 3_000_000, 4_000_000],
      some_float: Float32Array.of(0.5, 0.5, NaN, 0.5, 0.5),
      some_large: [0n, 1n, null, 3n, 4n],
      label: ['label 0', null, 'label 2', 'label 3', 'label 4'],
    })
  })

  test('of all other types gives what rows have, codecs decoded', async () => {
    await using lab = await open()
    const names = ['flag', 'kind', 'amount', 'taken', 'id', 'raw', 'notes'] as const
    const columns = await lab.db(lab.Reading).fetchColumns(...names, 'data', { order: ['reading'] })
    expect(columns).toMatchObject(
      Object.fromEntries(names.map((name) => [name, lab.rows.map((row) => row[name])] as const)),
    )
    expect(columns.data[1]).toMatchObject({ shape: [2], data: Float64Array.of(1, 0.1) })
    expect(columns.data[4]).toBeNull()
  })

  test('takes order, limit and offset, all attributes where none is named, and is empty of no rows', async () => {
    await using lab = await open()
    const readings = lab.db(lab.Reading)
    const two = await readings.fetchColumns('label', { order: ['level desc'], limit: 2, offset: 1 })
    expect(two).toEqual({ label: ['label 3', 'label 2'] })
    const all = await readings.project('level').fetchColumns({ limit: 2 })
    expect(all).toEqual({ reading: Int32Array.of(0, 1), level: Float64Array.of(0, 1 / 3) })
    expect(await readings.restrict({ reading: 99 }).fetchColumns('level', 'label')).toEqual({
      level: new Float64Array(),
      label: [],
    })
  })

  test('reads computed attributes, counts and sums too, and refuses an unknown name', async () => {
    await using lab = await open()
    const { db, Reading } = lab
    const readings = db(Reading).project({ level: 'level', twice: sql`level * 2`.as('float64') })
    expect(await readings.fetchColumns('twice', { order: ['reading'], limit: 3 })).toEqual({
      twice: Float64Array.of(0, (1 / 3) * 2, (2 / 3) * 2),
    })
    const perReading = db(Reading)
      .project()
      .aggregate(Reading, { n: count(), total: sum('tiny') })
    expect(await perReading.fetchColumns('n', 'total', { order: ['reading'], limit: 2 })).toEqual({
      n: Float64Array.of(1, 1),
      total: [-3, -2],
    })
    // @ts-expect-error -- names are given one by one
    await expect(db(Reading).fetchColumns(['tiny'])).rejects.toMatchObject({ code: 'invalid-call' })
    // @ts-expect-error -- there is no such attribute
    await expect(db(Reading).fetchColumns('nothing')).rejects.toMatchObject({ code: 'unknown-attribute' })
  })

  test('the bytes of a value are its own', async () => {
    await using lab = await open()
    const { raw } = await lab.db(lab.Reading).fetchColumns('raw')
    for (const bytes of raw) expect(bytes.buffer.byteLength).toBe(2)
    for (const row of await lab.db(lab.Reading).fetch()) expect(row.raw.buffer.byteLength).toBe(2)
  })
})
