import { defineSchema, type Row } from '@neurojoint/core'
import { stubUpstream } from '@neurojoint/core/testing'
import { expectTypeOf } from 'vitest'
import { subject } from '../src/index.ts'

const upstream = stubUpstream(defineSchema('lab'), {
  Source: 'source : varchar(32)',
  Lab: 'lab : int32',
  Protocol: 'protocol : varchar(36)',
  User: 'user : varchar(32)',
})
const { Subject, Zygosity } = subject.activate(defineSchema('subject'), upstream)

expectTypeOf<Row<typeof Subject>>().toEqualTypeOf<{
  subject: string
  subject_nickname: string
  sex: 'M' | 'F' | 'U'
  subject_birth_date: string
  subject_description: string
}>()
expectTypeOf<Row<typeof Subject.Lab>>().toEqualTypeOf<{ subject: string; lab: number; subject_alias: string }>()
expectTypeOf<Row<typeof Zygosity>>().toEqualTypeOf<{
  subject: string
  allele: string
  zygosity: 'Present' | 'Absent' | 'Homozygous' | 'Heterozygous'
}>()

const { Source: _source, ...withoutSource } = upstream
// @ts-expect-error -- Source is missing
subject.activate(defineSchema('other'), withoutSource)
