import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { at, booleans, dtypes, formatNpy, ndarray, openNpy, parseNpy, readNpy, toNumbers, writeNpy } from './index.ts'

const fixture = (name: string) => join(import.meta.dirname, '../../../fixtures/npy', `${name}.npy`)

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-npy-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

describe('readNpy', () => {
  test.each(dtypes)('reads %s in C order, Fortran order and big-endian', async (dtype) => {
    const expected = dtype === 'bool' ? [0, 1, 0, 1, 0, 1] : [0, 1, 2, 3, 4, 5]
    for (const [name, order] of [
      ['c', 'C'],
      ['f', 'F'],
      ['big-endian', 'C'],
    ] as const) {
      const array = await readNpy(fixture(`${name}-${dtype}`))
      expect(array).toMatchObject({ dtype, order, shape: [2, 3] })
      expect(toNumbers(array)).toEqual(expected)
    }
  })

  test.each(['version-2', 'version-3', 'unusual-header'])('reads a header of %s', async (name) => {
    const array = await readNpy(fixture(name))
    expect(array).toMatchObject({ dtype: 'int32', shape: [2, 3] })
    expect(toNumbers(array)).toEqual([0, 1, 2, 3, 4, 5])
  })

  test('reads a single value, no rows, three axes and the ends of a range', async () => {
    expect(at(await readNpy(fixture('single-value')))).toBe(1.5)
    expect(await readNpy(fixture('empty'))).toMatchObject({ shape: [0, 3], data: new Float64Array(0) })
    expect(at(await readNpy(fixture('three-axes-f')), 1, 2, 3)).toBe(23)
    expect((await readNpy(fixture('extremes-int64'))).data).toEqual(new BigInt64Array([-(2n ** 63n), 2n ** 63n - 1n]))
    expect((await readNpy(fixture('special-float64'))).data).toEqual(new Float64Array([NaN, Infinity, -Infinity, -0]))
  })

  test.each([
    ['float16', "'<f2'"],
    ['complex128', "'<c16'"],
    ['text', "'<U2'"],
    ['datetime', "'<M8[D]'"],
    ['objects', "'|O'"],
    ['named-fields', 'with named fields'],
  ])('refuses %s by its dtype, naming the file', async (name, dtype) => {
    const path = fixture(name)
    await expect(readNpy(path)).rejects.toMatchObject({ code: 'unsupported-dtype', dtype, path })
  })

  test('a file cut off anywhere is refused with what was promised and what is there', async () => {
    const bytes = await readFile(fixture('c-int32'))
    for (let length = 8; length < bytes.length; length++) {
      expect(() => parseNpy(bytes.subarray(0, length), 'x.npy')).toThrow(
        expect.objectContaining({ code: 'truncated-npy', actualBytes: length, path: 'x.npy' }),
      )
    }
    expect(() => parseNpy(bytes.subarray(0, 4))).toThrow(expect.objectContaining({ code: 'invalid-npy' }))
  })

  test.each([
    ['no NPY at all', 'PK\x03\x04 and more', /does not begin with/],
    ['a version to come', '\x93NUMPY\x04\x00\x00\x00\x00\x00\x00', /version is 4\.0/],
    ['a header that is no dict', withHeader('[1, 2]'), /not a Python dict/],
    ['a header with more than a literal', withHeader("{'descr': f()}"), /not a Python dict/],
    ['a missing field', withHeader("{'descr': '<f8', 'shape': (1,)}"), /needs 'descr'/],
    ['a shape of text', withHeader("{'descr': '<f8', 'fortran_order': False, 'shape': ('1',)}"), /its shape/],
    [
      'a shape beyond all memory',
      withHeader(`{'descr': '<f8', 'fortran_order': False, 'shape': (${'9'.repeat(30)},)}`),
      /its shape/,
    ],
  ])('refuses %s', (_, text, message) => {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    expect(() => parseNpy(bytes)).toThrow(expect.objectContaining({ code: 'invalid-npy' }))
    expect(() => parseNpy(bytes)).toThrow(message)
  })

  test('a shape that promises more than there is allocates nothing', () => {
    const text = withHeader("{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000,)}")
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
    expect(() => parseNpy(bytes)).toThrow(expect.objectContaining({ code: 'truncated-npy' }))
  })

  test('big-endian bytes are not changed in place', async () => {
    const bytes = await readFile(fixture('big-endian-float64'))
    const before = Buffer.from(bytes)
    parseNpy(bytes)
    expect(bytes.equals(before)).toBe(true)
  })
})

describe('formatNpy', () => {
  test.each([
    ...dtypes.flatMap((dtype) => [`c-${dtype}`, `f-${dtype}`]),
    'single-value',
    'empty',
    'three-axes-f',
    'extremes-int64',
    'special-float64',
  ])('writes %s byte for byte as NumPy 2.4.6 does', async (name) => {
    const bytes = await readFile(fixture(name))
    expect(Buffer.from(formatNpy(parseNpy(bytes))).equals(bytes)).toBe(true)
  })

  test('a header too long for version 1 is written as version 2', () => {
    const array = ndarray(
      new Int8Array(1),
      Array.from({ length: 30_000 }, () => 1),
    )
    const bytes = formatNpy(array)
    expect(bytes[6]).toBe(2)
    expect(parseNpy(bytes).shape).toHaveLength(30_000)
  })
})

describe('writeNpy', () => {
  test('what it writes is read back, and no temporary file is left', async () => {
    const folder = await temporaryFolder()
    const array = booleans([true, false])
    await writeNpy(join(folder, 'a.npy'), array)
    expect(await readNpy(join(folder, 'a.npy'))).toEqual(array)
    expect(await readdir(folder)).toEqual(['a.npy'])
  })
})

describe('openNpy', () => {
  test.each(['c-int32', 'f-int32', 'big-endian-int32'])('reads rows of %s', async (name) => {
    const file = await openNpy(fixture(name))
    onTestFinished(() => file.close())
    expect(file).toMatchObject({ dtype: 'int32', shape: [2, 3] })
    expect(toNumbers(await file.read(1, 2))).toEqual([3, 4, 5])
    expect(toNumbers(await file.read(0, 2))).toEqual([0, 1, 2, 3, 4, 5])
    expect(await file.read(1, 1)).toMatchObject({ shape: [0, 3] })
  })

  test('reads rows of three axes in Fortran order', async () => {
    const file = await openNpy(fixture('three-axes-f'))
    onTestFinished(() => file.close())
    const row = await file.read(1, 2)
    expect(row).toMatchObject({ shape: [1, 3, 4], order: 'F' })
    expect(toNumbers(row)).toEqual([12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
  })

  // its columns lie 12 and 300,000 bytes apart: read together, and one by one
  test.each([3, 75_000])('reads rows of 40 columns in Fortran order, of %i rows', async (rows) => {
    const path = join(await temporaryFolder(), 'f.npy')
    const data = Int32Array.from({ length: 40 * rows }, (_, at) => at)
    await writeNpy(path, ndarray(data, [rows, 8, 5], 'F'))
    const file = await openNpy(path)
    onTestFinished(() => file.close())
    const part = await file.read(rows - 2, rows)
    expect(part).toMatchObject({ shape: [2, 8, 5], order: 'F' })
    const expected = Array.from({ length: 40 }, (_, column) => [(column + 1) * rows - 2, (column + 1) * rows - 1])
    expect(part.data).toEqual(Int32Array.from(expected.flat()))
  })

  test('refuses rows outside, a single value and a file cut off', async () => {
    const path = fixture('c-int32')
    const file = await openNpy(path)
    onTestFinished(() => file.close())
    const outside = { code: 'rows-out-of-range', path, start: 1, end: 3 }
    await expect(file.read(1, 3)).rejects.toMatchObject(outside)
    await expect(file.read(1, 0)).rejects.toMatchObject({ code: 'rows-out-of-range' })
    const single = await openNpy(fixture('single-value'))
    onTestFinished(() => single.close())
    await expect(single.read(0, 1)).rejects.toThrow(/has no rows/)
    const short = join(await temporaryFolder(), 'short.npy')
    await writeFile(short, (await readFile(path)).subarray(0, -1))
    await expect(openNpy(short)).rejects.toMatchObject({ code: 'truncated-npy', expectedBytes: 152, actualBytes: 151 })
  })

  test('stops when the signal is aborted', async () => {
    const file = await openNpy(fixture('c-int32'))
    onTestFinished(() => file.close())
    await expect(file.read(0, 1, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
  })
})

/** A version 1 file of this header and no data. */
function withHeader(header: string): string {
  const length = String.fromCharCode(header.length & 0xff, header.length >> 8)
  return `\x93NUMPY\x01\x00${length}${header}`
}
