import { expect, test } from 'vitest'
import { defineSchema, populate, readTables } from '@neurojoint/core'
import { temporaryPipeline } from '@neurojoint/core/testing'
import { ephys, probe } from '../src/index.ts'
import { activateLab, demoProbe, demoSession, insertProbe } from './lab.ts'

test('an activation from JavaScript that lacks upstream tables and functions is refused with all of them', () => {
  const upstream = { ...probe.activate(defineSchema('probe')), dataDirectories: () => [] }
  const activate: (...given: never[]) => unknown = ephys.activate
  expect(() => Reflect.apply(activate, undefined, [defineSchema('ephys'), upstream])).toThrow(
    'ephys is activated without the table Session, the table SkullReference, the function sessionDirectory. ' +
      'Pass them to activate(schema, { Session, SkullReference, sessionDirectory }).',
  )
})

test('two labs in one process and one database keep their tables apart', async () => {
  const [first, second] = [activateLab('first_'), activateLab('second_')]
  await using pipeline = await temporaryPipeline({ schemas: [...first.schemas, ...second.schemas] })
  const { db } = pipeline
  for (const lab of [first, second]) {
    await probe.createProbeType(db, lab, demoProbe.probe_type)
    await db(lab.Probe).insert([demoProbe])
    await db(lab.Session).insert([{ animal: 'm1', session: 1, folder: demoSession }])
  }
  await insertProbe(db, first, 1)
  expect(await populate(db, first.EphysRecording)).toMatchObject({ made: 1 })
  expect(await populate(db, second.EphysRecording)).toMatchObject({ made: 0 })
  expect(await db(first.ElectrodeConfig).count()).toBe(1)
  expect(await db(second.ElectrodeConfig).count()).toBe(0)
})

test('in the format of 0.14, it is declared and a recording is read', async () => {
  const lab = activateLab('', undefined, { compat: 'python-0.14' })
  await using pipeline = await temporaryPipeline({ schemas: lab.schemas })
  const { db } = pipeline
  await probe.createProbeType(db, lab, demoProbe.probe_type)
  await db(lab.Probe).insert([demoProbe])
  await db(lab.Session).insert([{ animal: 'm1', session: 1, folder: demoSession }])
  await insertProbe(db, lab, 1)
  expect(await populate(db, lab.EphysRecording)).toMatchObject({ made: 1 })
  const tables = await readTables(
    db,
    lab.schemas.map(({ name }) => name),
  )
  expect(new Set(tables.map(({ declaration }) => declaration.generation))).toEqual(new Set(['0.14']))
})
