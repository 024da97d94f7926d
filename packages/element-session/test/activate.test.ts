import { expect, test } from 'vitest'
import { defineSchema } from '@neurojoint/core'
import { stubUpstream, temporaryPipeline } from '@neurojoint/core/testing'
import { session } from '../src/index.ts'

const generations = [
  ['2.x', {}],
  ['0.14', { compat: 'python-0.14' }],
] as const

test.each(generations)(
  'in the format of %s, a session with its folder, its experimenters and what a lab notes of it is declared, filled and read',
  async (_, options) => {
    const stubs = defineSchema('lab', options)
    const upstream = stubUpstream(stubs, {
      Subject: 'subject : varchar(32)',
      Project: 'project : varchar(24)',
      Experimenter: 'user : varchar(32)',
    })
    const schema = defineSchema('session', options)
    const { Session, SessionDirectory, SessionExperimenter, ProjectSession } = session.activate(schema, upstream)
    await using pipeline = await temporaryPipeline({ schemas: [stubs, schema] })
    const { db } = pipeline
    const key = { subject: 'm1', session_datetime: '2024-05-01 10:00:00' }
    await db(upstream.Subject).insert1({ subject: 'm1' })
    await db(upstream.Project).insert1({ project: 'P1' })
    await db(upstream.Experimenter).insert1({ user: 'anna' })
    await db(Session).insert([key, { ...key, session_datetime: '2024-05-02 10:00:00', session_id: 2 }])
    await db(Session.Attribute).insert([
      { ...key, attribute_name: 'weight', attribute_value: '23.5 g' },
      { ...key, attribute_name: 'levels', attribute_blob: Float32Array.of(1, 2) },
    ])
    await db(SessionDirectory).insert1({ ...key, session_dir: 'm1/session1' })
    await db(SessionExperimenter).insert1({ ...key, user: 'anna' })
    await db(ProjectSession).insert1({ ...key, project: 'P1' })

    expect(await db(Session).join(SessionDirectory).fetch1()).toEqual({
      ...key,
      session_id: null,
      session_dir: 'm1/session1',
    })
    const { attribute_blob: levels } = await db(Session.Attribute).restrict({ attribute_name: 'levels' }).fetch1()
    expect(levels).toMatchObject({ kind: 'ndarray', dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) })
    expect(await db(ProjectSession).forKey(key).fetch1()).toEqual({ ...key, project: 'P1' })
  },
)

test('sessions without their upstream tables are refused with all that are missing', () => {
  expect(() => Reflect.apply(session.activate, undefined, [defineSchema('session'), {}])).toThrow(
    'session is activated without the table Subject, the table Project, the table Experimenter.',
  )
})
