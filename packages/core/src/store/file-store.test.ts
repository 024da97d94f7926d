import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openFileStore } from './file-store.ts'
import type { Store, StoredObject } from './store.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

async function all(objects: AsyncIterable<StoredObject>): Promise<StoredObject[]> {
  const listed: StoredObject[] = []
  for await (const object of objects) listed.push(object)
  return listed
}

async function temporaryStore(): Promise<{ store: Store; location: string }> {
  const location = await mkdtemp(join(tmpdir(), 'neurojoint-store-'))
  onTestFinished(() => rm(location, { recursive: true, force: true }))
  return { store: openFileStore('local', { protocol: 'file', location }), location }
}

describe('a file store', () => {
  test('gives back what was put, whole or in part, and says how large it is', async () => {
    const { store, location } = await temporaryStore()
    await store.put('raw/sess 2/x.dat', bytes('abcdef'))
    expect(await store.get('raw/sess 2/x.dat')).toEqual(bytes('abcdef'))
    expect(await store.getRange('raw/sess 2/x.dat', 2, 4)).toEqual(bytes('cd'))
    expect(await store.size('raw/sess 2/x.dat')).toBe(6)
    expect(await readFile(join(location, 'raw/sess 2/x.dat'), 'utf8')).toBe('abcdef')
    expect(await readdir(join(location, 'raw/sess 2'))).toEqual(['x.dat'])
  })

  test('an empty object is an object', async () => {
    const { store } = await temporaryStore()
    await store.put('empty', new Uint8Array(0))
    expect(await store.get('empty')).toHaveLength(0)
    expect(await store.size('empty')).toBe(0)
  })

  test('what is not there is missing by name, has no size and cannot be deleted', async () => {
    const { store } = await temporaryStore()
    await store.put('folder/x', bytes('x'))
    for (const path of ['nothing', 'folder', 'folder/x/y']) {
      await expect(store.get(path)).rejects.toMatchObject({ code: 'object-missing', store: 'local', path })
      await expect(store.getRange(path, 0, 1)).rejects.toMatchObject({ code: 'object-missing' })
      expect(await store.size(path)).toBe(null)
      expect(await store.delete(path)).toBe(false)
    }
    expect(await store.delete('folder/x')).toBe(true)
    expect(await store.size('folder/x')).toBe(null)
  })

  test('lists what is below a folder, without objects on their way', async () => {
    const { store, location } = await temporaryStore()
    for (const path of ['a/b/1', 'a/2', 'c/3']) await store.put(path, bytes(path))
    await writeFile(join(location, 'a/.00000000-0000-4000-8000-000000000000.tmp'), 'half')
    const listed = async (folder: string) => (await all(store.list(folder))).map(({ path }) => path).toSorted()
    expect(await listed('')).toEqual(['a/2', 'a/b/1', 'c/3'])
    expect(await listed('a')).toEqual(['a/2', 'a/b/1'])
    expect(await listed('nothing')).toEqual([])
    expect(await all(store.list('c'))).toEqual([{ path: 'c/3', size: 3, modified: expect.any(Date) }])
  })

  test('bytes beyond the end are refused with the size', async () => {
    const { store } = await temporaryStore()
    await store.put('x', bytes('abc'))
    await expect(store.getRange('x', 1, 4)).rejects.toMatchObject({ code: 'object-range', size: 3 })
    await expect(store.getRange('x', 2, 1)).rejects.toMatchObject({ code: 'object-range' })
    expect(await store.getRange('x', 3, 3)).toHaveLength(0)
  })

  test.each(['', '/etc/passwd', '../x', 'a/../../x', 'a/./b', 'a//b', 'a/', 'a\\b', 'C:/x', 'a\0b', 'a\nb'])(
    'the path %j is refused everywhere',
    async (path) => {
      const { store } = await temporaryStore()
      const refused = { code: 'invalid-object-path', path }
      await expect(store.put(path, bytes('x'))).rejects.toMatchObject(refused)
      await expect(store.get(path)).rejects.toMatchObject(refused)
      await expect(store.getRange(path, 0, 1)).rejects.toMatchObject(refused)
      await expect(store.size(path)).rejects.toMatchObject(refused)
      await expect(store.delete(path)).rejects.toMatchObject(refused)
    },
  )

  test('a listing does not leave the store', async () => {
    const { store } = await temporaryStore()
    await expect(all(store.list('../..'))).rejects.toMatchObject({ code: 'invalid-object-path', path: '../..' })
  })

  test('a location that is not there is an error of its own, and is not made', async () => {
    const { store, location } = await temporaryStore()
    await rm(location, { recursive: true })
    const missing = { code: 'store-location-missing', store: 'local', location }
    await expect(store.put('x', bytes('x'))).rejects.toMatchObject(missing)
    await expect(store.get('x')).rejects.toMatchObject(missing)
    await expect(store.size('x')).rejects.toMatchObject(missing)
    await expect(all(store.list(''))).rejects.toMatchObject(missing)
    await writeFile(location, 'no folder')
    await expect(store.put('x', bytes('x'))).rejects.toMatchObject(missing)
  })

  test('an aborted put leaves nothing', async () => {
    const { store, location } = await temporaryStore()
    await expect(store.put('x', bytes('x'), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
    const controller = new AbortController()
    const putting = store.put('y', new Uint8Array(64 * 2 ** 20), { signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(putting).rejects.toThrow(/abort/)
    expect(await readdir(location)).toEqual([])
  })

  test('a put that fails leaves nothing, and the object as it was', async () => {
    const { store, location } = await temporaryStore()
    await mkdir(join(location, 'x/y'), { recursive: true })
    await expect(store.put('x', bytes('x'))).rejects.toMatchObject({
      code: expect.stringMatching(/EISDIR|ENOTEMPTY|EEXIST/),
    })
    expect(await readdir(location)).toEqual(['x'])
  })

  test('many writers of one object leave one whole object', async () => {
    const { store, location } = await temporaryStore()
    const content = new Uint8Array(100_000).fill(7)
    await Promise.all(Array.from({ length: 20 }, () => store.put('a/x', content)))
    expect(await store.get('a/x')).toEqual(content)
    expect(await readdir(join(location, 'a'))).toEqual(['x'])
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
