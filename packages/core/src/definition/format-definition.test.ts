import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readable, readableIn014 } from './testing/corpus.ts'
import { formatDefinition } from './format-definition.ts'
import { resolveDefinition } from './resolve-definition.ts'
import type { TableDeclaration, TableName } from './table-declaration.ts'
import { typeName } from './table-name.ts'
import { randomDefinitions } from './testing/random-definition.ts'
import { declare, references } from './testing/tables.ts'

const { Subject, ProbeType } = references
const declareOld = (definition: string): TableDeclaration =>
  resolveDefinition({ schema: 'lab', name: 'Old', tier: 'manual', generation: '0.14', definition, references })
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
    expect(formatDefinition(ProbeType.Electrode.declaration, nameOf).split('\n')[0]).toBe('-> master')
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

  test('every type of 0.14', () => {
    const declaration = declareOld(readableIn014.everyType)
    expect(declareOld(formatDefinition(declaration, nameOf))).toEqual(declaration)
  })

  test('in a part, with its master and its siblings by the name that it has for them', () => {
    const master = ProbeType
    const definition = '-> master\n-> master.Electrode.proj(other="electrode")\nn : int8\n---\n-> master.Electrode'
    const declaration = declare('Pair', definition, {}, 'part', master)
    const text = formatDefinition(declaration, nameOf)
    expect(text.split('\n')[1]).toBe("-> master.Electrode.proj(other='electrode')")
    expect(declare('Pair', text, {}, 'part', master)).toEqual(declaration)
    expect(declare('Pair', text.replaceAll('master', 'ProbeType'), {}, 'part', master)).toEqual(declaration)
  })

  test('whatever the definition', () => {
    fc.assert(
      fc.property(randomDefinitions('2.x'), (definition) => {
        const declaration = declare('Example', definition, references)
        expect(declare('Example', formatDefinition(declaration, nameOf), references)).toEqual(declaration)
      }),
      { numRuns: 300 },
    )
  })

  test('whatever the definition of 0.14', () => {
    fc.assert(
      fc.property(randomDefinitions('0.14'), (definition) => {
        const declaration = declareOld(definition)
        expect(declareOld(formatDefinition(declaration, nameOf))).toEqual(declaration)
      }),
      { numRuns: 300 },
    )
  })

  test('the raw bytes of a column that no definition made, as bytes', () => {
    const { heading, ...rest } = declare('Foreign', 'id : int8\n---\nx : bytes')
    const native = heading.map((one) => (one.inKey ? one : { ...one, type: { ...one.type, text: 'mediumblob' } }))
    expect(formatDefinition({ ...rest, heading: native }, nameOf)).toBe('id : int8\n---\nx : bytes')
  })
})
