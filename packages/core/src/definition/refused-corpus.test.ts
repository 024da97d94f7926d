import { describe, expect, test } from 'vitest'
import { readable } from './testing/corpus.ts'
import { DefinitionError } from './errors.ts'
import { refusedAtRunTime, refusedByCompiler } from './testing/refused-corpus.ts'
import { resolveDefinition } from './resolve-definition.ts'
import { declare, references } from './testing/tables.ts'

describe('a definition is refused with line, column and advice', () => {
  test.each(Object.entries({ ...refusedByCompiler, ...refusedAtRunTime }))('%s', (_, { definition, ...expected }) => {
    const error = catchError(() => declare('Example', definition, references))
    const { code, line, column, table } = error
    expect({ code, line, column, table }).toEqual({
      code: expected.code,
      line: expected.line,
      column: expected.column,
      table: 'lab.Example',
    })
    expect(error.message).toContain(`line ${expected.line}, column ${expected.column}: `)
    expect(error.message).toContain(expected.says)
  })

  test.each([`name : varchar(${' '.repeat(200_000)}8`, `-> [nullable${' '.repeat(200_000)}Subject`])(
    'a line that is longer than any reader could mean',
    (line) => {
      const error = catchError(() => declare('Example', `id : int8\n---\n${line}`, references))
      expect([error.code, error.line]).toEqual(['line-too-long', 3])
    },
  )

  test('an enum with a colon, which is read but not declared, but for 0.14, which has no marker for it', () => {
    const error = catchError(() => declare('Example', readable.colonInEnum))
    expect(error.code).toBe('colon-in-enum')
    const source = { schema: 'lab', name: 'Old', tier: 'manual', definition: readable.colonInEnum } as const
    const old = resolveDefinition({ ...source, generation: '0.14', references })
    expect(old.heading.map(({ type }) => type.text).join()).toContain(':')
  })

  test.each([
    ['-> Subject.Tag', "give { Subject }, not { 'Subject.Tag': … }"],
    ['-> subject', 'Write `-> Subject`.'],
    ['-> Electrode', 'Write `-> ProbeType.Electrode`.'],
  ])('the reference %s to no table that was given', (definition, says) => {
    const given = { ...references, 'Subject.Tag': references.Subject }
    const error = catchError(() => declare('Example', definition, given))
    expect([error.code, error.message]).toEqual(['unknown-reference', expect.stringContaining(says)])
  })

  test('a part that does not refer to its master', () => {
    expect(catchError(() => declare('Part', `id : int8`, {}, 'part', references.ProbeType)).code).toBe('missing-master')
  })

  test('a table that fills itself with a key attribute of its own', () => {
    const error = catchError(() => declare('Made', `-> Subject\nid : int8`, references, 'computed'))
    expect([error.code, error.text]).toEqual(['new-key-attribute', 'id'])
  })

  test('a table of 0.14 without a key, and one of one row that fills itself', () => {
    const definition = `---\nid : int8`
    const old = { schema: 'lab', name: 'Old', tier: 'manual', generation: '0.14', definition, references } as const
    expect(catchError(() => resolveDefinition(old)).code).toBe('empty-primary-key')
    expect(catchError(() => declare('Made', definition, references, 'computed')).code).toBe('empty-primary-key')
  })

  test('in 0.14 what only 2.x has', () => {
    const definition = `id : int8\n---\nraw : bytes`
    const old = { schema: 'lab', name: 'Old', tier: 'manual', generation: '0.14', definition, references } as const
    const error = catchError(() => resolveDefinition(old))
    expect([error.code, error.line, error.column]).toEqual(['other-generation', 3, 7])
    expect(error.message).toContain('<blob>')
  })

  test('a comment too long for the database', () => {
    const error = catchError(() => declare('Example', `id : int8 # ${'x'.repeat(1020)}`))
    expect(error.code).toBe('comment-too-long')
  })
})

function catchError(work: () => unknown): DefinitionError {
  try {
    work()
  } catch (error) {
    if (error instanceof DefinitionError) return error
    throw error
  }
  return expect.unreachable('the definition was accepted')
}
