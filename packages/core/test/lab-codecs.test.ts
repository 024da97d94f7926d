import { rm } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { defineCodec, definePipeline, defineSchema } from '../src/index.ts'
import { sessions, textOf } from './codec-lab.ts'
import { onEveryDatabase } from './databases.ts'

const key = { subject: 'a/b', session: 1 }

interface Graph {
  readonly edges: readonly (readonly number[])[]
}

const graph = defineCodec({
  name: 'graph',
  keptAs: '<blob>',
  encode: ({ edges }: Graph) => {
    if (edges.some((edge) => edge.length !== 2)) throw new RangeError('an edge has two ends.')
    return { edges }
  },
  decode: (kept): Graph => {
    const edges: unknown = typeof kept === 'object' && kept !== null && 'edges' in kept ? kept.edges : null
    if (!Array.isArray(edges)) throw new TypeError('there are no edges.')
    return { edges }
  },
})
const pair = defineCodec({
  name: 'pair',
  keptAs: 'varchar(40)',
  encode: ([number, text]: readonly [number, string]) => `${number}|${text}`,
  decode: (kept): readonly [number, string] => {
    const [number, text = ''] = String(kept).split('|')
    return [Number(number), text]
  },
})

onEveryDatabase('codecs of a lab', (database) => {
  test('a codec of a lab has its values everywhere, and names row and attribute of what it refuses', async () => {
    const schema = defineSchema(`${database.prefix()}lab`, { codecs: [graph, pair] })
    const Net = schema.manual('Net', {}, 'net : int16\n---\nhere : <graph>\nthere : <graph@local>\ntwo = null : <pair>')
    await using pipeline = await database.pipeline([schema])
    const nets = pipeline.db(Net)
    const edges: Graph = {
      edges: [
        [1, 2],
        [2, 3],
      ],
    }
    await nets.insert1({ net: 1, here: edges, there: edges, two: [5, 'x'] })
    await nets.insert1({ net: 2, here: { edges: [] }, there: edges })
    expect(await nets.fetch({ order: ['net'] })).toEqual([
      { net: 1, here: edges, there: edges, two: [5, 'x'] },
      { net: 2, here: { edges: [] }, there: edges, two: null },
    ])
    expect(await nets.project('two').fetchColumns('two')).toMatchObject({ two: [[5, 'x'], null] })
    const wrong = { net: 4, here: { edges: [[1]] }, there: edges }
    await expect(nets.insert([{ net: 3, here: edges, there: edges }, wrong])).rejects.toMatchObject({
      code: 'invalid-row',
      row: 1,
      attributes: ['here'],
      message: expect.stringContaining('an edge has two ends'),
    })
    expect(await nets.count()).toBe(2)
    await expect(nets.update1({ net: 2, two: [1, 'y'.repeat(50)] })).rejects.toMatchObject({ attributes: ['two'] })
    expect(await nets.update1({ net: 2, two: [1, 'y'] })).toBe(true)
  })

  describe('T22: no failure leaves a row without its object', () => {
    const broken = defineCodec({
      name: 'broken',
      keptAs: '<hash@>',
      encode: (value: number) => {
        throw new RangeError(`no ${value}`)
      },
      decode: () => 0,
    })

    test('a refused row leaves its objects as garbage, and the rows before it', async () => {
      const { rows, objects, ...pipeline } = await sessions(database, (lab) =>
        lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\ndata : <object@>\nh = null : <hash@>'),
      )
      await using _ = pipeline
      await rows.insert1({ ...key, data: Buffer.from('first') })
      const twice = [
        { ...key, session: 2, data: Buffer.from('second') },
        { ...key, data: Buffer.from('third') },
      ]
      await expect(rows.insert(twice)).rejects.toMatchObject({ code: 'duplicate-row' })
      const [row, ...others] = await rows.fetch()
      expect(others).toEqual([])
      expect(await textOf(row?.data)).toBe('first')
      expect(await objects()).toHaveLength(3)
    })

    test('an object that cannot be stored leaves no row', async () => {
      const { rows, store, ...pipeline } = await sessions(database, (lab) =>
        lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\ndata : <object@>'),
      )
      await using _ = pipeline
      await rm(store, { recursive: true })
      const two = [
        { ...key, data: Buffer.from('x') },
        { ...key, session: 2, data: Buffer.from('y') },
      ]
      await expect(rows.insert(two)).rejects.toMatchObject({ code: 'store-location-missing' })
      expect(await rows.count()).toBe(0)
    })

    test('an aborted insert leaves no row, and a rolled back transaction neither', async () => {
      const { rows, db, Session, ...pipeline } = await sessions(database, (lab) =>
        lab.manual('Session', {}, 'subject : varchar(8)\nsession : int16\n---\ndata : <object@>'),
      )
      await using _ = pipeline
      const controller = new AbortController()
      const stopping = {
        [Symbol.iterator]: function* () {
          yield { ...key, data: Buffer.from('x') }
          controller.abort(new RangeError('stop'))
          yield { ...key, session: 2, data: Buffer.from('y') }
        },
      }
      await expect(rows.insert(stopping, { signal: controller.signal })).rejects.toThrow('stop')
      const work = db.transaction(async (inside) => {
        await inside(Session).insert1({ ...key, data: Buffer.from('z') })
        throw new RangeError('undone')
      })
      await expect(work).rejects.toThrow('undone')
      expect(await rows.count()).toBe(0)
    })

    test('what another codec of the row refuses leaves no row', async () => {
      const schema = defineSchema(`${database.prefix()}lab`, { codecs: [broken] })
      const Trace = schema.manual('Trace', {}, 'n : int8\n---\nfirst : <hash@>\nsecond : <broken@>')
      await using pipeline = await database.pipeline([schema])
      const inserting = pipeline.db(Trace).insert1({ n: 1, first: Uint8Array.of(1), second: 1 })
      await expect(inserting).rejects.toMatchObject({ code: 'invalid-row', attributes: ['second'] })
      expect(await pipeline.db(Trace).count()).toBe(0)
    })
  })

  test('rows with objects go to another schema by their values, not by the addresses of their objects', async () => {
    const prefix = database.prefix()
    const definition = 'n : int8\n---\ndata : <object@>\nfile = null : <filepath@>'
    const [one, two] = [defineSchema(`${prefix}one`), defineSchema(`${prefix}two`)]
    const From = one.manual('Trace', {}, definition)
    const [To, Near] = [two.manual('Trace', {}, definition), one.manual('Near', {}, definition)]
    await using pipeline = await database.pipeline([one, two])
    const { db } = pipeline
    await db(From).insert1({ n: 1, data: Uint8Array.of(7) })
    await db(Near).insert(db(From))
    await expect(db(To).insert(db(From))).rejects.toMatchObject({
      code: 'incompatible-relation',
      message: expect.stringContaining('Fetch its rows'),
    })
    await db(To).insert(await db(From).fetch())
    const { data } = await db(To).fetch1()
    expect(data.path).toContain(`_schema/${two.name}/`)
  })

  test('two schemas may not mean different things by one codec, unless the pipeline says which counts', async () => {
    const other = defineCodec({ ...graph, keptAs: '<blob>' })
    const prefix = database.prefix()
    const schemas = [
      defineSchema(`${prefix}one`, { codecs: [graph] }),
      defineSchema(`${prefix}two`, { codecs: [other, pair] }),
    ]
    const { settings, dispose } = await database.shared()
    try {
      const parts = { schemas, tables: {}, database: settings }
      await expect(definePipeline(parts).open()).rejects.toMatchObject({ code: 'codec-conflict', codec: 'graph' })
      await (await definePipeline({ ...parts, codecs: [graph] }).open()).close()
    } finally {
      await dispose()
    }
  })
})
