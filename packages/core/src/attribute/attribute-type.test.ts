import { describe, expect, test } from 'vitest'
import { parseAttributeType } from './attribute-type.ts'
import { readMarker } from './marker.ts'
import { serves, type Storage } from './storage.ts'

describe('a type is read', () => {
  test.each([
    ['int8', { kind: 'integer', bits: 8 }],
    ['int64', { kind: 'integer', bits: 64 }],
    ['tinyint', { kind: 'integer', bits: 8 }],
    ['tinyint(1)', { kind: 'boolean', width: 1 }],
    ['tinyint unsigned', { kind: 'integer', bits: 8, unsigned: true }],
    ['mediumint', { kind: 'integer', bits: 24 }],
    ['int unsigned', { kind: 'integer', bits: 32, unsigned: true }],
    ['bigint', { kind: 'integer', bits: 64 }],
    ['float32', { kind: 'float', bits: 32 }],
    ['float', { kind: 'float', bits: 32 }],
    ['double', { kind: 'float', bits: 64 }],
    ['double unsigned', { kind: 'float', bits: 64, unsigned: true }],
    ['float(7,3)', { kind: 'float', bits: 32, precision: 7, scale: 3 }],
    ['bool', { kind: 'boolean' }],
    ['uuid', { kind: 'uuid' }],
    ['json', { kind: 'json' }],
    ['bytes', { kind: 'bytes' }],
    ['date', { kind: 'date' }],
    ['datetime', { kind: 'datetime', fraction: 0 }],
    ['datetime(6)', { kind: 'datetime', fraction: 6 }],
    ['timestamp', { kind: 'datetime', fraction: 0, timestamp: true }],
    ['timestamp(3)', { kind: 'datetime', fraction: 3, timestamp: true }],
    ['time', { kind: 'time', fraction: 0 }],
    ['time(6)', { kind: 'time', fraction: 6 }],
    ['year', { kind: 'year' }],
    ['char(4)', { kind: 'text', length: 4, form: 'char' }],
    ['varchar(32)', { kind: 'text', length: 32, form: 'varchar' }],
    ['tinytext', { kind: 'text', length: 255, form: 'text' }],
    ['longtext', { kind: 'text', length: 4_294_967_295, form: 'text' }],
    ['decimal(5,2)', { kind: 'decimal', precision: 5, scale: 2 }],
    ['decimal(5,2) unsigned', { kind: 'decimal', precision: 5, scale: 2, unsigned: true }],
    ["enum('a','b c','it''s')", { kind: 'enum', values: ['a', 'b c', "it's"] }],
    ['<blob>', { kind: 'bytes' }],
    ['<blob@>', { kind: 'json' }],
    ['<blob@raw-data_2>', { kind: 'json' }],
    ['<my_codec>', { kind: 'bytes' }],
  ])('%s', (text, storage) => {
    expect(parseAttributeType(text)).toMatchObject({ text, storage })
  })

  test.each([
    ['integer', 'int'],
    ['int(11)', 'int'],
    ['BigInt(20) Unsigned', 'bigint unsigned'],
    ['tinyint(4)', 'tinyint'],
    ['real', 'double'],
    ['float(24)', 'float'],
    ['float(25)', 'double'],
    ['numeric(5,2)', 'decimal(5,2)'],
    ['decimal', 'decimal(10,0)'],
    ['decimal(5)', 'decimal(5,0)'],
    ['boolean', 'bool'],
    ['timestamp(0)', 'timestamp'],
    ['year(4)', 'year'],
    ['INT32', 'int32'],
    ['LongText', 'longtext'],
  ])('%s, which is %s', (text, spelling) => {
    expect(parseAttributeType(text).text).toBe(spelling)
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
    ['int32(4)', 'int8, int16, int32 or int64'],
    ['uint8', 'tinyint unsigned'],
    ['int24', 'mediumint'],
    ['serial', 'give each row its number'],
    ['int unsigned auto_increment', 'give each row its number'],
    ['int(4) zerofill', 'without zerofill'],
    ['string', 'varchar(n)'],
    ['varchar', 'varchar(n)'],
    ['binary(16)', 'bytes, or uuid'],
    ["set('a','b')", 'one bool for each member'],
    ['filepath', '<filepath@store>'],
    ['bool(1)', 'The types are int8'],
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
    'time(7)',
    'date(3)',
    'float(3,4)',
    'double(54)',
    'decimal(0)',
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

describe('a type of the other generation', () => {
  test.each([
    ['longblob', '<blob> for arrays and objects, or bytes'],
    ['blob', '<blob>'],
    ['TinyBlob', '<blob>'],
    ['attach', '<attach>'],
    ['blob@raw', '<blob@raw>'],
    ['attach@raw', '<attach@raw>'],
    ['filepath@raw', '<filepath@raw>'],
  ])('%s is refused in 2.x, where it would be read in two ways', (text, advice) => {
    expect(() => parseAttributeType(text)).toThrow(
      expect.objectContaining({ code: 'other-generation', advice: expect.stringContaining(advice) }),
    )
  })

  test.each([
    ['int8', 'tinyint', { kind: 'integer', bits: 8 }, null],
    ['int32', 'int', { kind: 'integer', bits: 32 }, null],
    ['int64', 'bigint', { kind: 'integer', bits: 64 }, null],
    ['float32', 'float', { kind: 'float', bits: 32 }, null],
    ['float64', 'double', { kind: 'float', bits: 64 }, null],
    ['bool', 'tinyint(1)', { kind: 'boolean', width: 1 }, null],
    ['boolean', 'tinyint(1)', { kind: 'boolean', width: 1 }, null],
    ['uuid', 'uuid', { kind: 'uuid' }, null],
    ['varchar(9)', 'varchar(9)', { kind: 'text', length: 9, form: 'varchar' }, null],
    ['<blob>', 'longblob', { kind: 'bytes', length: 4_294_967_295 }, { name: 'blob', store: null }],
    ['blob', 'blob', { kind: 'bytes', length: 65_535 }, { name: 'blob', store: null }],
    ['<attach>', 'attach', { kind: 'bytes' }, { name: 'attach', store: null }],
    ['<blob@raw>', 'blob@raw', { kind: 'uuid' }, { name: 'external-blob', store: 'raw' }],
    ['attach@raw', 'attach@raw', { kind: 'uuid' }, { name: 'external-attach', store: 'raw' }],
    ['<filepath@raw>', 'filepath@raw', { kind: 'uuid' }, { name: 'external-filepath', store: 'raw' }],
    ['<graph>', '<graph>', { kind: 'bytes' }, { name: 'graph', store: null }],
  ])('%s is %s in 0.14', (text, spelling, storage, codec) => {
    expect(parseAttributeType(text, '0.14')).toEqual({ text: spelling, storage, codec })
  })

  test.each(['bytes', '<hash@raw>', '<npy@raw>', '<hash@>'])('%s is refused in 0.14', (text) => {
    expect(() => parseAttributeType(text, '0.14')).toThrow(expect.objectContaining({ code: 'other-generation', text }))
  })
})

describe('a marker names the type of its column', () => {
  const column = (storage: Storage) => ({ text: 'column', storage, codec: null })
  const binary = column({ kind: 'uuid' })
  const json = column({ kind: 'json' })
  const blob = column({ kind: 'bytes' })

  test.each([
    ['int32', column({ kind: 'integer', bits: 32 }), 'int32'],
    ['uint32', column({ kind: 'integer', bits: 32, unsigned: true }), 'int unsigned'],
    ['int24', column({ kind: 'integer', bits: 24 }), 'mediumint'],
    ['blob@raw', binary, 'blob@raw'],
    ['blob@raw', json, '<blob@raw>'],
    ['attach@raw', column({ kind: 'text', length: 2 ** 32 - 1, form: 'text' }), '<attach@raw>'],
    ['attach', blob, 'attach'],
    ['<blob>', blob, '<blob>'],
    ['uuid', binary, 'uuid'],
  ])('%s', (marker, native, text) => {
    expect(readMarker(marker, native)?.text).toBe(text)
  })

  test('an adapter or codec keeps its values in the column that it has', () => {
    const native = column({ kind: 'text', length: 9, form: 'varchar' })
    expect(readMarker('<graph>', native)).toEqual({
      text: '<graph>',
      storage: { kind: 'text', length: 9, form: 'varchar' },
      codec: { name: 'graph', store: null },
      keptAs: native.text,
    })
    expect(readMarker('<blob@raw>', column({ kind: 'text', length: 1e9, form: 'text' }))?.storage).toEqual({
      kind: 'json',
    })
  })

  test('none that this language has leaves the column to itself', () => {
    expect(readMarker('external-raw', binary)).toBeNull()
    expect(readMarker('polygon', blob)).toBeNull()
  })
})

describe('a column serves a definition', () => {
  const storageOf = (text: string) => parseAttributeType(text).storage
  test.each([
    ['int', 'int32'],
    ['tinyint(1)', 'bool'],
    ['tinyint unsigned', 'int16'],
    ['int unsigned', 'int64'],
    ['mediumint', 'int32'],
    ['timestamp(3)', 'datetime(3)'],
    ['year', 'int16'],
    ['double unsigned', 'float64'],
  ])('%s where it says %s', (stored, defined) => {
    expect(serves(storageOf(stored), storageOf(defined))).toBe(true)
  })

  test.each([
    ['int32', 'int unsigned'],
    ['tinyint unsigned', 'int8'],
    ['int64', 'int32'],
    ['datetime', 'datetime(3)'],
    ['float32', 'float64'],
    ['varchar(9)', 'char(9)'],
    ['tinyint', 'bool'],
  ])('%s not where it says %s', (stored, defined) => {
    expect(serves(storageOf(stored), storageOf(defined))).toBe(false)
  })
})
