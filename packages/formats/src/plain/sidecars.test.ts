import { expect, test } from 'vitest'
import { plainSidecars } from './sidecars.ts'

test('a sidecar is a description that has data beside it', () => {
  expect(plainSidecars(['a.bin', 'a.json', 'package.json', 'a.preprocessing.json'])).toEqual(['a.json'])
  expect(plainSidecars(['a.b.1.bin', 'a.b.2.bin', 'a.b.json', 'a.b.lf.1.bin', 'a.b.lf.json'])).toEqual(['a.b.json'])
  expect(plainSidecars(['a.lf.bin', 'a.lf.json'])).toEqual(['a.lf.json'])
  expect(plainSidecars(['trial.1.bin', 'trial.1.json'])).toEqual(['trial.1.json'])
  expect(plainSidecars(['trial.1.dat', 'trial.1.json'])).toEqual(['trial.1.json'])
  expect(plainSidecars(['a.dat', 'a.json', 'b.raw', 'b.json'])).toEqual(['a.json', 'b.json'])
  expect(plainSidecars(['a.bin', 'b.json'])).toEqual([])
})
