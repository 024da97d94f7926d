import { existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Database, Key, Row } from '@neurojoint/core'
import { findInsertions, type FoundInsertions } from '@neurojoint/element-array-ephys/ephys'
import { createProbeType } from '@neurojoint/element-array-ephys/probe'
import { findSpikeGlxRuns, readSpikeGlxMeta } from '@neurojoint/formats/spikeglx'
import { configuration } from '../configuration.ts'
import { ephys, probe, session } from '../pipeline.ts'
import { CsvError, readCsv } from './csv.ts'

/** A session of the list that could not be ingested, or a recording of it. */
export interface SessionProblem {
  readonly sessionDir: string
  readonly error: unknown
}

export interface IngestedSessions {
  readonly added: number
  readonly known: number
  readonly problems: readonly SessionProblem[]
}

export class NoRecordingError extends Error {
  override readonly name = 'NoRecordingError'
  readonly code = 'no-recording'
  readonly directory: string
  constructor(directory: string) {
    super(
      `There is no SpikeGLX run (*.imec*.ap.meta) in ${directory} or below. Copy it there, or correct session_dir in sessions.csv.`,
    )
    this.directory = directory
  }
}

export class OutsideDataError extends Error {
  override readonly name = 'OutsideDataError'
  readonly code = 'outside-data'
  constructor(sessionDir: string) {
    super(
      `The session_dir \`${sessionDir}\` is not a folder below ${configuration.rawRoot}. Write it relative to that, as subject1/session1.`,
    )
  }
}

export class SessionTakenError extends Error {
  override readonly name = 'SessionTakenError'
  readonly code = 'session-taken'
  constructor({ subject, session_datetime }: Key<typeof session.Session>, sessionDir: string) {
    super(
      `${subject} has a session at ${session_datetime} already, in ${sessionDir}, and a session is told by its subject and start. ` +
        'Take the line out of sessions.csv; folders of one session belong into one session_dir.',
    )
  }
}

interface SessionRow {
  readonly subject: string
  readonly session_dir: string
  readonly session_note: string
  readonly user: string
}

/**
 * The sessions of `sessions.csv`, with the time, the probes and the insertions that their recordings tell. A session that
 * cannot be ingested keeps no other from being.
 */
export async function ingestSessions(db: Database, folder: string): Promise<IngestedSessions> {
  const list = await readCsv(join(folder, 'sessions.csv'), ['subject', 'session_dir', 'session_note', 'user'])
  const problems: SessionProblem[] = []
  let [added, known] = [0, 0]
  for (const [index, row] of list.rows.entries()) {
    try {
      const empty = (['subject', 'session_dir'] as const).find((column) => row[column] === '')
      if (empty !== undefined) throw new CsvError(list.path, `line ${list.lines[index]} has no ${empty}.`)
      const session_dir = belowRoot(row.session_dir)
      const [there] = await db(session.SessionDirectory).restrict({ session_dir }).fetch()
      problems.push(...(await (there ? completeSession(db, there) : ingestSession(db, { ...row, session_dir }))))
      if (there) known += 1
      else added += 1
    } catch (error) {
      problems.push({ sessionDir: row.session_dir.replace(/\/$/, ''), error })
    }
  }
  return { added, known, problems }
}

/** A session's folder as it is kept: relative to the raw data, with forward slashes. */
function belowRoot(sessionDir: string): string {
  const path = isAbsolute(sessionDir) ? sessionDir : join(configuration.rawRoot, sessionDir)
  const [first, ...others] = relative(configuration.rawRoot, path).split(sep)
  if (first === undefined || first === '' || first === '..') throw new OutsideDataError(sessionDir)
  return [first, ...others].join('/')
}

/** One session, whole or not at all; returns the recordings of it that could not be read. */
async function ingestSession(db: Database, row: SessionRow): Promise<readonly SessionProblem[]> {
  const directory = join(configuration.rawRoot, row.session_dir)
  await access(directory).catch(() => {
    throw new NoRecordingError(directory)
  })
  const found = await findInsertions(directory)
  if (found.insertions.length === 0) throw found.problems[0]?.error ?? new NoRecordingError(directory)
  const key = { subject: row.subject, session_datetime: await firstStart(directory) }
  const [taken] = await db(session.SessionDirectory).restrict(key).fetch()
  if (taken) throw new SessionTakenError(key, taken.session_dir)
  await createProbeTypes(db, found)
  await db.transaction(async (db) => {
    await db(session.Session).insert1(key)
    await db(session.SessionDirectory).insert1({ ...key, session_dir: row.session_dir })
    if (row.user !== '') await db(session.SessionExperimenter).insert1({ ...key, user: row.user })
    if (row.session_note !== '') await db(session.SessionNote).insert1({ ...key, session_note: row.session_note })
    await insertProbes(db, key, found)
  })
  return found.problems.map(({ error }) => ({ sessionDir: row.session_dir, error }))
}

/** A session that is known may have got further probes since, or their files were mended; or its folder may be gone. */
async function completeSession(
  db: Database,
  { session_dir, ...key }: Row<typeof session.SessionDirectory>,
): Promise<readonly SessionProblem[]> {
  const directory = join(configuration.rawRoot, session_dir)
  if (!existsSync(directory)) return []
  const found = await findInsertions(directory)
  const inserted = new Set((await db(ephys.ProbeInsertion).restrict(key).fetch()).map((row) => row.insertion_number))
  const insertions = found.insertions.filter((insertion) => !inserted.has(insertion.insertion_number))
  const added = {
    insertions,
    probes: found.probes.filter(({ probe }) => insertions.some((one) => one.probe === probe)),
  }
  await createProbeTypes(db, added)
  await db.transaction((db) => insertProbes(db, key, added))
  return found.problems.map(({ error }) => ({ sessionDir: session_dir, error }))
}

type Probes = Pick<FoundInsertions, 'probes' | 'insertions'>

async function createProbeTypes(db: Database, { probes }: Probes): Promise<void> {
  for (const { probe_type } of probes) await createProbeType(db, probe, probe_type)
}

async function insertProbes(
  db: Database,
  key: Key<typeof session.Session>,
  { probes, insertions }: Probes,
): Promise<void> {
  await db(probe.Probe).insert(probes, { skipDuplicates: true })
  await db(ephys.ProbeInsertion).insert(insertions.map((insertion) => ({ ...key, ...insertion })))
}

/** When the first recording of a session began: that is the session's time. */
async function firstStart(directory: string): Promise<string> {
  const runs = await findSpikeGlxRuns(directory)
  const starts = await Promise.allSettled(runs.map(async ({ path }) => (await readSpikeGlxMeta(path)).createdAt))
  const [first] = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : [])).toSorted()
  if (first === undefined) throw new NoRecordingError(directory)
  return first.replace('T', ' ')
}
