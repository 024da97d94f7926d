import { type AnyTable, requireUpstream, type Schema } from '@neurojoint/core'

/** What a pipeline hands to this schema. */
export interface Upstream<Subject extends AnyTable, Project extends AnyTable, Experimenter extends AnyTable> {
  readonly Subject: Subject
  readonly Project: Project
  /** Who runs sessions: mostly the lab's User. */
  readonly Experimenter: Experimenter
}

/** Declares sessions, told apart by subject and start, with their folders, experimenters, notes and projects. */
export function activate<Subject extends AnyTable, Project extends AnyTable, Experimenter extends AnyTable>(
  schema: Schema,
  upstream: Upstream<Subject, Project, Experimenter>,
) {
  requireUpstream('session', upstream, { tables: ['Subject', 'Project', 'Experimenter'] })
  const { Subject, Project, Experimenter } = upstream

  const Session = schema.manual('Session', { Subject }, `
    -> Subject
    session_datetime  : datetime
    ---
    session_id = null : int32
  `, {
    parts: {
      Attribute: [{}, `
        # what a lab wants to note of a session beside its own tables
        -> master
        attribute_name        : varchar(32)
        ---
        attribute_value = ''  : varchar(2000)
        attribute_blob = null : <blob>
      `],
    },
  })

  const SessionDirectory = schema.manual('SessionDirectory', { Session }, `
    -> Session
    ---
    session_dir : varchar(256)    # relative to a data directory of the lab, with forward slashes
  `)

  const SessionExperimenter = schema.manual('SessionExperimenter', { Session, Experimenter }, `
    # who ran the session
    -> Session
    -> Experimenter
  `)

  const SessionNote = schema.manual('SessionNote', { Session }, `
    -> Session
    ---
    session_note : varchar(1024)
  `)

  const ProjectSession = schema.manual('ProjectSession', { Project, Session }, `
    -> Project
    -> Session
  `)

  return { Session, SessionDirectory, SessionExperimenter, SessionNote, ProjectSession }
}
