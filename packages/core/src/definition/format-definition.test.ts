import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readable } from './corpus.ts'
import { formatDefinition } from './format-definition.ts'
import type { Referable } from './reference.ts'
import { resolveDefinition } from './resolve-definition.ts'
import type { TableDeclaration, TableName } from './table-declaration.ts'
import { typeName } from './table-name.ts'
import type { Tier } from './tier.ts'

const declare = (
  name: string,
  definition: string,
  references: Readonly<Record<string, Referable>> = {},
  tier: Tier = 'manual',
  master?: Referable,
): TableDeclaration => resolveDefinition({ schema: 'lab', name, tier, definition, references, master })

const Subject = { declaration: declare('Subject', readable.subject) }
const Session = { declaration: declare('Session', readable.session, { Subject }) }
const probeType = { declaration: declare('ProbeType', readable.probeType, {}, 'lookup') }
const Electrode = { declaration: declare('Electrode', readable.electrode, {}, 'part', probeType) }
const references = { Subject, Session, ProbeType: { ...probeType, Electrode } }
const nameOf = ({ table }: TableName): string => typeName(table)

describe('a declaration is written as a definition', () => {
  test('with references in their places, options, renames and indexes', () => {
    expect(formatDefinition(declare('Breeding', readable.breeding, references), nameOf)).toBe(
      [
        "-> Subject.proj(dam='subject')",
        'litter : int8',
        '---',
        "-> [nullable] Subject.proj(sire='subject')",
        "-> [unique] Subject.proj(foster='subject')",
        'index (litter, sire)',
        'unique index (litter)',
      ].join('\n'),
    )
    expect(formatDefinition(declare('Insertion', readable.insertion, references), nameOf)).toBe(
      [
        '# one placement of one probe in one session',
        '-> Session',
        'insertion_number : int16',
        '---',
        '-> ProbeType',
        '-> [nullable] ProbeType.Electrode',
      ].join('\n'),
    )
  })

  test('with defaults and comments', () => {
    expect(formatDefinition(Subject.declaration, nameOf)).toBe(
      [
        '# an animal',
        'subject : varchar(8)  # nickname',
        '---',
        'subject_uuid = null : uuid',
        "sex : enum('M','F','U')",
        'dob : date  # (YYYY-MM-DD)',
        "cage = 'A1' : char(2)",
      ].join('\n'),
    )
  })

  test('in a part, with its master by that name', () => {
    expect(formatDefinition(Electrode.declaration, nameOf).split('\n')[0]).toBe('-> master')
  })

  test('with each attribute in its place where the database gives the foreign keys in another order', () => {
    const { foreignKeys, ...rest } = declare('Insertion', readable.insertion, references)
    const text = formatDefinition({ ...rest, foreignKeys: foreignKeys.toReversed() }, nameOf)
    expect(declare('Insertion', text, references).heading).toEqual(rest.heading)
  })
})

describe('the definition of a declaration declares the same table', () => {
  const { colonInEnum: _, electrode: __, ...whole } = readable

  test.each(Object.entries(whole))('%s', (name, definition) => {
    const type = name.slice(0, 1).toUpperCase() + name.slice(1)
    const declaration = declare(type, definition, references)
    expect(declare(type, formatDefinition(declaration, nameOf), references)).toEqual(declaration)
  })

  test('whatever the definition', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        const declaration = declare('Example', definition, references)
        expect(declare('Example', formatDefinition(declaration, nameOf), references)).toEqual(declaration)
      }),
      { numRuns: 300 },
    )
  })
})

const text = fc.string({ unit: fc.constantFrom("'", '"', ':', '#', '=', ',', '-', ' ', 'a', 'é', '😀'), maxLength: 8 })
const comments = fc.option(
  text.filter((comment) => !comment.trim().startsWith(':')).map((comment) => `  #${comment}`),
  { nil: '' },
)
const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`
const enumValue = text.map((value) => value.replaceAll(':', '').trimEnd())

/** A type, and defaults that it can have. */
const types: fc.Arbitrary<readonly [type: string, value: string | null]> = fc.oneof(
  fc.tuple(fc.constantFrom('int8', 'int64'), fc.option(fc.integer({ min: -128, max: 127 }).map(String))),
  fc.tuple(fc.constant('float64'), fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String))),
  fc.tuple(fc.constant('decimal(6,2)'), fc.option(fc.integer({ min: -9999, max: 9999 }).map(String))),
  fc.tuple(fc.constant('varchar(9)'), fc.option(text.map(quote))),
  fc.tuple(fc.constant('bool'), fc.constantFrom(null, 'true', '0')),
  fc.tuple(fc.constant('datetime(3)'), fc.constantFrom(null, 'CURRENT_TIMESTAMP(3)', '"2024-01-02 03:04:05.678"')),
  fc.tuple(fc.constant('uuid'), fc.option(fc.uuid().map(quote))),
  fc
    .uniqueArray(enumValue, { minLength: 1, maxLength: 5 })
    .map((values): [string, string | null] => [`enum(${values.map(quote).join(', ')})`, quote(values[0] ?? '')]),
)
const unkeyed: fc.Arbitrary<readonly [type: string, value: string | null]> = fc.oneof(
  types,
  fc.tuple(types, fc.constant('null')).map(([[type], value]): [string, string] => [type, value]),
  fc.tuple(fc.constantFrom('json', 'bytes', '<blob>', '<blob@raw>'), fc.constantFrom(null, 'null')),
)
const attributes = (prefix: string, type: typeof types): fc.Arbitrary<readonly string[]> =>
  fc.array(fc.tuple(type, comments), { maxLength: 5 }).map((lines) =>
    lines.map(([[kind, value], comment], index) => {
      const written = value === null ? '' : ` = ${value}`
      return `${prefix}${index}${written} : ${kind}${comment}`
    }),
  )
const keyReferences = fc.subarray([
  '-> Subject',
  '-> Session',
  "-> [unique] Subject.proj(a_subject='subject')",
  "-> Session.proj(a_subject='subject')",
])
const secondaryReferences = fc.subarray([
  '-> ProbeType',
  "-> Subject.proj(b_subject='subject')",
  '-> [nullable] ProbeType.Electrode',
  '-> [nullable, unique] Session.proj(c_time="session_datetime")',
  '-> [unique] ProbeType',
  'index (k)',
])

/** Lines of both kinds in any mixture; required references stand before nullable ones that share with them. */
const definitions: fc.Arbitrary<string> = fc
  .record({
    title: comments,
    own: attributes('k', types),
    keyReferences,
    secondary: attributes('s', unkeyed),
    secondaryReferences,
    turns: fc.infiniteStream(fc.boolean()),
  })
  .map((parts) => {
    const turn = () => parts.turns.next().value === true
    const key = interleave(parts.own, parts.keyReferences, turn)
    const rest = interleave(parts.secondary, parts.secondaryReferences, turn)
    return [parts.title, 'k : int32', ...key, '---', ...rest].join('\n')
  })
  .filter((definition) => {
    // a required reference after a nullable one with which it shares is refused
    const lines = definition.split('\n')
    const electrode = lines.indexOf('-> [nullable] ProbeType.Electrode')
    return electrode === -1 || lines.lastIndexOf('-> [unique] ProbeType') < electrode || lines.includes('-> ProbeType')
  })
  .filter((definition) => {
    const session = definition.indexOf('-> [nullable, unique] Session')
    const subject = definition.indexOf('-> Subject\n')
    return session === -1 || subject === -1 || subject < session
  })

function interleave(left: readonly string[], right: readonly string[], turn: () => boolean): readonly string[] {
  const [first, ...others] = left
  const [second, ...more] = right
  if (first === undefined) return right
  if (second === undefined) return left
  return turn() ? [first, ...interleave(others, right, turn)] : [second, ...interleave(left, more, turn)]
}
