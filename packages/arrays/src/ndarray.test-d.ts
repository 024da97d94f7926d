import { expectTypeOf, test } from 'vitest'
import { at, isNdArray, ndarray } from './index.ts'
import type { NdArray } from './index.ts'

test('the dtype of a typed array and of its elements is known', () => {
  expectTypeOf(ndarray(new Int16Array(1))).toEqualTypeOf<NdArray<'int16'>>()
  expectTypeOf(ndarray(new Uint8Array(1))).toEqualTypeOf<NdArray<'uint8'>>()
  expectTypeOf(at(ndarray(new BigInt64Array(1)), 0)).toEqualTypeOf<bigint>()
  expectTypeOf(at(ndarray(new Float32Array(1)), 0)).toEqualTypeOf<number>()
})

test('isNdArray narrows to the dtype asked for', () => {
  expectTypeOf(isNdArray<'float32'>).guards.toEqualTypeOf<NdArray<'float32'>>()
  expectTypeOf(isNdArray).guards.toExtend<NdArray>()
  expectTypeOf<NdArray<'float32'>['data']>().toEqualTypeOf<Float32Array>()
})
