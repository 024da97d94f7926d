/** What a lab would write that has installed core and element-lab from a registry; run by scripts/pack-test.ts. */
import { deepEqual, equal, rejects } from 'node:assert/strict'
import {
  declare,
  definePipeline,
  defineSchema,
  formatMermaid,
  formatSvg,
  planDeclare,
  type Row,
} from '@neurojoint/core'
import { activate } from '@neurojoint/element-lab/lab'

const schema = defineSchema('trial_lab')
const tables = activate(schema)
const pipeline = definePipeline({ schemas: [schema], tables, database: { kind: 'sqlite', path: 'trial.sqlite' } })
const db = await pipeline.open()
await declare(db, await planDeclare(db, pipeline.schemas))

const lab: Row<typeof tables.Lab> = {
  lab: 'lab1',
  lab_name: 'The first lab',
  address: 'Main street 1',
  time_zone: 'Europe/Berlin',
}
await db(tables.Lab).insert([lab])
await db(tables.Location).insert([{ lab: 'lab1', location: 'room 1' }])
const misspelt = { lab: 'lab2', name: 'The second lab' }
await rejects(() => {
  // @ts-expect-error the packed types know the attributes
  return db(tables.Lab).insert([misspelt])
})

deepEqual(await db(tables.Lab).fetch(), [lab])
equal(await db(tables.Location).join(tables.Lab).restrict({ time_zone: 'Europe/Berlin' }).count(), 1)
equal(formatMermaid(pipeline.schemas).includes('Location'), true)
equal((await formatSvg(pipeline)).includes('Location'), true)
await db.close()
console.log('packed element-lab runs on packed core')
