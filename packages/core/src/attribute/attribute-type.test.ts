import { describe, expect, test } from 'vitest'
import { parseAttributeType } from './attribute-type.ts'

describe('a type is read', () => {
  test.each([
    ['int8', { kind: 'integer', bits: 8 }],
    ['int64', { kind: 'integer', bits: 64 }],
    ['float32', { kind: 'float', bits: 32 }],
    ['bool', { kind: 'boolean' }],
    ['uuid', { kind: 'uuid' }],
    ['json', { kind: 'json' }],
    ['bytes', { kind: 'bytes' }],
    ['date', { kind: 'date' }],
    ['datetime', { kind: 'datetime', fraction: 0 }],
    ['datetime(6)', { kind: 'datetime', fraction: 6 }],
    ['char(4)', { kind: 'text', length: 4, fixed: true }],
    ['varchar(32)', { kind: 'text', length: 32, fixed: false }],
    ['decimal(5,2)', { kind: 'decimal', precision: 5, scale: 2 }],
    ["enum('a','b c','it''s')", { kind: 'enum', values: ['a', 'b c', "it's"] }],
    ['<blob>', { kind: 'bytes' }],
    ['<blob@>', { kind: 'json' }],
    ['<blob@raw-data_2>', { kind: 'json' }],
    ['<my_codec>', { kind: 'bytes' }],
  ])('%s', (text, storage) => {
    expect(parseAttributeType(text)).toMatchObject({ text, storage })
  })

  test('in any case and with space in it, and spelt canonically', () => {
    expect(parseAttributeType(' VARCHAR ( 8 ) ').text).toBe('varchar(8)')
    expect(parseAttributeType('Decimal(5, 2)').text).toBe('decimal(5,2)')
    expect(parseAttributeType(`ENUM( "a" , 'B' )`).text).toBe("enum('a','B')")
    expect(parseAttributeType('datetime(0)').text).toBe('datetime')
  })

  test('with its codec and store: none, the default one, or a named one', () => {
    expect(parseAttributeType('<blob>').codec).toEqual({ name: 'blob', store: null })
    expect(parseAttributeType('<blob@>').codec).toEqual({ name: 'blob', store: '' })
    expect(parseAttributeType('<blob@local>').codec).toEqual({ name: 'blob', store: 'local' })
    expect(parseAttributeType('bytes').codec).toBeNull()
  })
})

describe('a type of another language is refused with what to write instead', () => {
  test.each([
    ['int33', 'int8, int16, int32 or int64'],
    ['uint8', 'all signed'],
    ['int', 'int32'],
    ['int unsigned', 'int64'],
    ['tinyint unsigned', 'int16'],
    ['smallint', 'int16'],
    ['bigint(20)', 'int64'],
    ['float', 'float32'],
    ['double', 'float64'],
    ['decimal', 'decimal(p,s)'],
    ['boolean', 'bool'],
    ['timestamp', 'datetime'],
    ['longblob', '<blob>'],
    ['blob', '<blob>'],
    ['blob@raw', '<blob@store>'],
    ['attach', 'angle brackets'],
    ['filepath@raw', 'angle brackets'],
    ['text', 'varchar(n)'],
    ['string', 'varchar(n)'],
    ['varchar', 'varchar(n)'],
    ['nonsense', 'The types are int8'],
    ['', 'The types are int8'],
  ])('%s', (text, advice) => {
    expect(() => parseAttributeType(text)).toThrow(
      expect.objectContaining({ code: 'unknown-type', text, advice: expect.stringContaining(advice) }),
    )
  })

  test.each([
    'varchar(0)',
    'char(256)',
    'decimal(5,6)',
    'decimal(66,0)',
    'datetime(7)',
    '<blob@Raw>',
    '<>',
    '< blob >',
  ])('%s cannot be', (text) => {
    expect(() => parseAttributeType(text)).toThrow(expect.objectContaining({ code: 'bad-type', text }))
  })

  test.each([
    'enum()',
    "enum('a'",
    "enum('a',)",
    "enum('a' 'b')",
    "enum('a','a')",
    "enum('a ')",
    "enum('a') x",
    'enum(a)',
  ])('%s cannot be read', (text) => {
    expect(() => parseAttributeType(text)).toThrow(expect.objectContaining({ code: 'bad-enum', text }))
  })
})
