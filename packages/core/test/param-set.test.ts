import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { insertParamSet, paramSetHash } from '../src/index.ts'
import { defineSchema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

test('a hash is of the canonical JSON, as a UUID of version 8', () => {
  const digest = createHash('sha256').update('{"a":"x","b":[1,2.5,null,true]}').digest('hex')
  const hash = paramSetHash({ b: [1, 2.5, null, true], a: 'x' })
  expect(hash).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(hash.replaceAll('-', '').slice(0, 12)).toBe(digest.slice(0, 12))
})

test('a hash does not depend on the order of names at any depth', () => {
  expect(paramSetHash({ x: { b: 1, a: 2 } })).toBe(paramSetHash({ x: { a: 2, b: 1 } }))
  expect(paramSetHash({ x: [1, 2] })).not.toBe(paramSetHash({ x: [2, 1] }))
  expect(paramSetHash({ x: 1, y: undefined })).toBe(paramSetHash({ x: 1 }))
})

test('parameters that JSON cannot say are refused with their place', () => {
  expect(() => paramSetHash({ params: { low: [1, Number.NaN] } })).toThrow('The parameter params.low[1] is NaN.')
  expect(() => paramSetHash({ params: { at: new Date(0) } })).toThrow('The parameter params.at is a Date.')
  // @ts-expect-error: no object
  expect(() => paramSetHash(5)).toThrow('paramSetHash() takes an object of parameters, and was given 5.')
})

onEveryDatabase('parameter sets', (database) => {
  const open = async () => {
    const schema = defineSchema(`${database.prefix()}sorting`)
    const Method = schema.lookup('Method', {}, 'method : varchar(16)', { contents: [{ method: 'a' }, { method: 'b' }] })
    const ParamSet = schema.lookup(
      'ParamSet',
      { Method },
      `
      paramset_idx : int16
      ---
      -> Method
      paramset_desc : varchar(128)
      param_set_hash : uuid
      unique index (param_set_hash)
      params : <blob>
    `,
    )
    const pipeline = await database.pipeline([schema])
    return { ParamSet, db: pipeline.db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
  }
  const set = {
    paramset_idx: 1,
    method: 'a',
    paramset_desc: 'usual',
    params: { threshold: 5, filter: { low: 300, high: 6000 } },
  }

  test('the same set under the same index is inserted once', async () => {
    await using lab = await open()
    expect(await insertParamSet(lab.db, lab.ParamSet, set)).toBe(true)
    const params = { filter: { high: 6000, low: 300 }, threshold: 5 }
    expect(await insertParamSet(lab.db, lab.ParamSet, { ...set, paramset_desc: 'again', params })).toBe(false)
    const row = await lab.db(lab.ParamSet).fetch1()
    expect(row).toEqual({ ...set, param_set_hash: paramSetHash({ method: 'a', params }) })
  })

  test('the same set under another index is refused with the index that it has', async () => {
    await using lab = await open()
    await insertParamSet(lab.db, lab.ParamSet, set)
    await expect(insertParamSet(lab.db, lab.ParamSet, { ...set, paramset_idx: 2 })).rejects.toMatchObject({
      code: 'param-set-exists',
      existing: { paramset_idx: 1 },
    })
  })

  test('another set under a taken index is refused, and the same parameters of another method are another set', async () => {
    await using lab = await open()
    await insertParamSet(lab.db, lab.ParamSet, set)
    await expect(insertParamSet(lab.db, lab.ParamSet, { ...set, method: 'b' })).rejects.toMatchObject({
      code: 'param-set-index-taken',
      index: { paramset_idx: 1 },
      description: 'usual',
    })
    expect(await insertParamSet(lab.db, lab.ParamSet, { ...set, method: 'b', paramset_idx: 2 })).toBe(true)
  })

  test('an index may be an int64, given in any way', async () => {
    const schema = defineSchema(`${database.prefix()}sets`)
    const ParamSet = schema.lookup(
      'ParamSet',
      {},
      `
      paramset_idx : int64
      ---
      paramset_desc : varchar(128)
      param_set_hash : uuid
      unique index (param_set_hash)
      params : <blob>
    `,
    )
    await using pipeline = await database.pipeline([schema])
    const big = { paramset_idx: 1n, paramset_desc: 'usual', params: { threshold: 5 } }
    expect(await insertParamSet(pipeline.db, ParamSet, big)).toBe(true)
    expect(await insertParamSet(pipeline.db, ParamSet, big)).toBe(false)
    await expect(insertParamSet(pipeline.db, ParamSet, { ...big, paramset_idx: 2n })).rejects.toMatchObject({
      code: 'param-set-exists',
      existing: { paramset_idx: 1n },
    })
    await expect(insertParamSet(pipeline.db, ParamSet, { ...big, params: {} })).rejects.toMatchObject({
      code: 'param-set-index-taken',
    })
  })
})
