import { describe, expect, test } from 'vitest'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import type { StoredValue } from '../attribute/storage.ts'
import type { KeyValue } from './codec.ts'
import { newObjectPath } from './object-path.ts'
import { contextOn, storesIn, temporaryFolder } from './testing/encode-context.ts'

const part = (name: string, type: string, value: StoredValue): KeyValue => ({
  name,
  type: parseAttributeType(type),
  value,
})

async function pathOf(key: readonly KeyValue[], layout = {}, ext = '.npy'): Promise<string> {
  const stores = await storesIn(await temporaryFolder(), ['raw'], layout)
  return newObjectPath('npy', stores.get('raw'), contextOn(stores, { key }), ext)
}

const spelt = async (type: string, value: StoredValue): Promise<string> =>
  (await pathOf([part('k', type, value)])).split('/')[3]?.slice('k='.length) ?? ''

describe('the path of an object that is named for its row', () => {
  test('has prefix, schema, table, key and field', async () => {
    const key = [part('subject', 'varchar(8)', 'm1'), part('session', 'int16', 3n)]
    expect(await pathOf(key)).toMatch(/^_schema\/lab\/trace\/subject=m1\/session=3\/x_[\w-]{8}\.npy$/)
    expect(await pathOf([], { schemaPrefix: 'objects', tokenLength: 12 }, '')).toMatch(
      /^objects\/lab\/trace\/x_[\w-]{12}$/,
    )
  })

  test('is never the same twice', async () => {
    expect(await pathOf([])).not.toBe(await pathOf([]))
  })

  test('begins with the partition, whose attributes it does not repeat', async () => {
    const key = [part('subject', 'varchar(8)', 'm1'), part('day', 'date', '2024-05-01'), part('i', 'int8', 0n)]
    const path = await pathOf(key, { partitionPattern: '{day}/{subject}/{lab}' })
    expect(path).toMatch(/^_schema\/day=2024-05-01\/subject=m1\/lab\/trace\/i=0\/x_/)
  })

  test('needs the whole key', async () => {
    await expect(pathOf([part('id', 'int64', null)])).rejects.toMatchObject({ code: 'codec-value', codec: 'npy' })
  })
})

// as Python's client spells them, seen in what it wrote
describe('the value of a key in a path', () => {
  test.each<[string, StoredValue, string]>([
    ['int32', -5n, '-5'],
    ['datetime(3)', '2024-05-01 10:00:00.125', '2024-05-01T10-00-00'],
    ['date', '2024-05-01', '2024-05-01'],
    ['uuid', new Uint8Array(16).fill(171), 'abababab-abab-abab-abab-abababababab'],
    ['varchar(9)', 'rat 2', 'rat 2'],
    ['varchar(9)', 'é', 'é'],
    ['varchar(9)', 'a/b:c', 'a%2Fb%3Ac'],
    ['varchar(9)', "*'(é)", '%2A%27%28%C3%A9%29'],
    ['varchar(9)', '..', '..'],
    ['varchar(100)', 'y'.repeat(100), 'y'.repeat(100)],
    ['varchar(101)', 'y'.repeat(101), `${'y'.repeat(50)}_905b9d97`],
  ])('of type %s, %o, is %s', async (type, value, expected) => {
    expect(await spelt(type, value)).toBe(expected)
  })

  test('is a name that any file system takes, and another for another value', async () => {
    const values = [
      '\u0001',
      '\u0001\u0002',
      '/'.repeat(90),
      '日'.repeat(99),
      '日'.repeat(98),
      '🐁'.repeat(60),
      '\ud800',
    ]
    const names = await Promise.all(values.map((value) => spelt('varchar(100)', value)))
    expect(new Set(names).size).toBe(values.length)
    for (const name of names) {
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(180)
      expect(name).not.toMatch(/[/\\:*?"<>|\p{Cc}]/u)
    }
  })
})
