import { expect, test } from 'vitest'
import type { StoresSettings } from './settings.ts'
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

test('<filepath@> has a default of its own', async () => {
  const stores = { local: file('/a'), archive: file('/b') }
  const opened = await openStores({ stores, default: 'local', filepathDefault: 'archive' })
  expect(opened.get('').name).toBe('local')
  expect(opened.forFilepath('').name).toBe('archive')
  expect(opened.forFilepath('local').name).toBe('local')
  expect((await openStores({ stores, default: 'local' })).forFilepath('').name).toBe('local')
  await expect(openStores({ stores, filepathDefault: 'other' })).rejects.toMatchObject({ code: 'unknown-store' })
})

test.each(['gcs', 'azure', 'ftp'])('stores of the protocol %s are refused by name', async (protocol) => {
  // from a file, settings may be anything
  const settings = { stores: { cloud: { protocol, bucket: 'lab' } } } as unknown as StoresSettings
  const refused = { code: 'invalid-store-settings', store: 'cloud', setting: 'protocol' }
  await expect(openStores(settings)).rejects.toMatchObject(refused)
})
