import { type AnyTable, type Database, declare, planDeclare, populate, type PopulateEvent } from '@neurojoint/core'
import { configuration } from './configuration.ts'
import { ingestLab } from './ingest/lab.ts'
import { type IngestedSessions, ingestSessions } from './ingest/sessions.ts'
import { ingestParameters, ingestSorts } from './ingest/sorting.ts'
import { ingestSubjects } from './ingest/subjects.ts'
import { ephys, pipeline } from './pipeline.ts'

export interface WorkflowOptions {
  readonly signal: AbortSignal
  readonly onEvent?: (event: PopulateEvent) => void
}

/** A key that could not be made. */
export interface Failure {
  readonly table: string
  readonly key: object
  readonly error: unknown
}

export interface WorkflowResult {
  readonly sessions: IngestedSessions
  readonly failures: readonly Failure[]
}

/** Declares what is missing, takes in what is new, and populates every table. Run again, it does nothing twice. */
export async function runWorkflow(db: Database, options: WorkflowOptions): Promise<WorkflowResult> {
  await declare(db, await planDeclare(db, pipeline.schemas))
  await ingestLab(db, configuration.csvFolder)
  await ingestSubjects(db, configuration.csvFolder)
  const sessions = await ingestSessions(db, configuration.csvFolder)
  await ingestParameters(db)

  const failures: Failure[] = []
  const fill = async (table: AnyTable): Promise<void> => {
    const { failed } = await populate(db, table, { ...options, onError: 'continue' })
    failures.push(...failed.map((failure) => ({ table: table.typeName, ...failure })))
  }
  await fill(ephys.EphysRecording)
  await ingestSorts(db)
  for (const table of [ephys.Preprocessing, ephys.Clustering, ephys.CuratedClustering, ephys.WaveformSet])
    await fill(table)
  return { sessions, failures }
}
