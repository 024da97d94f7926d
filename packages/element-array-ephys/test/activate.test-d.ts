import { defineSchema, type Key, type NewRow, type Row, type TemporalMoment } from '@neurojoint/core'
import { expectTypeOf } from 'vitest'
import { ephys, probe } from '../src/index.ts'

const lab = defineSchema('lab')
const Session = lab.manual(
  'Session',
  {},
  `
  subject          : varchar(32)
  session_datetime : datetime
`,
)
const SkullReference = lab.lookup('SkullReference', {}, 'skull_reference : varchar(60)')
const probeTables = probe.activate(defineSchema('probe'))
const upstream = {
  ...probeTables,
  Session,
  SkullReference,
  dataDirectories: () => ['/data'],
  sessionDirectory: ({ subject, session_datetime }: Key<typeof Session>) => `/data/${subject}/${session_datetime}`,
}
const tables = ephys.activate(defineSchema('ephys'), upstream)

// rows are flat, with the keys of the pipeline that the element is activated in

interface InsertionKey {
  subject: string
  session_datetime: string
  insertion_number: number
}

expectTypeOf<Key<typeof tables.ProbeInsertion>>().toEqualTypeOf<{
  subject: string
  session_datetime: string
  insertion_number: number
}>()
expectTypeOf<Row<typeof tables.ProbeInsertion>>().toEqualTypeOf<{
  subject: string
  session_datetime: string
  insertion_number: number
  probe: string
}>()
expectTypeOf<Row<typeof tables.EphysRecording>>().toEqualTypeOf<{
  subject: string
  session_datetime: string
  insertion_number: number
  electrode_config_hash: string
  acq_software: string
  sampling_rate: number
  recording_datetime: string
  recording_duration: number
}>()
expectTypeOf<Key<typeof tables.WaveformSet.Waveform>>().toEqualTypeOf<{
  subject: string
  session_datetime: string
  insertion_number: number
  paramset_idx: number
  unit: number
  electrode_config_hash: string
  probe_type: string
  electrode: number
}>()
expectTypeOf<Row<typeof tables.CuratedClustering.Unit>['spike_times']>().toEqualTypeOf<unknown>()
expectTypeOf<Row<typeof tables.ClusteringTask>['task_mode']>().toEqualTypeOf<'load' | 'trigger'>()
expectTypeOf<NewRow<typeof tables.ClusteringTask>>().toEqualTypeOf<{
  subject: string
  session_datetime: string | Date | TemporalMoment
  insertion_number: number
  paramset_idx: number
  clustering_output_dir?: string
  task_mode?: 'load' | 'trigger'
}>()
expectTypeOf<InsertionKey>().toExtend<Key<typeof tables.ProbeInsertion>>()

// a misspelt attribute of a row

const row: Row<typeof tables.EphysRecording> = {} as never
// @ts-expect-error -- sampling_rate
row.samplingRate.toFixed()

// a forgotten upstream table, and a forgotten function

const { Session: _session, ...withoutSession } = upstream
// @ts-expect-error -- Session is missing
ephys.activate(defineSchema('other'), withoutSession)
const { sessionDirectory: _directory, ...withoutDirectory } = upstream
// @ts-expect-error -- sessionDirectory is missing
ephys.activate(defineSchema('other'), withoutDirectory)

// a function for a session of another pipeline

ephys.activate(defineSchema('other'), {
  ...upstream,
  // @ts-expect-error -- the key has no session_id
  sessionDirectory: ({ session_id }: { session_id: number }) => `/data/${session_id}`,
})
