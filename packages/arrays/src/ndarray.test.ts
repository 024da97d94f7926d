import { describe, expect, test } from 'vitest'
import { at, booleans, isNdArray, ndarray, toFloat32Array, toFloat64Array, toNumbers, toOrder, zeros } from './index.ts'

describe('ndarray', () => {
  test('takes its dtype from the buffer and is one-dimensional unless told otherwise', () => {
    const data = new Int16Array([1, 2, 3])
    expect(ndarray(data)).toEqual({ kind: 'ndarray', dtype: 'int16', shape: [3], order: 'C', data })
    expect(ndarray(data).data).toBe(data)
    expect(ndarray(new Uint8Array(2)).dtype).toBe('uint8')
    expect(ndarray(new BigUint64Array(2)).dtype).toBe('uint64')
  })

  test('a shape that does not fit the data is refused', () => {
    const wrong = { code: 'invalid-shape', shape: [2, 2], length: 3 }
    expect(() => ndarray(new Int8Array(3), [2, 2])).toThrow(expect.objectContaining(wrong))
    expect(() => ndarray(new Int8Array(2), [-1, -2])).toThrow(expect.objectContaining({ code: 'invalid-shape' }))
    expect(() => ndarray(new Int8Array(3), [1.5, 2])).toThrow(expect.objectContaining({ code: 'invalid-shape' }))
    expect(() => zeros('int8', [-1])).toThrow(expect.objectContaining({ code: 'invalid-shape' }))
  })

  test('a shape without axes is a single value', () => {
    expect(at(ndarray(new Float64Array([1.5]), []))).toBe(1.5)
  })

  test('booleans keep one byte each and are read back as booleans', () => {
    const array = booleans([true, false, true])
    expect(array.dtype).toBe('bool')
    expect(array.data).toEqual(new Uint8Array([1, 0, 1]))
    expect(at(array, 2)).toBe(true)
  })

  test('a buffer that is no dtype is refused by name', () => {
    const clamped: unknown = new Uint8ClampedArray(1)
    // @ts-expect-error from JavaScript
    expect(() => ndarray(clamped)).toThrow(/Uint8ClampedArray/)
  })
})

describe('isNdArray', () => {
  test('recognises an array of any copy of the package by its fields', () => {
    const foreign = { kind: 'ndarray', dtype: 'bool', shape: [1], order: 'F', data: new Uint8Array(1) }
    expect(isNdArray(foreign)).toBe(true)
    expect(isNdArray(foreign, 'bool')).toBe(true)
    expect(isNdArray(foreign, 'uint8')).toBe(false)
  })

  test.each([
    null,
    'ndarray',
    new Float64Array(1),
    { kind: 'ndarray' },
    { kind: 'ndarray', dtype: 'int8', shape: [2], order: 'C', data: new Int8Array(1) },
    { kind: 'ndarray', dtype: 'int8', shape: [1], order: 'C', data: new Int16Array(1) },
    { kind: 'ndarray', dtype: 'int8', shape: [1], order: 'C', data: [1] },
    { kind: 'ndarray', dtype: 'int8', shape: ['1'], order: 'C', data: new Int8Array(1) },
  ])('refuses %o', (value) => {
    expect(isNdArray(value)).toBe(false)
  })
})

describe('at', () => {
  test('follows the order of the array', () => {
    const data = new Int16Array([0, 1, 2, 3, 4, 5])
    expect(at(ndarray(data, [2, 3]), 1, 0)).toBe(3)
    expect(at(ndarray(data, [2, 3], 'F'), 1, 0)).toBe(1)
  })

  test('refuses an index outside, fractional, missing or one too many', () => {
    const array = ndarray(new Int16Array(6), [2, 3])
    for (const indices of [[2, 0], [0, 3], [-1, 0], [0.5, 0], [0], [0, 0, 0]]) {
      expect(() => at(array, ...indices)).toThrow(expect.objectContaining({ code: 'index-out-of-range', indices }))
    }
  })
})

describe('toOrder', () => {
  test('moves the elements and leaves every index where it was', () => {
    const array = ndarray(
      Int32Array.from({ length: 24 }, (_, i) => i),
      [2, 3, 4],
    )
    const turned = toOrder(array, 'F')
    expect(turned.data.subarray(0, 6)).toEqual(new Int32Array([0, 12, 4, 16, 8, 20]))
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) for (let k = 0; k < 4; k++) expect(at(turned, i, j, k)).toBe(at(array, i, j, k))
    }
    expect(toOrder(turned, 'C')).toEqual(array)
  })

  test('moves arrays larger than a tile, and four axes', () => {
    const array = ndarray(Float64Array.from({ length: 130 * 2 * 3 * 70 }, Math.sin), [130, 2, 3, 70])
    const turned = toOrder(array, 'F')
    expect(at(turned, 129, 1, 2, 69)).toBe(at(array, 129, 1, 2, 69))
    expect(at(turned, 65, 0, 2, 1)).toBe(at(array, 65, 0, 2, 1))
    expect(toOrder(turned, 'C').data).toEqual(array.data)
  })

  test('leaves the bits of a NaN as they are', () => {
    const bits = new Uint32Array([0x7f800001, 1, 2, 3])
    const turned = toOrder(ndarray(new Float32Array(bits.buffer), [2, 2]), 'F')
    expect(new Uint32Array(turned.data.buffer)).toEqual(new Uint32Array([0x7f800001, 2, 1, 3]))
  })

  test('keeps the buffer where both orders are the same', () => {
    const row = ndarray(new BigInt64Array(3), [1, 3, 1])
    expect(toOrder(row, 'F')).toEqual({ ...row, order: 'F' })
    expect(toOrder(row, 'F').data).toBe(row.data)
  })
})

describe('conversion', () => {
  test('gives the elements in C order', () => {
    const array = ndarray(new BigInt64Array([1n, 2n, 3n, 4n]), [2, 2], 'F')
    expect(toFloat64Array(array)).toEqual(new Float64Array([1, 3, 2, 4]))
    expect(toFloat32Array(array)).toEqual(new Float32Array([1, 3, 2, 4]))
    expect(toNumbers(array)).toEqual([1, 3, 2, 4])
    expect(toFloat64Array(booleans([true, false]))).toEqual(new Float64Array([1, 0]))
  })

  test('rounds integers beyond 2^53 to float64, and refuses them as exact numbers', () => {
    const array = ndarray(new BigInt64Array([2n ** 53n + 1n]))
    expect(toFloat64Array(array)).toEqual(new Float64Array([2 ** 53]))
    expect(() => toNumbers(array)).toThrow(expect.objectContaining({ code: 'inexact-integer', value: 2n ** 53n + 1n }))
  })
})
