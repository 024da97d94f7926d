import { expect, test } from 'vitest'
import { openStores } from './stores.ts'

const file = (location: string) => ({ protocol: 'file' as const, location })

test('a store is found by its name, and the default one without', async () => {
  const stores = await openStores({ stores: { local: file('/a'), archive: file('/b') }, default: 'archive' })
  expect(stores.names).toEqual(['local', 'archive'])
  expect(stores.get('local').name).toBe('local')
  expect(stores.get('').name).toBe('archive')
})

test('a single store is the default one', async () => {
  expect((await openStores({ stores: { local: file('/a') } })).get('').name).toBe('local')
})

test('an unknown store is refused with the names at hand', async () => {
  const stores = await openStores({ stores: { local: file('/a'), archive: file('/b') } })
  const unknown = { code: 'unknown-store', store: 'remote', known: ['local', 'archive'] }
  expect(() => stores.get('remote')).toThrow(expect.objectContaining(unknown))
  expect(() => stores.get('')).toThrow(/no default store \(there are 'local', 'archive'\)/)
  expect(() => stores.get('constructor')).toThrow(expect.objectContaining({ code: 'unknown-store' }))
  await expect(openStores({ stores: {}, default: 'local' })).rejects.toMatchObject({ code: 'unknown-store' })
  await expect(openStores({ stores: { 'a b': file('/a') } })).rejects.toMatchObject({ code: 'invalid-store-settings' })
})
