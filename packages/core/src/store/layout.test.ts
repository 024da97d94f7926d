import { expect, test } from 'vitest'
import { layoutOf } from './layout.ts'

test("without settings, objects lie as Python's client lays them", () => {
  expect(layoutOf('local', {})).toMatchObject({
    hashPrefix: '_hash',
    schemaPrefix: '_schema',
    filepathPrefix: null,
    subfolding: [],
    partitionPattern: null,
    tokenLength: 8,
  })
})

test('prefixes may be paths, and an empty one stands for the store itself', () => {
  expect(layoutOf('local', { hashPrefix: 'a/b/', schemaPrefix: '', filepathPrefix: 'raw' })).toMatchObject({
    hashPrefix: 'a/b',
    schemaPrefix: '',
    filepathPrefix: 'raw',
  })
})

test.each([
  ['subfolding', { subfolding: [0] }],
  ['subfolding', { subfolding: [20, 7] }],
  ['hashPrefix', { hashPrefix: '../other' }],
  ['schemaPrefix', { schemaPrefix: '/other' }],
  ['tokenLength', { tokenLength: 3 }],
  ['tokenLength', { tokenLength: 17 }],
  ['partitionPattern', { partitionPattern: 'subject/session' }],
  ['partitionPattern', { partitionPattern: '{subject}/session' }],
  ['stage', { stage: 'relative' }],
  ['schemaPrefix', { hashPrefix: 'objects', schemaPrefix: 'objects/named' }],
  ['hashPrefix', { hashPrefix: 'objects/hash', schemaPrefix: 'objects' }],
  ['hashPrefix', { filepathPrefix: '_hash' }],
  ['hashPrefix', { hashPrefix: '', schemaPrefix: '' }],
])('a wrong %s is refused: %j', (setting, settings) => {
  const refused = { code: 'invalid-store-settings', store: 'local', setting }
  expect(() => layoutOf('local', settings)).toThrow(expect.objectContaining(refused))
})
