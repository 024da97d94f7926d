import * as fc from 'fast-check'
import type { Generation } from '../../attribute/generation.ts'

/** Every character that means something to a definition, to SQL, or to a formatter of text. */
const units = [
  "'",
  '"',
  '`',
  ':',
  '#',
  '=',
  ',',
  '-',
  '>',
  '(',
  ')',
  '%',
  '\\',
  ';',
  '?',
  '$',
  '/',
  '*',
  ' ',
  'a',
  'é',
  '😀',
]
const text = fc.string({ unit: fc.constantFrom(...units), maxLength: 8 })
const comments = fc.option(
  text.filter((comment) => !comment.trim().startsWith(':')).map((comment) => `  #${comment}`),
  { nil: '' },
)
const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`
const enumValue = text.map((value) => value.replaceAll(':', '').trimEnd())

type Typed = readonly [type: string, value: string | null]

/** A type that a key can have, and defaults that it can have. */
const shared: fc.Arbitrary<Typed> = fc.oneof(
  fc.tuple(
    fc.constantFrom('int8', 'int64', 'tinyint', 'smallint(5)', 'mediumint', 'integer', 'bigint'),
    fc.option(fc.integer({ min: -128, max: 127 }).map(String)),
  ),
  fc.tuple(
    fc.constantFrom('tinyint unsigned', 'int(10) unsigned', 'bigint unsigned'),
    fc.option(fc.integer({ min: 0, max: 255 }).map(String)),
  ),
  fc.tuple(
    fc.constantFrom('float64', 'double', 'real'),
    fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)),
  ),
  fc.tuple(fc.constantFrom('float(7,3)', 'float unsigned'), fc.constantFrom(null, '1.25', '0')),
  fc.tuple(
    fc.constantFrom('decimal(6,2)', 'numeric(7, 2)'),
    fc.option(fc.integer({ min: -9999, max: 9999 }).map(String)),
  ),
  fc.tuple(fc.constantFrom('varchar(9)', 'VARCHAR( 16 )'), fc.option(text.map(quote))),
  fc.tuple(fc.constantFrom('bool', 'boolean', 'tinyint(1)'), fc.constantFrom(null, 'true', '0')),
  fc.tuple(
    fc.constantFrom('datetime(3)', 'timestamp(3)'),
    fc.constantFrom(null, 'CURRENT_TIMESTAMP(3)', '"2024-01-02 03:04:05.678"'),
  ),
  fc.tuple(fc.constantFrom('timestamp', 'datetime'), fc.constantFrom(null, 'current_timestamp', "'2024-01-02'")),
  fc.tuple(fc.constantFrom('time', 'time(2)'), fc.constantFrom(null, '"-100:00:00"', "'12:30'")),
  fc.tuple(fc.constant('year'), fc.constantFrom(null, '1999')),
  fc.tuple(fc.constant('date'), fc.constantFrom(null, '2024-02-29')),
  fc.tuple(fc.constant('uuid'), fc.option(fc.uuid().map(quote))),
  fc
    .uniqueArray(enumValue, { minLength: 1, maxLength: 5 })
    .map((values): Typed => [`enum(${values.map(quote).join(', ')})`, quote(values[0] ?? '')]),
)

const onlyBelow: Readonly<Record<Generation, readonly string[]>> = {
  '2.x': ['json', 'text', 'longtext', 'bytes', '<blob>', '<blob@raw>', '<attach@>', '<graph>'],
  '0.14': ['json', 'tinytext', 'blob', 'longblob', 'attach', 'blob@raw', 'filepath@raw', '<graph>', '<attach@raw>'],
}

const attributes = (prefix: string, type: fc.Arbitrary<Typed>): fc.Arbitrary<readonly string[]> =>
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
])
const indexes = fc.subarray([
  'index (j.gain.left:decimal(5,2), k)  # a member',
  "unique index ((concat(`k`, ' (''')))",
  'INDEX(k,j.tags[0])',
])

/**
 * Definitions with lines of all kinds in any mixture, over the tables Subject, Session and ProbeType of the corpus; in 2.x
 * also without a key. Required references stand before nullable ones that share with them.
 */
export const randomDefinitions = (generation: Generation): fc.Arbitrary<string> =>
  fc
    .record({
      title: comments,
      hasKey: generation === '2.x' ? fc.integer({ min: 0, max: 9 }).map((digit) => digit > 0) : fc.constant(true),
      own: attributes('k', shared),
      keyReferences,
      secondary: attributes(
        's',
        fc.oneof(
          shared,
          shared.map(([type]): Typed => [type, 'null']),
          fc.tuple(fc.constantFrom(...onlyBelow[generation]), fc.constantFrom(null, 'null')),
        ),
      ),
      secondaryReferences,
      indexes,
      turns: fc.infiniteStream(fc.boolean()),
    })
    .map((parts) => {
      const turn = () => parts.turns.next().value === true
      const key = parts.hasKey ? ['k : int32', ...interleave(parts.own, parts.keyReferences, turn)] : []
      const others = [...parts.secondaryReferences, ...parts.indexes]
      const rest = [...(parts.hasKey ? [] : ['k : int8']), 'j : json', ...interleave(parts.secondary, others, turn)]
      return [parts.title, ...key, '---', ...rest].join('\n')
    })
    .filter(isOrdered)

function isOrdered(definition: string): boolean {
  const lines = definition.split('\n')
  const electrode = lines.indexOf('-> [nullable] ProbeType.Electrode')
  if (electrode !== -1 && lines.lastIndexOf('-> [unique] ProbeType') >= electrode && !lines.includes('-> ProbeType')) {
    return false
  }
  const session = lines.findIndex((line) => line.startsWith('-> [nullable, unique] Session'))
  const subject = lines.lastIndexOf('-> Subject')
  return session === -1 || subject === -1 || subject < session
}

function interleave(left: readonly string[], right: readonly string[], turn: () => boolean): readonly string[] {
  const [first, ...others] = left
  const [second, ...more] = right
  if (first === undefined) return right
  if (second === undefined) return left
  return turn() ? [first, ...interleave(others, right, turn)] : [second, ...interleave(left, more, turn)]
}
