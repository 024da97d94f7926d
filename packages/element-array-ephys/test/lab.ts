import { fileURLToPath } from 'node:url'
import { type Database, defineSchema, insertParamSet, populate, type SchemaOptions } from '@neurojoint/core'
import { temporaryPipeline } from '@neurojoint/core/testing'
import * as ephys from '../src/ephys/index.ts'
import * as probe from '../src/probe/index.ts'

/** A Neuropixels 1.0 recording of 32 channels and 6.5 s, and its sort by Kilosort 4. */
export const demoSession = fileURLToPath(new URL('../../../fixtures/demo-session', import.meta.url))

/** Serial number and part number of its probe. */
export const demoProbe = { probe: '18000000001', probe_type: 'PRB_1_4_0480_1_C' }

/** The element on upstream tables of a few lines; the folder of a session stands in the session. */
export function activateLab(
  prefix: string,
  dataDirectories: readonly string[] = [demoSession],
  options: SchemaOptions = {},
) {
  const upstream = defineSchema(`${prefix}lab`, options)
  const Session = upstream.manual(
    'Session',
    {},
    `
    animal  : varchar(16)
    session : int16
    ---
    folder  : varchar(255)
  `,
  )
  const SkullReference = upstream.lookup('SkullReference', {}, 'skull_reference : varchar(60)', {
    contents: [{ skull_reference: 'Bregma' }, { skull_reference: 'Lambda' }],
  })
  const probeSchema = defineSchema(`${prefix}probe`, options)
  const probeTables = probe.activate(probeSchema)
  const ephysSchema = defineSchema(`${prefix}ephys`, options)
  const ephysTables = ephys.activate(ephysSchema, {
    ...probeTables,
    Session,
    SkullReference,
    dataDirectories: () => dataDirectories,
    sessionDirectory: async (session, db) => (await db(Session).forKey(session).fetch1()).folder,
  })
  return { schemas: [upstream, probeSchema, ephysSchema], Session, SkullReference, ...probeTables, ...ephysTables }
}

export type Lab = ReturnType<typeof activateLab>

/** One declared lab, with the sessions given. */
export async function openLab(
  sessions: readonly { session: number; folder: string }[],
  dataDirectories?: readonly string[],
) {
  const lab = activateLab('', dataDirectories)
  const pipeline = await temporaryPipeline({ schemas: lab.schemas })
  const { db } = pipeline
  await probe.createProbeType(db, lab, demoProbe.probe_type)
  await db(lab.Probe).insert([demoProbe, { ...demoProbe, probe: '999' }])
  await db(lab.Session).insert(sessions.map((session) => ({ animal: 'm1', ...session })))
  return { ...lab, db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
}

/** Inserts the demo probe into a session. */
export const insertProbe = (db: Database, { ProbeInsertion }: Lab, session: number, serial: string = demoProbe.probe) =>
  db(ProbeInsertion).insert1({ animal: 'm1', session, insertion_number: 0, probe: serial })

/** A lab whose one session is the demo session, recorded, and with the task to load its sort. */
export async function openSortedLab(outputDirectory = 'kilosort4', mode: 'load' | 'trigger' = 'load') {
  const lab = await openLab([{ session: 1, folder: demoSession }])
  const { db } = lab
  await insertProbe(db, lab, 1)
  await populate(db, lab.EphysRecording)
  const paramset = { paramset_idx: 1, clustering_method: 'kilosort4', paramset_desc: 'default settings', params: {} }
  await insertParamSet(db, lab.ClusteringParamSet, paramset)
  const task = { animal: 'm1', session: 1, insertion_number: 0, paramset_idx: 1, task_mode: mode }
  await db(lab.ClusteringTask).insert1({ ...task, clustering_output_dir: outputDirectory })
  return lab
}
