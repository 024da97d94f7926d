import { expect, test } from 'vitest'
import { defineSchema, type SchemaOptions } from '@neurojoint/core'
import { stubUpstream, temporaryPipeline } from '@neurojoint/core/testing'
import { lab, project } from '../src/index.ts'

const generations = [
  ['2.x', {}],
  ['0.14', { compat: 'python-0.14' }],
] as const

const open = async (options: SchemaOptions = {}) => {
  const [labSchema, projectSchema] = [defineSchema('lab', options), defineSchema('project', options)]
  const labTables = lab.activate(labSchema)
  const tables = { ...labTables, ...project.activate(projectSchema, labTables) }
  const pipeline = await temporaryPipeline({ schemas: [labSchema, projectSchema] })
  return { ...tables, db: pipeline.db, [Symbol.asyncDispose]: () => pipeline[Symbol.asyncDispose]() }
}

test.each(generations)(
  'in the format of %s, a lab with its people and its projects is declared, filled and read',
  async (_, options) => {
    await using pipeline = await open(options)
    const { db } = pipeline
    await db(pipeline.Lab).insert1({
      lab: 'L1',
      lab_name: 'First lab',
      address: 'Street 1',
      time_zone: 'Europe/Berlin',
    })
    await db(pipeline.User).insert([{ user: 'anna', user_fullname: 'Anna A.' }, { user: 'ben' }])
    await db(pipeline.UserRole).insert1({ user_role: 'PI' })
    await db(pipeline.LabMembership).insert([
      { lab: 'L1', user: 'anna', user_role: 'PI' },
      { lab: 'L1', user: 'ben' },
    ])
    await db(pipeline.Project).insert1({ project: 'P1', project_title: 'A project', project_start_date: '2024-01-01' })
    await db(pipeline.ProjectPersonnel).insert1({ project: 'P1', user: 'ben' })

    expect(await db(pipeline.LabMembership).join(pipeline.User).restrict({ user: 'ben' }).fetch1()).toEqual({
      lab: 'L1',
      user: 'ben',
      user_role: null,
      user_email: '',
      user_cellphone: '',
      user_fullname: '',
    })
    expect((await db(pipeline.Project).fetch1()).project_end_date).toBe(null)
  },
)

test('a study keeps its protocols, and an experiment belongs to a study and a lab', async () => {
  await using pipeline = await open()
  const { db } = pipeline
  await db(pipeline.Lab).insert1({ lab: 'L1', lab_name: 'First lab', address: 'Street 1', time_zone: 'UTC+1' })
  await db(pipeline.ProtocolType).insert1({ protocol_type: 'IACUC' })
  await db(pipeline.Protocol).insert1({ protocol: '123', protocol_type: 'IACUC' })
  await db(pipeline.Project).insert1({ project: 'P1', project_title: 'A project', project_start_date: '2024-01-01' })
  await db(pipeline.Study).insert1({ project: 'P1', study: 'S1', study_name: 'A study' })
  await db(pipeline.Study.Protocol).insert1({ project: 'P1', study: 'S1', protocol: '123' })
  await db(pipeline.Experiment).insert1({ experiment: 'E1', project: 'P1', study: 'S1', lab: 'L1' })
  expect(await db(pipeline.Experiment).fetch1()).toMatchObject({ study: 'S1', lab: 'L1', protocol: null })
})

test('projects stand on tables of another pipeline as well', async () => {
  const stubs = defineSchema('stubs')
  const upstream = stubUpstream(stubs, {
    Lab: 'group_id : int32',
    User: 'person : int32',
    Protocol: 'permit : varchar(8)',
  })
  const schema = defineSchema('project')
  const { Project, ProjectPersonnel } = project.activate(schema, upstream)
  await using pipeline = await temporaryPipeline({ schemas: [stubs, schema] })
  const { db } = pipeline
  await db(upstream.User).insert1({ person: 7 })
  await db(Project).insert1({ project: 'P1', project_title: 'A project', project_start_date: '2024-01-01' })
  await db(ProjectPersonnel).insert1({ project: 'P1', person: 7 })
  expect(await db(ProjectPersonnel).fetch1()).toEqual({ project: 'P1', person: 7 })
})

test('projects without their upstream tables are refused with all that are missing', () => {
  expect(() => Reflect.apply(project.activate, undefined, [defineSchema('project'), {}])).toThrow(
    'project is activated without the table Lab, the table User, the table Protocol.',
  )
})
