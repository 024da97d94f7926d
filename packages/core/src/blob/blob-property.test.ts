import { toOrder } from '@neurojoint/arrays'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { long } from '../../test/long.ts'
import { packBlob, unpackBlob } from './blob.ts'
import { packPayload } from './pack.ts'
import { anyArray, anyExactValue, anyValue } from './testing/any-value.ts'
import { unpackPayload } from './unpack.ts'

const numRuns = long ? 10_000 : 500
const lossless = { lossless: true, countBits: 64 } as const

test('what is packed is read again as it was', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyValue, async (value) => {
      expect(await unpackBlob(await packBlob(value))).toEqual(value)
    }),
    { numRuns },
  )
})

test('what is read is packed to the same bytes', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const payload = packPayload(value)
      expect(packPayload(unpackPayload(payload))).toEqual(payload)
    }),
    { numRuns },
  )
})

test('what is read without loss is what was packed, floats and the order of keys included', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(anyExactValue, (value) => {
      const payload = packPayload(value)
      const read = unpackPayload(payload, lossless)
      expect(read).toEqual(value)
      expect(packPayload(read)).toEqual(payload)
    }),
    { numRuns },
  )
})

test('the order in which an array lay makes no difference', () => {
  fc.assert(
    fc.property(anyArray, (array) => {
      expect(packPayload(toOrder(array, 'C'))).toEqual(packPayload(array))
    }),
  )
})
