import { describe, expect, test } from 'vitest'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import { formatColumnComment, parseColumnComment } from './column-comment.ts'

const table = { name: { schema: 'lab', table: 'subject' }, generation: '2.x' } as const
const old = { ...table, generation: '0.14' } as const
const attribute = (type: string, lineage: string | null = null) => ({
  name: 'dob',
  type: parseAttributeType(type),
  comment: 'when: born',
  lineage,
})

describe('a column comment', () => {
  test.each(['int16', 'varchar(32)', "enum('a','b')", '<blob@local>', 'uuid'])('tells the declared type %s', (type) => {
    const text = formatColumnComment(attribute(type), table)
    expect(text).toBe(`:${type}:when: born`)
    expect(parseColumnComment(text)).toEqual({ type, comment: 'when: born' })
  })

  test('of another client may tell an enum whose values hold colons', () => {
    const type = "enum('a:b','it''s: c')"
    expect(parseColumnComment(`:${type}:when: born`)).toEqual({ type, comment: 'when: born' })
  })

  test('tells no type of an inherited attribute, except uuid', () => {
    expect(formatColumnComment(attribute('int16', 'lab.litter.dob'), table)).toBe('when: born')
    expect(formatColumnComment(attribute('uuid', 'lab.litter.dob'), table)).toBe(':uuid:when: born')
    expect(formatColumnComment(attribute('int16', 'lab.subject.dob'), table)).toBe(':int16:when: born')
  })

  test.each(['int', 'timestamp(3)', 'mediumtext', 'bigint unsigned'])(
    'tells nothing of %s, a type of the server',
    (type) => {
      expect(formatColumnComment(attribute(type), table)).toBe('when: born')
    },
  )

  test('tells in 0.14 only what the column does not', () => {
    const comments = ['uuid', 'attach', 'blob@raw', '<graph>', 'int32', 'varchar(9)', 'longblob'].map((type) =>
      formatColumnComment({ ...attribute('date'), type: parseAttributeType(type, '0.14') }, old),
    )
    expect(comments.slice(0, 4)).toEqual([
      ':uuid:when: born',
      ':attach:when: born',
      ':blob@raw:when: born',
      ':<graph>:when: born',
    ])
    expect(comments.slice(4)).toEqual(['when: born', 'when: born', 'when: born'])
  })

  test('leaves the type of a long enum to its column', () => {
    const values = Array.from({ length: 100 }, (_, index) => `'value ${index}'`)
    const long = attribute(`enum(${values.join(',')})`)
    expect(formatColumnComment(long, table)).toBe('when: born')
    expect(formatColumnComment(long, table, Infinity)).toHaveLength(long.type.text.length + 12)
  })

  test('without a marker is all comment', () => {
    expect(parseColumnComment('plain')).toEqual({ type: null, comment: 'plain' })
    expect(parseColumnComment(':uuid:')).toEqual({ type: 'uuid', comment: '' })
    expect(parseColumnComment('')).toEqual({ type: null, comment: '' })
  })
})
