import { expect, test } from 'vitest'
import { translate } from './operation.ts'

/** As the binding writes it. */
const told = (...parts: readonly string[]): unknown => translate(new Error(parts.join('\u001F')))

test('an error of the native code has the class and the facts of the one in TypeScript, whatever stands in them', () => {
  const refused = { name: 'InvalidParameterError', code: 'invalid-parameter', parameter: 'cutoff' }
  for (const [text, value] of [
    ['0.5', 0.5],
    ['-inf', -Infinity],
    ['inf', Infinity],
    ['NaN', Number.NaN],
  ] as const)
    expect(told('invalid-parameter', 'cutoff', text, 'a number')).toMatchObject({ ...refused, value })
  expect(told('file', 'no such file', 'a\u001Fb.bin')).toMatchObject({ code: 'file', path: 'a\u001Fb.bin' })
  expect(told('truncated-file', '10', '12', 'a.bin')).toMatchObject({ bytes: 10, expected: 12, path: 'a.bin' })
  expect(told('panic', 'index out of bounds')).toMatchObject({ name: 'NativeOperationError', code: 'panic' })
  const foreign = new TypeError('file is no string')
  expect(translate(foreign)).toBe(foreign)
})
