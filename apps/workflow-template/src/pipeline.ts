/**
 * The pipeline of this lab: which elements it uses, how they are wired, where its files are. Importing it connects to
 * nothing; `await pipeline.open()` does.
 */
import { join } from 'node:path'
import { definePipeline, defineSchema, type Key, type Row, type Tables } from '@neurojoint/core'
import { activate as activateSubject } from '@neurojoint/element-animal/subject'
import { activate as activateEphys } from '@neurojoint/element-array-ephys/ephys'
import { activate as activateProbe } from '@neurojoint/element-array-ephys/probe'
import { activate as activateLab } from '@neurojoint/element-lab/lab'
import { activate as activateProject } from '@neurojoint/element-lab/project'
import { activate as activateSession } from '@neurojoint/element-session/session'
import { configuration } from './configuration.ts'

const { prefix, rawRoot, processedRoot, database, stores } = configuration

// --- who works here, on what

const labSchema = defineSchema(`${prefix}lab`)
export const lab = activateLab(labSchema)

/** What coordinates on a skull count from. No element ships it: labs differ. */
export const SkullReference = labSchema.lookup('SkullReference', {}, `
  skull_reference : varchar(60)
`, { contents: [{ skull_reference: 'Bregma' }, { skull_reference: 'Lambda' }] })

const projectSchema = defineSchema(`${prefix}project`)
export const project = activateProject(projectSchema, lab)

// --- with which animals, and when

const subjectSchema = defineSchema(`${prefix}subject`)
export const subject = activateSubject(subjectSchema, lab)

const sessionSchema = defineSchema(`${prefix}session`)
export const session = activateSession(sessionSchema, {
  Subject: subject.Subject,
  Project: project.Project,
  Experimenter: lab.User,
})

// --- recorded with which probes, and what came of it

const probeSchema = defineSchema(`${prefix}probe`)
export const probe = activateProbe(probeSchema)

const ephysSchema = defineSchema(`${prefix}ephys`)
export const ephys = activateEphys(ephysSchema, {
  ...probe,
  Session: session.Session,
  SkullReference,
  dataDirectories: () => [rawRoot, processedRoot],
  sessionDirectory,
})

/** Where the recordings of a session lie. */
async function sessionDirectory(key: Key<typeof session.Session>, db: Tables): Promise<string> {
  const { session_dir } = await db(session.SessionDirectory).forKey(key).fetch1()
  return join(rawRoot, session_dir)
}

/** Everything above as one value. */
export const pipeline = definePipeline({
  schemas: [labSchema, projectSchema, subjectSchema, sessionSchema, probeSchema, ephysSchema],
  tables: { lab, SkullReference, project, subject, session, probe, ephys },
  database,
  stores,
})

/** A unit as it is fetched: hover over it. */
export type Unit = Row<typeof ephys.CuratedClustering.Unit>
