import { expect, test } from 'vitest'
import { defineSchema } from './define-schema.ts'
import { MissingUpstreamError, requireUpstream } from './upstream.ts'

const Session = defineSchema('lab').manual('Session', {}, 'session : int32')
const needs = { tables: ['Session', 'Probe'], functions: ['sessionDirectory'] }

test('an activation that lacks tables and functions is refused with all of them', () => {
  const activate = () => requireUpstream('ephys', { Session, Probe: undefined }, needs)
  expect(activate).toThrow(MissingUpstreamError)
  expect(activate).toThrow(
    'ephys is activated without the table Probe, the function sessionDirectory. Pass them to activate(schema, { Probe, sessionDirectory }).',
  )
})

test('an activation without any upstream lacks everything', () => {
  expect(() => requireUpstream('ephys', undefined, needs)).toThrow(/the table Session, the table Probe, the function/)
})

test('what is no table or no function does not count as one', () => {
  expect(() => requireUpstream('ephys', { Session: {}, Probe: Session, sessionDirectory: '/data' }, needs)).toThrow(
    /without the table Session, the function sessionDirectory\./,
  )
})

test('a complete upstream is accepted', () => {
  requireUpstream('ephys', { Session, Probe: Session, sessionDirectory: () => '/data' }, needs)
})
