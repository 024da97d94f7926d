import { defineSchema, type NewRow, type Row } from '@neurojoint/core'
import { stubUpstream } from '@neurojoint/core/testing'
import { expectTypeOf } from 'vitest'
import { session } from '../src/index.ts'

const upstream = stubUpstream(defineSchema('lab'), {
  Subject: 'subject : varchar(32)',
  Project: 'project : int32',
  Experimenter: 'user : varchar(32)',
})
const { Session, ProjectSession } = session.activate(defineSchema('session'), upstream)

expectTypeOf<Row<typeof Session>>().toEqualTypeOf<{
  subject: string
  session_datetime: string
  session_id: number | null
}>()
expectTypeOf<Row<typeof Session.Attribute>>().toEqualTypeOf<{
  subject: string
  session_datetime: string
  attribute_name: string
  attribute_value: string
  attribute_blob: unknown
}>()
expectTypeOf<Row<typeof ProjectSession>>().toEqualTypeOf<{
  project: number
  subject: string
  session_datetime: string
}>()

// @ts-expect-error -- session_datetime
const row: NewRow<typeof Session> = { subject: 'm1', session_date: '2024-05-01' }
row satisfies object

const { Experimenter: _experimenter, ...withoutExperimenter } = upstream
// @ts-expect-error -- Experimenter is missing
session.activate(defineSchema('other'), withoutExperimenter)
