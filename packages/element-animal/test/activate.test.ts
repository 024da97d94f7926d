import { expect, test } from 'vitest'
import { defineSchema } from '@neurojoint/core'
import { stubUpstream, temporaryPipeline } from '@neurojoint/core/testing'
import { subject } from '../src/index.ts'

const generations = [
  ['2.x', {}],
  ['0.14', { compat: 'python-0.14' }],
] as const

test.each(generations)(
  'in the format of %s, a subject with its strain, its users and its death is declared, filled and read',
  async (_, options) => {
    const stubs = defineSchema('lab', options)
    const upstream = stubUpstream(stubs, {
      Source: 'source : varchar(32)',
      Lab: 'lab : varchar(24)',
      Protocol: 'protocol : varchar(36)',
      User: 'user : varchar(32)',
    })
    const schema = defineSchema('subject', options)
    const tables = subject.activate(schema, upstream)
    await using pipeline = await temporaryPipeline({ schemas: [stubs, schema] })
    const { db } = pipeline
    const { Subject, SubjectDeath, Strain, Allele, Zygosity } = tables
    await db(upstream.User).insert([{ user: 'anna' }, { user: 'ben' }])
    await db(Strain).insert1({ strain: 'C57', strain_standard_name: 'C57BL/6J' })
    await db(Allele).insert1({ allele: 'Ai14' })
    const name = 'GG_2024_03_long_identifier'
    await db(Subject).insert1({ subject: name, sex: 'F', subject_birth_date: '2024-01-02' })
    await db(Subject.Strain).insert1({ subject: name, strain: 'C57' })
    await db(Subject.User).insert([
      { subject: name, user: 'anna' },
      { subject: name, user: 'ben' },
    ])
    await db(Zygosity).insert1({ subject: name, allele: 'Ai14', zygosity: 'Heterozygous' })
    await db(SubjectDeath).insert1({ subject: name, death_date: '2025-01-02' })

    expect(await db(Subject).join(SubjectDeath).fetch1()).toEqual({
      subject: name,
      subject_nickname: '',
      sex: 'F',
      subject_birth_date: '2024-01-02',
      subject_description: '',
      death_date: '2025-01-02',
    })
    expect(await db(Subject.User).count()).toBe(2)
  },
)

test('subjects without their upstream tables are refused with all that are missing', () => {
  expect(() => Reflect.apply(subject.activate, undefined, [defineSchema('subject'), {}])).toThrow(
    'subject is activated without the table Source, the table Lab, the table Protocol, the table User.',
  )
})
