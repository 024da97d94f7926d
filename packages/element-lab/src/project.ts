import { type AnyTable, requireUpstream, type Schema } from '@neurojoint/core'

/** What a pipeline hands to this schema. */
export interface Upstream<Lab extends AnyTable, User extends AnyTable, Protocol extends AnyTable> {
  readonly Lab: Lab
  readonly User: User
  readonly Protocol: Protocol
}

/** Declares projects, with their people, keywords and publications, and the studies and experiments within them. */
export function activate<Lab extends AnyTable, User extends AnyTable, Protocol extends AnyTable>(
  schema: Schema,
  upstream: Upstream<Lab, User, Protocol>,
) {
  requireUpstream('project', upstream, { tables: ['Lab', 'User', 'Protocol'] })
  const { Lab, User, Protocol } = upstream

  const Project = schema.manual('Project', {}, `
    project                 : varchar(24)      # abbreviated project name
    ---
    project_title           : varchar(1024)
    project_start_date      : date
    project_end_date = null : date
    project_comment = ''    : varchar(1024)
  `)

  const ProjectPersonnel = schema.manual('ProjectPersonnel', { Project, User }, `
    -> Project
    -> User
  `)

  const ProjectKeywords = schema.manual('ProjectKeywords', { Project }, `
    # keywords for exported files
    -> Project
    keyword : varchar(32)
  `)

  const ProjectPublication = schema.manual('ProjectPublication', { Project }, `
    -> Project
    publication : varchar(255)
  `)

  const ProjectSourceCode = schema.manual('ProjectSourceCode', { Project }, `
    -> Project
    repository_url       : varchar(255)
    ---
    repository_name = '' : varchar(32)
  `)

  const Study = schema.manual('Study', { Project }, `
    # experiments that are analyzed together
    -> Project
    study                  : varchar(24)     # abbreviated study name
    ---
    study_name             : varchar(128)
    study_description = '' : varchar(1024)
  `, {
    parts: {
      Protocol: [{ Protocol }, `
        -> master
        -> Protocol
      `],
    },
  })

  const Experiment = schema.manual('Experiment', { Study, Lab, Protocol }, `
    experiment                  : varchar(24)     # abbreviated experiment name
    ---
    experiment_name = ''        : varchar(128)
    experiment_description = '' : varchar(1024)
    -> Study
    -> Lab
    -> [nullable] Protocol
  `)

  return { Project, ProjectPersonnel, ProjectKeywords, ProjectPublication, ProjectSourceCode, Study, Experiment }
}
