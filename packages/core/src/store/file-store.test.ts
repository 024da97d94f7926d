import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { getuid } from 'node:process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFileStore } from './file-store.ts'
import type { Store } from './store.ts'
import { all, bytes, temporaryFolder, testStore } from './testing/store-kit.ts'

async function temporaryStore(): Promise<{ store: Store; location: string }> {
  const location = await temporaryFolder()
  return { store: openFileStore('local', { protocol: 'file', location }), location }
}

testStore('a file store', async () => (await temporaryStore()).store)

const leftOver = '.00000000-0000-4000-8000-000000000000.tmp'

describe('a folder with objects', () => {
  test('has them as files under their paths, and nothing else', async () => {
    const { store, location } = await temporaryStore()
    await store.put('raw/sess 2/x.dat', bytes('abcdef'))
    expect(await readFile(join(location, 'raw/sess 2/x.dat'), 'utf8')).toBe('abcdef')
    expect(await readdir(join(location, 'raw/sess 2'))).toEqual(['x.dat'])
  })

  test('what a killed writer left is no object, but can be found and discarded', async () => {
    const { store, location } = await temporaryStore()
    await store.put('a/2', bytes('a'))
    await writeFile(join(location, 'a', leftOver), 'half')
    expect((await all(store.list(''))).map(({ path }) => path)).toEqual(['a/2'])
    const [found, ...others] = await all(store.listUnfinished(''))
    expect(others).toEqual([])
    expect(found).toEqual({ path: `a/${leftOver}`, id: `a/${leftOver}`, size: 4, modified: expect.any(Date) })
    if (found) await store.discard(found)
    expect(await readdir(join(location, 'a'))).toEqual(['2'])
  })

  test('a location that is not there is an error of its own, and is not made', async () => {
    const { store, location } = await temporaryStore()
    await rm(location, { recursive: true })
    const missing = { code: 'store-location-missing', store: 'local', location }
    await expect(store.put('x', bytes('x'))).rejects.toMatchObject(missing)
    await expect(store.get('x')).rejects.toMatchObject(missing)
    await expect(store.size('x')).rejects.toMatchObject(missing)
    await expect(all(store.list(''))).rejects.toMatchObject(missing)
    await expect(all(store.stream('x'))).rejects.toMatchObject(missing)
    await writeFile(location, 'no folder')
    await expect(store.put('x', bytes('x'))).rejects.toMatchObject(missing)
  })

  test('a put that fails leaves nothing, and the object as it was', async () => {
    const { store, location } = await temporaryStore()
    await mkdir(join(location, 'x/y'), { recursive: true })
    await expect(store.put('x', bytes('x'))).rejects.toMatchObject({
      code: expect.stringMatching(/EISDIR|ENOTEMPTY|EEXIST/),
    })
    expect(await readdir(location)).toEqual(['x'])
  })

  test('pruning deletes an empty folder, and never the store', async () => {
    const { store, location } = await temporaryStore()
    await store.put('a/b/c', bytes('x'))
    await store.delete('a/b/c')
    await store.prune('a/b')
    expect(await readdir(join(location, 'a'))).toEqual([])
    await store.put('a/b', bytes('a file where a folder was'))
    expect(await store.size('a/b')).toBe(25)
    // there is nothing below a file
    await expect(store.get('a/b/c')).rejects.toMatchObject({ code: 'object-missing' })
    expect(await store.size('a/b/c')).toBe(null)
    expect(await store.delete('a/b/c')).toBe(false)
    await expect(store.prune('')).rejects.toMatchObject({ code: 'invalid-object-path' })
  })

  // root may do anything
  test.skipIf(getuid?.() === 0)('what may not be written or read is told by name', async () => {
    const { store, location } = await temporaryStore()
    await store.put('a/x', bytes('x'))
    await chmod(join(location, 'a/x'), 0)
    await chmod(join(location, 'a'), 0o500)
    const denied = { code: 'store-access-denied', store: 'local' }
    await expect(store.get('a/x')).rejects.toMatchObject({ ...denied, action: 'read', path: 'a/x' })
    await expect(store.put('a/y', bytes('x'))).rejects.toMatchObject({ ...denied, action: 'write', path: 'a/y' })
    await expect(store.delete('a/x')).rejects.toMatchObject({ ...denied, action: 'delete' })
    await chmod(join(location, 'a'), 0o700)
  })
})

describe('settings', () => {
  test.each([
    ['location', { location: 'data/store' }],
    ['subfolding', { location: '/data', subfolding: [0] }],
    ['hashPrefix', { location: '/data', hashPrefix: '../other' }],
    ['schemaPrefix', { location: '/data', schemaPrefix: '/other' }],
  ])('a wrong %s is refused when the store is opened', (setting, settings) => {
    const refused = { code: 'invalid-store-settings', store: 'local', setting }
    expect(() => openFileStore('local', { protocol: 'file', ...settings })).toThrow(expect.objectContaining(refused))
  })
})
