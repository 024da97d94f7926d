import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ComplexArray, MatlabCell, MatlabChars, MatlabStruct, RecordArray, SparseMatrix } from './blob-value.ts'
import { packBlob, unpackBlob } from './blob.ts'
import { packPayload } from './pack.ts'
import { fixtures, recordedCases } from './testing/recorded-cases.ts'
import type { RecordedCase } from './testing/recorded-cases.ts'
import { isRecorded, valueOf } from './testing/recorded-value.ts'

const blobOf = ({ column }: RecordedCase) => Buffer.from(column ?? '', 'hex')
const payloadOf = ({ uncompressed, column }: RecordedCase) => uncompressed ?? column ?? ''
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const nameOf = ({ name }: RecordedCase) => name

/** The cases of which something does not hold. */
async function failing(cases: readonly RecordedCase[], holds: (one: RecordedCase) => boolean | Promise<boolean>) {
  const failed: RecordedCase[] = []
  for (const one of cases) if (!(await holds(one))) failed.push(one)
  return failed.map(nameOf)
}

describe('blobs of Python datajoint', () => {
  const cases = recordedCases('blobs-2.x.json')
  // Python packed a memoryview as a tuple of integers, and characters of two axes in C order, which it reads in Fortran order
  const values = cases.filter(({ name }) => !["try_memoryview(b'ab')", 'np_char_2d'].includes(name))

  test('of 2.3.5 are read as the value that was inserted, also what Python itself cannot read or reads wrong', async () => {
    expect(values).toHaveLength(290)
    const holds = async (one: RecordedCase) => isRecorded(await unpackBlob(blobOf(one)), one.value ?? { t: 'none' })
    expect(await failing(values, holds)).toEqual([])
    const chars = cases.find(({ name }) => name === 'np_char_2d') ?? { name: '' }
    expect(await unpackBlob(blobOf(chars))).toEqual(new MatlabChars([3, 2], 'abcdef'))
  })

  test('the same values, made here, are packed to the bytes of 2.3.5 and of 0.14.10', async () => {
    const holds = (one: RecordedCase) =>
      hexOf(packPayload(valueOf(one.value ?? { t: 'none' }, { lossless: true }))) === payloadOf(one)
    expect(await failing(values, holds)).toEqual([])
    const old = JSON.parse(readFileSync(join(fixtures, 'blobs-0.14.json'), 'utf8'))
    const digests = cases.map((one) => [
      one.name,
      createHash('sha256')
        .update(Buffer.from(payloadOf(one), 'hex'))
        .digest('hex'),
    ])
    expect(Object.fromEntries(digests)).toEqual(old.payload_sha256)
  })

  test('what was read is packed to the same bytes, but for what JavaScript has one value of', async () => {
    const holds = async (one: RecordedCase) => hexOf(packPayload(await unpackBlob(blobOf(one)))) === payloadOf(one)
    // whole floats (0.0, 1.0, and inside the next two), arrays of single characters, and keys that look like numbers
    expect(await failing(cases, holds)).toEqual(['float_zero', 'float_one', 'tuple', 'np_char_1d', 'np_object_2d'])
  })

  test('what was read without loss is packed to the same bytes', async () => {
    const holds = async (one: RecordedCase) =>
      hexOf(packPayload(await unpackBlob(blobOf(one), { lossless: true }))) === payloadOf(one)
    expect(await failing(cases, holds)).toEqual([])
  })

  test('what is packed and compressed here is read again', async () => {
    for (const one of values) {
      const value = await unpackBlob(blobOf(one))
      expect(await unpackBlob(await packBlob(value))).toEqual(value)
    }
  })
})

describe('blobs of MATLAB', () => {
  const cases = recordedCases('blobs-mym-read-by-2.x.json')
  const named = (name: string) => cases.find((one) => one.name === name) ?? { name }
  const both = <T>(value: T): readonly T[] => [value, value]
  const values = (name: string) => Promise.all([64, 32].map((bits) => unpackBlob(blobOf(named(`${name}_${bits}bit`)))))

  test.each([64, 32] as const)('of %i bits are read as Python reads them', async (bits) => {
    const read = cases.filter(({ dims_bits, python_reads }) => dims_bits === bits && python_reads)
    const holds = async ({ python_reads, ...one }: RecordedCase) =>
      isRecorded(await unpackBlob(blobOf(one)), python_reads ?? { t: 'none' }, { matlab: true })
    const differently = (await failing(read, holds)).map((name) => name.replace(`_${bits}bit`, ''))
    // Python squeezes {} and '', cuts surrogates, knows complex numbers of floats only, and no struct without fields
    const known = ['int64_complex', 'char_empty', 'char_emoji', 'cell_empty', 'struct_nofields']
    expect(differently).toEqual(known.filter((name) => read.some((one) => one.name === `${name}_${bits}bit`)))
  })

  test('of 32 bits are read as those of 64, told or not', async () => {
    const narrow = cases.filter(({ dims_bits }) => dims_bits === 32)
    expect(narrow).toHaveLength(37)
    for (const one of narrow) {
      const wide = await unpackBlob(blobOf(named(one.name.replace('32bit', '64bit'))))
      expect(await unpackBlob(blobOf(one))).toEqual(wide)
      expect(await unpackBlob(blobOf(one), { countBits: 32 })).toEqual(wide)
      await expect(unpackBlob(blobOf(one), { countBits: 64 })).rejects.toMatchObject({ code: 'invalid-blob' })
      await expect(unpackBlob(blobOf(one), { lossless: true })).rejects.toMatchObject({ code: 'inexact-blob' })
    }
  })

  test('of 64 bits are read without loss and packed to the same bytes', async () => {
    const holds = async (one: RecordedCase) =>
      hexOf(packPayload(await unpackBlob(blobOf(one), { lossless: true }))) === payloadOf(one)
    const wide = cases.filter(({ dims_bits }) => dims_bits === 64)
    expect(await failing(wide, holds)).toEqual([])
  })

  test('text keeps all its characters', async () => {
    expect(await values('char_unicode')).toEqual(['Grüße Ω 日本', 'Grüße Ω 日本'])
    expect(await values('char_emoji')).toEqual(['a😀', 'a😀'])
    expect(await unpackBlob(blobOf(named('char_empty_64bit')))).toBe('')
    const [several] = await values('char_2x3')
    expect(several).toEqual(new MatlabChars([2, 3], 'adbecf'))
    expect(several instanceof MatlabChars && several.rows).toEqual(['abc', 'def'])
  })

  test('what only MATLAB has is read', async () => {
    const whole = (data: Int32Array) => ({ kind: 'ndarray', dtype: 'int32', shape: [1, 2], order: 'F', data }) as const
    expect(await values('int64_complex')).toEqual(
      both(new ComplexArray(whole(Int32Array.of(1, 2)), whole(Int32Array.of(3, 4)))),
    )
    expect(await values('cell_empty')).toEqual(both(new MatlabCell([0, 0], [])))
    expect(await values('struct_nofields')).toEqual(both(new MatlabStruct([1, 1], new Map())))
  })

  test('sparse matrices, which Python refuses, are read', async () => {
    const flat = <T>(dtype: string, data: T) => ({ kind: 'ndarray', dtype, shape: [2], order: 'F', data })
    expect(await values('sparse_3x3')).toEqual(
      both(
        expect.objectContaining({
          shape: [3, 3],
          columnStarts: Uint32Array.of(0, 1, 2, 2),
          rowIndices: Uint32Array.of(0, 2),
          values: flat('float64', Float64Array.of(5, 7)),
        }),
      ),
    )
    const [complex] = await values('sparse_complex')
    expect(complex instanceof SparseMatrix && complex.values).toMatchObject({
      re: { data: Float64Array.of(1.5) },
      im: { data: Float64Array.of(-2) },
    })
    const [logical] = await values('sparse_logical')
    expect(logical).toMatchObject({ shape: [2, 3], values: flat('bool', Uint8Array.of(1, 1)) })
  })
})

test('fields of records whose elements are arrays, and object arrays inside one another, come through (X15)', async () => {
  const cases = recordedCases('blobs-2.x.json')
  for (const name of ['rec_subarray', 'np_object_nested', 'np_complex128_special']) {
    const one = cases.find((candidate) => candidate.name === name) ?? { name }
    const value = await unpackBlob(blobOf(one))
    expect(value).toEqual(valueOf(one.value ?? { t: 'none' }))
    expect(hexOf(packPayload(value))).toBe(payloadOf(one))
  }
  const records = await unpackBlob(blobOf(cases.find(({ name }) => name === 'rec_subarray') ?? { name: '' }))
  expect(records instanceof RecordArray && records.shape).toEqual([2])
})
