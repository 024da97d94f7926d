import { activate as activateEphys } from '@neurojoint/element-array-ephys/ephys'
import { defineSchema, type Key, type NewRow, type Row } from '@neurojoint/core'
import { expectTypeOf } from 'vitest'
import { type ephys, type pipeline, probe, session, SkullReference } from '../src/pipeline.ts'

expectTypeOf<Row<typeof session.Session>>().toEqualTypeOf<{
  subject: string
  session_datetime: string
  session_id: number | null
}>()

expectTypeOf<Row<typeof ephys.ProbeInsertion>>().toEqualTypeOf<{
  subject: string
  session_datetime: string
  insertion_number: number
  probe: string
}>()

expectTypeOf<Key<typeof pipeline.tables.ephys.Clustering>>().toEqualTypeOf<{
  subject: string
  session_datetime: string
  insertion_number: number
  paramset_idx: number
}>()

expectTypeOf<NewRow<typeof ephys.ClusteringTask>['task_mode']>().toEqualTypeOf<'load' | 'trigger' | undefined>()

// @ts-expect-error: misspelt
export type Misspelt = Row<typeof ephys.EphysRecording>['sampling_rte']

const upstream = { ...probe, SkullReference, dataDirectories: () => [], sessionDirectory: () => '' }
activateEphys(defineSchema('complete'), { ...upstream, Session: session.Session })
// @ts-expect-error: Session is missing
activateEphys(defineSchema('incomplete'), upstream)
