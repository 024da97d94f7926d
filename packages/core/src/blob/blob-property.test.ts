import { booleans, dtypes, toOrder, zeros } from '@neurojoint/arrays'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Complex, DateTime, Decimal, MatlabCell, Tuple, Uuid } from './blob-value.ts'
import { packBlob, unpackBlob } from './blob.ts'
import { packPayload } from './pack.ts'
import { recordedCases } from './testing/recorded-cases.ts'
import { unpackPayload } from './unpack.ts'

const shapes = fc.array(fc.nat(5), { maxLength: 4 })

/** Arrays of every dtype, in Fortran order as they are read. */
const arrays = fc
  .tuple(shapes, fc.constantFrom(...dtypes), fc.uint8Array({ minLength: 8, maxLength: 64 }))
  .map(([shape, dtype, noise]) => {
    const array = zeros(dtype, shape, 'F')
    const bytes = new Uint8Array(array.data.buffer)
    for (let i = 0; i < bytes.length; i++) bytes[i] = (noise[i % noise.length] ?? 0) & (dtype === 'bool' ? 1 : 0xff)
    return array
  })

const text = fc.string({ unit: 'grapheme' })
const leaves = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.bigInt().filter((value) => !Number.isSafeInteger(Number(value))),
  text,
  fc.uint8Array(),
  arrays,
  fc.uuid().map((value) => new Uuid(value)),
  fc.double().map((value) => new Decimal(String(value))),
  fc.tuple(fc.double(), fc.double()).map(([re, im]) => new Complex(re, im)),
  fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => new DateTime(date.toISOString().slice(0, 19))),
)

const values = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaves, tie('list'), tie('tuple'), tie('dict'), tie('map'), tie('cell')),
  list: fc.array(tie('value'), { maxLength: 5 }),
  tuple: fc.array(tie('value'), { maxLength: 5 }).map((items) => new Tuple(items)),
  dict: fc.dictionary(text, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  map: fc
    .uniqueArray(fc.tuple(fc.integer(), tie('value')), { selector: ([key]) => key, minLength: 1 })
    .map((entries) => new Map(entries)),
  cell: fc.array(tie('value'), { maxLength: 5 }).map((items) => new MatlabCell([1, items.length], items)),
})).value

test('what is packed is read again as it was', async () => {
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      expect(await unpackBlob(await packBlob(value))).toEqual(value)
    }),
    { numRuns: 500 },
  )
})

test('what is read is packed to the same bytes', () => {
  fc.assert(
    fc.property(values, (value) => {
      const payload = packPayload(value)
      expect(packPayload(unpackPayload(payload))).toEqual(payload)
    }),
    { numRuns: 500 },
  )
})

test('the order in which an array lay makes no difference', () => {
  fc.assert(
    fc.property(arrays, (array) => {
      expect(packPayload(toOrder(array, 'C'))).toEqual(packPayload(array))
    }),
  )
})

test('5000 random and damaged blobs are read or refused by name, never anything else', () => {
  const blobs = recordedCases('blobs-2.x.json').map(({ uncompressed, column }) =>
    Uint8Array.from(Buffer.from(uncompressed ?? column ?? '', 'hex')),
  )
  const damaged = fc
    .tuple(
      fc.constantFrom(...blobs),
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 2, 4, 0x41, 0x43, 0x53, 0x7f, 0x80, 0xff)), { maxLength: 4 }),
      fc.option(fc.nat()),
    )
    .map(([blob, changes, cut]) => {
      const bytes = blob.slice(0, cut === null ? undefined : 4 + (cut % blob.length))
      for (const [at, byte] of changes) if (bytes.length > 4) bytes[4 + (at % (bytes.length - 4))] = byte
      return bytes
    })
  const random = fc.uint8Array({ maxLength: 200 }).map((tail) => Uint8Array.of(0x64, 0x6a, 0x30, 0, ...tail))
  fc.assert(
    fc.property(fc.oneof(damaged, random, fc.uint8Array()), (bytes) => {
      expect(outcome(() => unpackPayload(bytes))).toMatch(/^(read|invalid-blob|unsupported-blob)$/)
    }),
    { numRuns: 5000 },
  )
})

test('damaged compressed blobs are read or refused by name', async () => {
  const blob = await packBlob({ zeros: new Float64Array(1000), mask: booleans(new Uint8Array(2000)) })
  expect(blob.length).toBeLessThan(1000)
  const change = fc.tuple(fc.nat(blob.length - 1), fc.nat(255))
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const damaged = blob.slice()
      for (const [at, byte] of changes) damaged[at] = byte
      const found = await unpackBlob(damaged).then(() => 'read', codeOf)
      expect(found).toMatch(/^(read|invalid-blob|unsupported-blob)$/)
    }),
    { numRuns: 1000 },
  )
})

function outcome(read: () => unknown): string {
  try {
    read()
    return 'read'
  } catch (error) {
    return codeOf(error)
  }
}

const codeOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)
