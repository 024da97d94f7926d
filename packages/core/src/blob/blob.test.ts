import { createHash } from 'node:crypto'
import { booleans, type DType, isNdArray, ndarray } from '@neurojoint/arrays'
import { describe, expect, test } from 'vitest'
import {
  Complex,
  ComplexArray,
  DateTime,
  DateTimeArray,
  Decimal,
  Float,
  MatlabCell,
  MatlabChars,
  MatlabStruct,
  ObjectArray,
  RecordArray,
  type RecordColumn,
  SparseMatrix,
  Tuple,
  Uuid,
} from './blob-value.ts'
import { packBlob, unpackBlob } from './blob.ts'
import { packPayload } from './pack.ts'
import { unpackPayload } from './unpack.ts'

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytesOf = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex')

/** A u64 below 256. */
const n = (value: number) => `${value.toString(16).padStart(2, '0')}00000000000000`
const mym = '6d596d00'
const dj0 = '646a3000'
const [one, two, half5] = ['000000000000f03f', '0000000000000040', '000000000000f83f']

describe('the worked examples of the format', () => {
  const examples: [string, unknown, string][] = [
    ['null', null, `${dj0} ff`],
    ['true', true, `${dj0} 0b01`],
    ['1', 1, `${dj0} 0a 0100 01`],
    ['-129', -129, `${dj0} 0a 0200 7fff`],
    ['1.5', 1.5, `${dj0} 0d ${half5}`],
    ['"é"', 'é', `${dj0} 05 ${n(2)} c3a9`],
    ['bytes', new Uint8Array([1, 2]), `${dj0} 06 ${n(2)} 0102`],
    ['[1]', [1], `${dj0} 02 ${n(1)} ${n(4)} 0a 0100 01`],
    ['(1, "a")', new Tuple([1, 'a']), `${dj0} 01 ${n(2)} ${n(4)} 0a 0100 01 ${n(10)} 05 ${n(1)} 61`],
    ['{"a": 1}', { a: 1 }, `${dj0} 04 ${n(1)} ${n(10)} 05 ${n(1)} 61 ${n(4)} 0a 0100 01`],
    ['a date', new DateTime('2024-01-15'), `${dj0} 74 f3d63401 ffffffffffffffff`],
    ['a datetime', new DateTime('2024-01-15T10:30:00.000005'), `${dj0} 74 f3d63401 054647fb17000000`],
    ['a decimal', new Decimal('1.50'), `${dj0} 64 ${n(4)} 312e3530`],
    ['a UUID', new Uuid('00000000-0000-0000-0000-000000000005'), `${dj0} 75 ${'00'.repeat(15)} 05`],
    [
      'float64 [1, 2]',
      ndarray(new Float64Array([1, 2]), [2], 'F'),
      `${mym} 41 ${n(1)} ${n(2)} 06000000 00000000 ${one} ${two}`,
    ],
    [
      'int32 [[1, 2], [3, 4]]',
      ndarray(new Int32Array([1, 3, 2, 4]), [2, 2], 'F'),
      `${mym} 41 ${n(2)} ${n(2)} ${n(2)} 0c000000 00000000 01000000 03000000 02000000 04000000`,
    ],
    ['bool [true, false]', booleans([true, false], [2], 'F'), `${mym} 41 ${n(1)} ${n(2)} 03000000 00000000 0100`],
    ['0 x 3 float64', ndarray(new Float64Array(0), [0, 3], 'F'), `${mym} 41 ${n(2)} ${n(0)} ${n(3)} 06000000 00000000`],
    ['a single float64', ndarray(new Float64Array([1]), [], 'F'), `${dj0} 41 ${n(0)} 06000000 00000000 ${one}`],
    [
      'an array of text',
      new ObjectArray([2], ['ab', 'c']),
      `${dj0} 41 ${n(1)} ${n(2)} 05000000 00000000 ${n(11)} 05 ${n(2)} 6162 ${n(10)} 05 ${n(1)} 63`,
    ],
    [
      'a struct of MATLAB with x = 1',
      new MatlabStruct([1], new Map([['x', [ndarray(new Float64Array([1]), [1, 1], 'F')]]])),
      `${mym} 53 ${n(1)} ${n(1)} 01000000 7800 ${n(0x29)} 41 ${n(2)} ${n(1)} ${n(1)} 06000000 00000000 ${one}`,
    ],
    ['a complex number', new Complex(1, 2), `${dj0} 0c ${one} ${two}`],
    [
      'complex128 [1 + 2i]',
      new ComplexArray(ndarray(new Float64Array([1]), [1], 'F'), ndarray(new Float64Array([2]), [1], 'F')),
      `${mym} 41 ${n(1)} ${n(1)} 06000000 01000000 ${one} ${two}`,
    ],
    [
      'datetime64[D] 2024-01-15',
      new DateTimeArray('D', ndarray(new BigInt64Array([19_737n]), [1], 'F')),
      `${dj0} 41 ${n(1)} ${n(1)} 03000100 00000000 194d000000000000`,
    ],
    [
      'records of a and b',
      new RecordArray(
        new Map<string, RecordColumn>([
          ['a', ndarray(new Int32Array([1]), [1], 'F')],
          ['b', ndarray(new Float64Array([2]), [1], 'F')],
        ]),
      ),
      `${dj0} 46 02000000 6100 6200 41 ${n(1)} ${n(1)} 0c000000 00000000 01000000
        41 ${n(1)} ${n(1)} 06000000 00000000 ${two}`.replaceAll(/\s/g, ''),
    ],
    [
      'a sparse matrix',
      new SparseMatrix([2, 2], Uint32Array.of(0, 0, 1), Uint32Array.of(1), ndarray(new Float64Array([1]), [1], 'F')),
      `${mym} 50 ${n(2)} ${n(2)} ${n(1)} 06000000 00000000 ${n(0)} ${n(0)} ${n(1)} ${n(1)} ${one}`,
    ],
    ['a cell of MATLAB', new MatlabCell([0, 0], []), `${mym} 43 ${n(2)} ${n(0)} ${n(0)}`],
  ]

  test.each(examples)('%s is packed and read', (_, value, hex) => {
    expect(hexOf(packPayload(value))).toBe(hex.replaceAll(' ', ''))
    expect(unpackPayload(bytesOf(hex))).toEqual(value)
  })

  const hello = `${mym} 41 ${n(2)} ${n(1)} ${n(5)} 04000000 00000000 68 00 65 00 6c 00 6c 00 6f 00`
  test('text of MATLAB is read as a string, and written by its class', () => {
    expect(unpackPayload(bytesOf(hello))).toBe('hello')
    expect(hexOf(packPayload(new MatlabChars([1, 5], 'hello')))).toBe(hello.replaceAll(' ', ''))
  })

  test('a whole float is a number, and written by its class', () => {
    expect(unpackPayload(bytesOf(`${dj0} 0d ${one}`))).toBe(1)
    expect(hexOf(packPayload(new Float(1)))).toBe(`${dj0}0d${one}`)
  })
})

describe('read without loss', () => {
  const lossless = (hex: string) => unpackBlob(bytesOf(hex), { lossless: true })

  test('floats, dicts and text of MATLAB are by their class', async () => {
    expect(await lossless(`${dj0} 0d ${one}`)).toEqual(new Float(1))
    expect(await lossless(`${dj0} 04 ${n(1)} ${n(10)} 05 ${n(1)} 31 ${n(1)} ff`)).toEqual(new Map([['1', null]]))
    expect(await lossless(`${mym} 41 ${n(2)} ${n(1)} ${n(1)} 04000000 00000000 68 00`)).toEqual(
      new MatlabChars([1, 1], 'h'),
    )
  })

  test.each([
    ['an integer longer than it need be', `${dj0} 0a 0200 0100`, 5],
    ['dj0 for what MATLAB could read', `${dj0} 41 ${n(1)} ${n(0)} 06000000 00000000`, 0],
    ['one key twice', `${dj0} 04 ${n(2)} ${n(1)} ff ${n(1)} ff ${n(1)} ff ${n(2)} 0b 01`, 5],
  ])('%s is refused, and read otherwise', async (_, hex, offset) => {
    await expect(lossless(hex)).rejects.toMatchObject({ code: 'inexact-blob', offset })
    await unpackBlob(bytesOf(hex))
  })
})

describe('packing', () => {
  test('an array in C order is written in Fortran order', () => {
    const written = ndarray(new Int32Array([1, 2, 3, 4]), [2, 2])
    expect(unpackPayload(packPayload(written))).toEqual(ndarray(new Int32Array([1, 3, 2, 4]), [2, 2], 'F'))
  })

  test('a bare typed array becomes an array, except that a Uint8Array becomes bytes', () => {
    expect(unpackPayload(packPayload(new Float32Array([1])))).toEqual(ndarray(new Float32Array([1]), [1], 'F'))
    expect(unpackPayload(packPayload(Buffer.from([1, 2])))).toEqual(new Uint8Array([1, 2]))
    expect(isNdArray(unpackPayload(packPayload(ndarray(new Uint8Array(1)))), 'uint8')).toBe(true)
  })

  test('integers beyond 2^53 are read as bigint, and -0 stays what it is', () => {
    expect(unpackPayload(packPayload(2n ** 80n))).toBe(2n ** 80n)
    expect(unpackPayload(packPayload(5n))).toBe(5)
    expect(unpackPayload(packPayload(-0))).toBe(-0)
    expect(unpackPayload(packPayload(2 ** 60))).toBe(2 ** 60)
  })

  test('a dict with other keys than text is a Map, and __proto__ is a key like any other', () => {
    const map = new Map<unknown, unknown>([
      [1, 'one'],
      [new Tuple([1]), 2],
    ])
    expect(unpackPayload(packPayload(map))).toEqual(map)
    const named: unknown = JSON.parse('{"__proto__": 1, "": 2}')
    expect(unpackPayload(packPayload(named))).toEqual(named)
    expect(Object.keys(Object(unpackPayload(packPayload(named))))).toEqual(['__proto__', ''])
  })

  test('a plain object that looks like one of our classes stays a dict', () => {
    const dict = { kind: 'tuple', items: [1] }
    expect(unpackPayload(packPayload(dict))).toEqual(dict)
  })

  const records = (...columns: readonly Int8Array[]) =>
    new RecordArray(new Map(columns.map((column, index) => [String(index), ndarray(column)])))
  const sparse = (starts: readonly number[], rows: readonly number[]) =>
    new SparseMatrix([1, 1], Uint32Array.from(starts), Uint32Array.from(rows), ndarray(new Float64Array(rows.length)))
  const itself: unknown[] = []
  itself.push(itself)
  test.each<[string, unknown, string]>([
    ['undefined', { trials: [{ time: undefined }] }, 'value.trials[0].time'],
    ['a hole', Array(2), 'value[0]'],
    ['a function', { f: () => 1 }, 'value.f'],
    ['a Date', [new Date(0)], 'value[0]'],
    ['an object of a class', new URL('https://example.org'), 'value'],
    ['half a surrogate pair', { text: '\ud800' }, 'value.text'],
    ['a DataView', new DataView(new ArrayBuffer(1)), 'value'],
    ['an integer of more than 65,535 bytes', [2n ** (8n * 70_000n)], 'value[0]'],
    ['a time that is none', new DateTime('2024-02-30'), 'value'],
    ['a UUID that is none', new Uuid('5'), 'value'],
    ['items that do not fill the shape', new MatlabCell([2, 2], [1]), 'value'],
    ['something without a place in a tuple', new Tuple([1, undefined]), 'value.items[1]'],
    ['something without a place in a struct', new MatlabStruct([1], new Map([['x', [() => 1]]])), 'value.x[0]'],
    ['a shape that is none', new ObjectArray([-1, -1], [1]), 'value'],
    ['a decimal that is none', [new Decimal('1,5')], 'value[0]'],
    ['float16', [new Float16Array(1)], 'value[0]'],
    [
      'an array of another dtype',
      { a: { kind: 'ndarray', dtype: 'float16', shape: [1], order: 'C', data: [1] } },
      'value.a',
    ],
    ['a NUL in the name of a field', new MatlabStruct([0], new Map([['a\0b', []]])), 'value'],
    ['complex booleans', new ComplexArray<DType>(booleans([true]), booleans([true])), 'value'],
    ['parts of two shapes', new ComplexArray(ndarray(new Int8Array(1)), ndarray(new Int8Array(2))), 'value'],
    ['columns of two shapes', records(new Int8Array(1), new Int8Array(2)), 'value'],
    ['a sparse matrix with a row outside', sparse([0, 1], [1]), 'value'],
    ['a sparse matrix with too many values', sparse([0, 1], [0, 0]), 'value'],
    ['a sparse matrix with columns that overlap', sparse([1, 1], [0]), 'value'],
  ])('%s is refused with its path', (_, value, path) => {
    expect(() => packPayload(value)).toThrow(expect.objectContaining({ code: 'unpackable-value', path }))
  })

  test('a value that holds itself is refused', () => {
    expect(() => packPayload(itself)).toThrow(/400 values inside one another/)
  })
})

test.each([{ loseless: true }, { countBits: 16 }, { lossless: 'yes' }])('unpackBlob() refuses %o', async (options) => {
  // @ts-expect-error from JavaScript
  await expect(unpackBlob(packPayload(1), options)).rejects.toMatchObject({ code: 'invalid-call' })
})

describe('the envelope', () => {
  test('zeros are compressed, and say how long they were', async () => {
    const blob = await packBlob(new Float64Array(1000))
    expect(hexOf(blob.subarray(0, 14))).toBe('5a4c313233005d1f000000000000')
    expect(await unpackBlob(blob)).toEqual(ndarray(new Float64Array(1000), [1000], 'F'))
  })

  test('a payload of 1000 bytes is left alone, and so is one that would hardly shrink', async () => {
    const small = await packBlob(new Int8Array(971))
    expect(small).toHaveLength(1000)
    expect(hexOf(small.subarray(0, 4))).toBe(mym)
    expect(hexOf((await packBlob(new Int8Array(972))).subarray(0, 5))).toBe('5a4c313233')
    // with 240 values for 256, no code saves more than 1.2 %
    const noise = Int8Array.from(
      { length: 5000 },
      (_, i) => createHash('md5').update(String(i)).digest().readUInt32LE() % 240,
    )
    expect(hexOf((await packBlob(noise)).subarray(0, 4))).toBe(mym)
  })

  test.each([
    ['another length than promised', `5a4c31323300 ${n(9)} 789c4b 4a4e 01 00 024c 0126`],
    ['more than zlib could ever make', `5a4c31323300 ffffffffffff0000 789c0300 00000001`],
    ['no room for the length', '5a4c31323300 0000'],
    ['no zlib stream', `5a4c31323300 ${n(9)} 00112233445566778899`],
  ])('a compressed blob with %s is refused', async (_, hex) => {
    await expect(unpackBlob(bytesOf(hex))).rejects.toMatchObject({ code: 'invalid-blob' })
  })
})

describe('bytes that are not a blob', () => {
  test.each([
    ['nothing', '', 0],
    ['another protocol', '00000000 ff', 0],
    ['no value', dj0, 4],
    ['an unknown type code', `${dj0} 99`, 4],
    ['bytes after the value', `${dj0} ff 00`, 5],
    ['a text that is cut off', `${dj0} 05 ${n(3)} 61`, 5],
    ['a text that is not UTF-8', `${dj0} 05 ${n(1)} ff`, 13],
    ['a length of 2^63', `${dj0} 05 0000000000000080`, 5],
    ['more items than bytes', `${dj0} 02 ffffffffff000000`, 5],
    ['more axes than bytes', `${mym} 41 ffffffffff000000`, 5],
    ['more elements than bytes', `${mym} 41 ${n(1)} ffffffffff000000 06000000 00000000`, 29],
    ['axes whose product overflows', `${mym} 41 ${n(3)} ${'ffffffffffff1f00'.repeat(3)} 06000000 00000000`, 45],
    ['an unknown class of array', `${mym} 41 ${n(1)} ${n(0)} 63000000 00000000`, 4],
    ['an item shorter than it says', `${dj0} 02 ${n(1)} ${n(2)} ff 00`, 22],
    ['an item longer than it says', `${dj0} 02 ${n(1)} ${n(1)} 0b 01`, 21 + 1],
    ['an integer of no bytes', `${dj0} 0a 0000`, 4],
    ['the 31st of February', `${dj0} 74 037835 01 ffffffffffffffff`, 4],
    ['more fields than bytes', `${mym} 53 ${n(1)} ${n(1)} ffffff00`, 21],
    ['a complex array without room for the imaginary parts', `${mym} 41 ${n(1)} ${n(1)} 06000000 01000000 ${one}`, 29],
    ['complex booleans', `${mym} 41 ${n(1)} ${n(1)} 03000000 01000000 0101`, 4],
    ['complex text', `${mym} 41 ${n(1)} ${n(1)} 04000000 01000000 61006200`, 4],
    ['the decimal x', `${dj0} 64 ${n(1)} 78`, 4],
    ['a column that is no array', `${dj0} 46 01000000 6100 ff`, 11],
    [
      'columns of two lengths',
      `${dj0} 46 02000000 6100 6200 41 ${n(1)} ${n(0)} 08000000 00000000 41 ${n(1)} ${n(1)} 08000000 00000000 01`,
      4,
    ],
    [
      'a sparse matrix of more columns than bytes',
      `${mym} 50 ${n(1)} ffffffffff000000 ${n(1)} 06000000 00000000 00`,
      37,
    ],
    [
      'a sparse matrix with a value outside',
      `${mym} 50 ${n(1)} ${n(1)} ${n(1)} 08000000 00000000 ${n(0)} ${n(1)} ${n(1)} 01`,
      4,
    ],
    [
      'a sparse matrix whose columns overlap',
      `${mym} 50 ${n(1)} ${n(1)} ${n(1)} 08000000 00000000 ${n(1)} ${n(1)} ${n(0)} 01`,
      4,
    ],
    ['two fields of one name', `${mym} 53 ${n(1)} ${n(1)} 02000000 6100 6100`, 21],
  ])('%s is refused at the place', (_, hex, offset) => {
    expect(() => unpackPayload(bytesOf(hex))).toThrow(expect.objectContaining({ code: 'invalid-blob', offset }))
  })

  test('a struct without fields takes no time, however many elements it has', () => {
    const hex = `${mym} 53 ${n(1)} ffffffffffff0000 00000000`
    expect(unpackPayload(bytesOf(hex))).toEqual(new MatlabStruct([2 ** 48 - 1], new Map()))
  })

  test('records inside one another without end are refused', () => {
    const hex = `${dj0} ${'46 01000000 6100'.repeat(500)}`
    expect(() => unpackPayload(bytesOf(hex))).toThrow(/400 values inside one another/)
  })

  test('values inside one another without end are refused', () => {
    let hex = 'ff'
    for (let depth = 0; depth < 500; depth++) {
      hex = `02${n(1)}${Buffer.from(new BigUint64Array([BigInt(hex.length / 2)]).buffer).toString('hex')}${hex}`
    }
    expect(() => unpackPayload(bytesOf(dj0 + hex))).toThrow(/400 values inside one another/)
  })
})
