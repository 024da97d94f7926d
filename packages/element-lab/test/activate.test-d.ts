import { defineSchema, type NewRow, type Row } from '@neurojoint/core'
import { expectTypeOf } from 'vitest'
import { lab, project } from '../src/index.ts'

const labTables = lab.activate(defineSchema('lab'))
const { Experiment, Study } = project.activate(defineSchema('project'), labTables)

expectTypeOf<Row<typeof Study.Protocol>>().toEqualTypeOf<{ project: string; study: string; protocol: string }>()
expectTypeOf<Row<typeof Experiment>>().toEqualTypeOf<{
  experiment: string
  experiment_name: string
  experiment_description: string
  project: string
  study: string
  lab: string
  protocol: string | null
}>()

const user: NewRow<typeof labTables.User> = { user: 'anna' }
// @ts-expect-error -- user_fullname
user.user_full_name = 'Anna A.'

const { User: _user, ...withoutUser } = labTables
// @ts-expect-error -- User is missing
project.activate(defineSchema('other'), withoutUser)
