import { expect, test } from 'vitest'
import { defineSchema } from '@neurojoint/core'
import { temporaryPipeline } from '@neurojoint/core/testing'
import { activate, createProbeType } from '../src/probe/index.ts'

const open = async () => {
  const schema = defineSchema('probe')
  const tables = activate(schema)
  const pipeline = await temporaryPipeline({ schemas: [schema] })
  return { ...tables, db: pipeline.db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
}

test("a probe type gets the electrodes of the vendor's table, under a part number or a name of the Elements", async () => {
  await using lab = await open()
  expect(await createProbeType(lab.db, lab, 'neuropixels 1.0 - 3B')).toBe(true)
  expect(await createProbeType(lab.db, lab, 'NP2013')).toBe(true)
  const electrodes = lab.db(lab.ProbeType.Electrode)
  expect(await electrodes.restrict({ probe_type: 'neuropixels 1.0 - 3B' }).count()).toBe(960)
  expect(await electrodes.restrict({ probe_type: 'NP2013' }).count()).toBe(5120)
  // the first site of the third row of a 1.0 probe
  expect(await electrodes.restrict({ probe_type: 'neuropixels 1.0 - 3B', electrode: 4 }).fetch1()).toEqual({
    probe_type: 'neuropixels 1.0 - 3B',
    electrode: 4,
    shank: 0,
    shank_col: 0,
    shank_row: 2,
    x_coord: 27,
    y_coord: 40,
  })
})

test('a probe type that is there stays as it is', async () => {
  await using lab = await open()
  await createProbeType(lab.db, lab, 'NP1010')
  expect(await createProbeType(lab.db, lab, 'NP1010')).toBe(false)
})

test('a probe type that is there with another layout is refused', async () => {
  await using lab = await open()
  await lab.db(lab.ProbeType).insert1({ probe_type: 'NP1010' })
  const old = { probe_type: 'NP1010', electrode: 0, shank: 0, shank_col: 0, shank_row: 0, x_coord: 16, y_coord: 0 }
  await lab.db(lab.ProbeType.Electrode).insert1(old)
  await expect(createProbeType(lab.db, lab, 'NP1010')).rejects.toMatchObject({
    code: 'probe-type-differs',
    differing: 960,
  })
})

test('a part number that nobody knows is refused with those that are known', async () => {
  await using lab = await open()
  await expect(createProbeType(lab.db, lab, 'NP9999')).rejects.toMatchObject({
    code: 'unknown-probe',
    partNumber: 'NP9999',
  })
  expect(await lab.db(lab.ProbeType).count()).toBe(0)
})
