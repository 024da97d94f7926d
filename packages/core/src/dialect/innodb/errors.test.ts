import { expect, test } from 'vitest'
import { explainInnodb, leavesOpen } from './errors.ts'

const failure = (facts: object, message = 'failed') => Object.assign(new Error(message), facts)

test('a way to the server that is lost after a statement was sent leaves open what became of it', () => {
  // what Linux says of a connection whose packets come back as undeliverable
  const broken = failure({ code: 'EHOSTUNREACH', errno: -113, syscall: 'read' })
  expect(explainInnodb(broken)).toMatchObject({ code: 'connection-lost', sent: true })
  expect(leavesOpen(broken)).toBe(true)
  const never = failure({ code: 'EHOSTUNREACH', errno: -113, syscall: 'connect' })
  expect(explainInnodb(never)).toMatchObject({ code: 'connection-lost', sent: false })
  expect(leavesOpen(never)).toBe(false)
})

test('values in what a server answers are not taken for a connection that was lost', () => {
  const message = "Duplicate entry 'closed state' for key 'PRIMARY'"
  const duplicate = failure({ code: 'ER_DUP_ENTRY', errno: 1062, sqlState: '23000' }, message)
  expect(explainInnodb(duplicate)).toMatchObject({ code: 'duplicate-entry' })
  expect(explainInnodb(new Error('a make found the valve in closed state'))).toBeNull()
  const gone = new Error("Can't add new command when connection is in closed state")
  expect(explainInnodb(gone)).toMatchObject({ code: 'connection-lost', sent: false })
})

test('text that cannot be compared with a column is told from two columns that cannot be compared', () => {
  const mix = (other: string): Error =>
    failure(
      { code: 'ER_CANT_AGGREGATE_2COLLATIONS', errno: 1267, sqlState: 'HY000' },
      `Illegal mix of collations (latin1_swedish_ci,IMPLICIT) and (${other}) for operation '='`,
    )
  expect(explainInnodb(mix('utf8mb4_bin,COERCIBLE'))).toMatchObject({ code: 'invalid-value' })
  expect(explainInnodb(mix('utf8mb4_bin,IMPLICIT'))).toMatchObject({
    code: 'statement-refused',
    message: expect.stringContaining('Illegal mix of collations'),
  })
})

test('what a server says is told in our words also where the driver has no code for its number', () => {
  const generated = failure({ code: undefined, errno: 1906, sqlState: 'HY000' }, 'The value has been ignored.')
  expect(explainInnodb(generated)).toMatchObject({
    code: 'statement-refused',
    message: 'The database refused a statement: The value has been ignored.',
  })
})
