import { describe, expect, test } from 'vitest'
import { readable, readableIn014 } from './testing/corpus.ts'
import { parseIndexItem } from './index-item.ts'
import { resolveDefinition } from './resolve-definition.ts'
import type { TableDeclaration } from './table-declaration.ts'
import { declare, references } from './testing/tables.ts'

const { Subject, Session, Setup } = references

/** `name: type`, with `?` where it may be null, `=` where it may be left out, `|` after the last of the key. */
function summarize({ heading }: TableDeclaration): readonly string[] {
  const lastOfKey = heading.findLastIndex(({ inKey }) => inKey)
  return heading.map(({ name, type, nullable, default: { kind } }, index) => {
    const mark = nullable ? '?' : kind === 'required' ? '' : '='
    return `${name}${mark}: ${type.text}${index === lastOfKey ? ' |' : ''}`
  })
}

const summarizeReadable = (definition: string): readonly string[] =>
  summarize(declare('Example', definition, references))

describe('a definition declares', () => {
  test('attributes with types, defaults and nullability, the key above the divider', () => {
    expect(summarize(Subject.declaration)).toEqual([
      'subject: varchar(8) |',
      'subject_uuid?: uuid',
      "sex: enum('M','F','U')",
      'dob: date',
      'cage=: char(2)',
    ])
    expect(Subject.declaration.comment).toBe('an animal')
    expect(Subject.declaration.heading.map(({ comment }) => comment)).toEqual(['nickname', '', '', '(YYYY-MM-DD)', ''])
  })

  test('the key of each reference, nullable where the reference is', () => {
    const insertion = declare('Insertion', readable.insertion, references)
    expect(summarize(insertion)).toEqual([
      'subject: varchar(8)',
      'session_datetime: datetime(3)',
      'insertion_number: int16 |',
      'probe_type: varchar(32)',
      'electrode?: int32',
    ])
    expect(insertion.foreignKeys).toEqual([
      {
        attributes: ['subject', 'session_datetime'],
        parent: { schema: 'lab', table: 'session' },
        parentAttributes: ['subject', 'session_datetime'],
        unique: false,
      },
      {
        attributes: ['probe_type'],
        parent: { schema: 'lab', table: '#probe_type' },
        parentAttributes: ['probe_type'],
        unique: false,
      },
      {
        attributes: ['probe_type', 'electrode'],
        parent: { schema: 'lab', table: '#probe_type__electrode' },
        parentAttributes: ['probe_type', 'electrode'],
        unique: false,
      },
    ])
  })

  test('the lineage of key attributes and references, of a part by its raw table name', () => {
    const insertion = declare('Insertion', readable.insertion, references)
    expect(insertion.heading.map(({ lineage }) => lineage)).toEqual([
      'lab.subject.subject',
      'lab.session.session_datetime',
      'lab.insertion.insertion_number',
      'lab.#probe_type.probe_type',
      'lab.#probe_type__electrode.electrode',
    ])
    expect(Subject.declaration.heading.map(({ lineage }) => lineage)).toEqual([
      'lab.subject.subject',
      null,
      null,
      null,
      null,
    ])
  })

  test('inherited comments', () => {
    expect(Session.declaration.heading[0]?.comment).toBe('nickname')
  })

  test('renamed references with their lineage, and indexes', () => {
    const breeding = declare('Breeding', readable.breeding, references)
    expect(summarize(breeding)).toEqual([
      'dam: varchar(8)',
      'litter: int8 |',
      'sire?: varchar(8)',
      'foster: varchar(8)',
    ])
    expect(breeding.heading[2]?.lineage).toBe('lab.subject.subject')
    expect(breeding.foreignKeys.map(({ attributes, unique }) => [attributes[0], unique])).toEqual([
      ['dam', false],
      ['sire', false],
      ['foster', true],
    ])
    expect(breeding.indexes).toEqual([
      { unique: false, attributes: ['litter', 'sire'] },
      { unique: true, attributes: ['litter'] },
    ])
  })

  test('every type, in canonical spelling', () => {
    expect(summarizeReadable(readable.everyType)).toEqual([
      'id: int64 |',
      'a: int8',
      'b: int16',
      'c: float64',
      'd: decimal(6,2)',
      'e: bool',
      'f: json',
      'g: bytes',
      'h: <blob>',
      'i: <blob@local>',
      'j: <attach@>',
      'k: datetime',
      'l: varchar(3)',
    ])
  })

  test('every type of a server, under its own name', () => {
    expect(summarizeReadable(readable.everyNativeType)).toEqual([
      'id: int unsigned |',
      'a: tinyint',
      'b: smallint unsigned',
      'c: mediumint',
      'd: int',
      'e: bigint',
      'f: tinyint(1)',
      'g: float unsigned',
      'h: double(8,3)',
      'i: double',
      'j: decimal(10,0)',
      'k: decimal(5,0) unsigned',
      'l: bool',
      'm: tinytext',
      'n: longtext',
      'o: timestamp(3)',
      'p: time',
      'q: time(6)',
      'r: year',
      's: <graph>',
    ])
  })

  test('every type in a table of 0.14, as that calls it', () => {
    const old = resolveDefinition({
      schema: 'lab',
      name: 'Old',
      tier: 'manual',
      generation: '0.14',
      definition: readableIn014.everyType,
      references: {},
    })
    expect(old.generation).toBe('0.14')
    expect(summarize(old)).toEqual([
      'id: int unsigned |',
      'a: longblob',
      'b: blob',
      'c: attach',
      'd: blob@raw',
      'e: attach@raw',
      'f: filepath@raw',
      'g: <graph>',
      'h: longblob',
      'i: blob@raw',
      'j: attach',
      'k: int',
      'l: double',
      'm: tinyint(1)',
      'n: uuid',
      'o: varchar(9)',
      'p: timestamp',
    ])
  })

  test('a table of one row, without a key', () => {
    expect(summarize(Setup.declaration)).toEqual(['rig: varchar(16)', 'screen_distance=: float32'])
    expect(Setup.declaration.heading.some(({ inKey }) => inKey)).toBe(false)
  })

  test('indexes on members of json attributes and on expressions', () => {
    expect(declare('Tuned', readable.functionalIndex).indexes).toEqual([
      { unique: false, attributes: ['settings.gain.left:decimal(5,2)', 'name'] },
      { unique: true, attributes: ['(lower(name))', 'settings.tags[0]'] },
      { unique: false, attributes: [`(concat(name, ', ('''))`] },
    ])
    expect(parseIndexItem('settings.gain.left:decimal(5,2)')).toEqual({
      kind: 'member',
      name: 'settings',
      path: '$.gain.left',
      type: 'decimal(5,2)',
    })
  })

  test('text with any characters', () => {
    const { heading, comment } = declare('Odd', readable.oddText)
    expect(comment).toBe('100 % of "it\'s": \\ ; -- /* `x` */ $1 ? :a')
    expect(heading.map(({ comment: text }) => text)).toEqual([
      'ends with a backslash \\',
      `"%d" 'q' \`b\``,
      '',
      '#: = ->',
    ])
    expect(heading[1]?.type.storage).toEqual({ kind: 'enum', values: ['%s "x" \\', "it's", '; --', '`'] })
    expect(heading.map(({ default: value }) => (value.kind === 'literal' ? value.value : null))).toEqual([
      null,
      '%s "x" \\',
      'C:\\data\\%USER%',
      `'""\``,
    ])
  })

  test('defaults in the canonical form of their types', () => {
    const { heading } = declare('Defaults', readable.defaults)
    expect(heading.slice(1).map(({ default: value }) => (value.kind === 'literal' ? value.value : value))).toEqual([
      5n,
      -1.5,
      1n,
      'a:b # c = d',
      "it's",
      'say "hi"',
      'red',
      '2024-02-29',
      { kind: 'current-timestamp', fraction: 0 },
      { kind: 'current-timestamp', fraction: 6 },
      { kind: 'null' },
      'null',
      '1.50',
      '-100:30:00.0',
      1999n,
      { kind: 'current-timestamp', fraction: 3 },
      4294967295n,
      "it's \\\\ so",
    ])
  })

  test('an enum of a hundred values', () => {
    const storage = declare('Hundred', readable.hundredValues).heading[1]?.type.storage
    expect(storage?.kind === 'enum' && [storage.values.length, storage.values[99]]).toEqual([100, 'item_99'])
  })

  test('what stands below the first line that begins with ---', () => {
    const { heading, comment } = declare('Divided', readable.dividerInComment)
    expect(comment).toBe('the divider --- is only at the beginning of a line')
    expect(heading.map(({ name, inKey, comment: text }) => [name, inKey, text])).toEqual([
      ['id', true, '--- not here'],
      ['more', true, 'nor: # here'],
      ['rest', false, ''],
      ['last', false, ''],
    ])
  })

  test('the same with the ends of lines of Windows', () => {
    expect(summarizeReadable(readable.windows)).toEqual(['id: int32 |', 'value: float32'])
  })

  test('attributes called index, and indexes in any case', () => {
    const { heading, indexes } = declare('Indexed', readable.index)
    expect(heading.map(({ name }) => name)).toEqual(['index_x', 'index'])
    expect(indexes).toEqual([{ unique: true, attributes: ['index'] }])
  })

  test('a key alone, and nothing by comments', () => {
    expect(summarizeReadable(readable.keyOnly)).toEqual(['id: uuid |'])
    expect(summarizeReadable(readable.noComment)).toEqual(['id: int32', 'subject: varchar(8) |'])
  })
})
