import { join } from 'node:path'
import type { Database } from '@neurojoint/core'
import { lab, project } from '../pipeline.ts'
import { atLine, readCsv } from './csv.ts'

/** The lab, its people, protocols and projects, from the CSV files in `lab/`. What is there already stays as it is. */
export async function ingestLab(db: Database, folder: string): Promise<void> {
  const file = (name: string): string => join(folder, 'lab', name)
  const labs = await readCsv(file('labs.csv'), [
    'lab',
    'lab_name',
    'organization',
    'org_name',
    'address',
    'time_zone',
    'location',
    'location_description',
  ])
  const users = await readCsv(file('users.csv'), ['lab', 'user', 'user_role', 'user_email', 'user_cellphone'])
  const protocols = await readCsv(file('protocols.csv'), ['protocol', 'protocol_type', 'protocol_description'])
  const projects = await readCsv(file('projects.csv'), [
    'project',
    'project_title',
    'project_description',
    'project_start_date',
    'repository_url',
    'repository_name',
  ])
  const personnel = await readCsv(file('project_users.csv'), ['project', 'user'])
  const publications = await readCsv(file('publications.csv'), ['project', 'publication'])
  const keywords = await readCsv(file('keywords.csv'), ['project', 'keyword'])

  // One file feeds several tables: each takes what it has, and rows that are there already are skipped.
  const take = { skipDuplicates: true, ignoreExtra: true } as const
  await db.transaction(async (db) => {
    await atLine(labs, db(lab.Organization).insert(labs.rows, take))
    await atLine(labs, db(lab.Lab).insert(labs.rows, take))
    await atLine(labs, db(lab.Lab.Organization).insert(labs.rows, take))
    await atLine(labs, db(lab.Location).insert(labs.rows, take))
    await atLine(users, db(lab.UserRole).insert(users.rows, take))
    await atLine(users, db(lab.User).insert(users.rows, take))
    await atLine(users, db(lab.LabMembership).insert(users.rows, take))
    await atLine(protocols, db(lab.ProtocolType).insert(protocols.rows, take))
    await atLine(protocols, db(lab.Protocol).insert(protocols.rows, take))
    const described = projects.rows.map(({ project_description, ...row }) => ({
      ...row,
      project_comment: project_description,
    }))
    await atLine(projects, db(project.Project).insert(described, take))
    await atLine(projects, db(project.ProjectSourceCode).insert(projects.rows, take))
    await atLine(personnel, db(project.ProjectPersonnel).insert(personnel.rows, take))
    await atLine(publications, db(project.ProjectPublication).insert(publications.rows, take))
    await atLine(keywords, db(project.ProjectKeywords).insert(keywords.rows, take))
  })
}
