import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { putByHash } from '../hash-address.ts'
import type { Store, StoredObject } from '../store.ts'
import { transferAll } from '../transfers.ts'

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const listed: T[] = []
  for await (const item of items) listed.push(item)
  return listed
}

const joined = async (pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> =>
  new Uint8Array(Buffer.concat(await all(pieces)))

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const pathsOf = (objects: readonly StoredObject[]): string[] => objects.map(({ path }) => path).toSorted()

/** Bytes that differ everywhere, in pieces of uneven length, each in the same memory. */
export async function* countingBytes(size: number, piece = 700_001): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(piece)
  for (let start = 0; start < size; start += piece) {
    const length = Math.min(piece, size - start)
    for (let at = 0; at < length; at++) memory[at] = (start + at) % 251
    yield memory.subarray(0, length)
  }
}

export function hashOfPieces() {
  const hash = createHash('sha256')
  return {
    add: (piece: Uint8Array) => void hash.update(piece),
    digest: () => hash.digest('hex'),
  }
}

async function hashOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = hashOfPieces()
  for await (const piece of pieces) hash.add(piece)
  return hash.digest()
}

/** What every store must do, whatever it is on. `open` gives an empty one; `lacks` is what the server below it gets wrong. */
export function testStore(
  title: string,
  open: () => Promise<Store>,
  lacks: readonly ('missing folders' | 'races')[] = [],
): void {
  describe(title, () => {
    test('gives back what was put, whole, in part and in pieces, and says how large it is', async () => {
      const store = await open()
      await store.put('raw/sess 2/x.dat', bytes('abcdef'))
      expect(await store.get('raw/sess 2/x.dat')).toEqual(bytes('abcdef'))
      expect(await store.getRange('raw/sess 2/x.dat', 2, 4)).toEqual(bytes('cd'))
      expect(await joined(store.stream('raw/sess 2/x.dat'))).toEqual(bytes('abcdef'))
      expect(await joined(store.stream('raw/sess 2/x.dat', { start: 3 }))).toEqual(bytes('def'))
      expect(await joined(store.stream('raw/sess 2/x.dat', { start: 1, end: 3 }))).toEqual(bytes('bc'))
      expect(await store.size('raw/sess 2/x.dat')).toBe(6)
      const found = await store.find('raw/sess 2/x.dat')
      expect(found).toEqual({ path: 'raw/sess 2/x.dat', size: 6, modified: expect.any(Date) })
      expect(Math.abs(Date.now() - Number(found?.modified))).toBeLessThan(60_000)
    })

    test('an empty object is an object', async () => {
      const store = await open()
      await store.put('empty', new Uint8Array(0))
      expect(await store.get('empty')).toHaveLength(0)
      expect(await store.getRange('empty', 0, 0)).toHaveLength(0)
      expect(await all(store.stream('empty'))).toEqual([])
      expect(await store.size('empty')).toBe(0)
      await store.put('empty stream', countingBytes(0))
      expect(await store.size('empty stream')).toBe(0)
    })

    test('what is put again replaces what was there', async () => {
      const store = await open()
      await store.put('x', bytes('first and longer'))
      await store.put('x', bytes('second'))
      expect(await store.get('x')).toEqual(bytes('second'))
      expect(await all(store.list(''))).toHaveLength(1)
    })

    test('what is not there is missing by name, has no size and cannot be deleted', async () => {
      const store = await open()
      await store.put('folder/x', bytes('x'))
      for (const path of lacks.includes('missing folders') ? ['nothing'] : ['nothing', 'folder']) {
        const missing = { code: 'object-missing', store: store.name, path }
        await expect(store.get(path)).rejects.toMatchObject(missing)
        await expect(store.getRange(path, 0, 1)).rejects.toMatchObject(missing)
        await expect(store.getRange(path, 0, 0)).rejects.toMatchObject(missing)
        await expect(all(store.stream(path))).rejects.toMatchObject(missing)
        const local = join(await temporaryFolder(), 'local')
        await expect(store.getFile(path, local)).rejects.toMatchObject(missing)
        await expect(stat(local)).rejects.toMatchObject({ code: 'ENOENT' })
        expect(await store.size(path)).toBe(null)
        expect(await store.find(path)).toBe(null)
        expect(await store.delete(path)).toBe(false)
      }
      expect(await store.refresh({ path: 'nothing', size: 1, modified: new Date() })).toBe(false)
      expect(await store.delete('folder/x')).toBe(true)
      expect(await store.size('folder/x')).toBe(null)
    })

    test('bytes beyond the end are refused with the size', async () => {
      const store = await open()
      await store.put('x', bytes('abc'))
      for (const [start, end] of [
        [1, 4],
        [4, 4],
        [5, 9],
      ] as const) {
        const beyond = { code: 'object-range', start, end, size: 3 }
        await expect(store.getRange('x', start, end)).rejects.toMatchObject(beyond)
        await expect(all(store.stream('x', { start, end }))).rejects.toMatchObject(beyond)
      }
      await expect(store.getRange('x', 2, 1)).rejects.toMatchObject({ code: 'object-range', size: 3 })
      await expect(store.getRange('x', -1, 1)).rejects.toMatchObject({ code: 'object-range' })
      await expect(store.getRange('x', 0.5, 1)).rejects.toMatchObject({ code: 'object-range' })
      expect(await store.getRange('x', 3, 3)).toHaveLength(0)
      expect(await all(store.stream('x', { start: 3 }))).toEqual([])
    })

    test.each(['', '/etc/passwd', '../x', 'a/../../x', 'a/./b', 'a//b', 'a/', 'a\\b', 'C:/x', 'a\0b', 'a\nb'])(
      'the path %j is refused everywhere',
      async (path) => {
        const store = await open()
        const refused = { code: 'invalid-object-path', path }
        await expect(store.put(path, bytes('x'))).rejects.toMatchObject(refused)
        await expect(store.putFile(path, '/no/file')).rejects.toMatchObject(refused)
        await expect(store.get(path)).rejects.toMatchObject(refused)
        await expect(store.getRange(path, 0, 1)).rejects.toMatchObject(refused)
        await expect(all(store.stream(path))).rejects.toMatchObject(refused)
        await expect(store.getFile(path, join(tmpdir(), 'never'))).rejects.toMatchObject(refused)
        await expect(store.size(path)).rejects.toMatchObject(refused)
        await expect(store.delete(path)).rejects.toMatchObject(refused)
      },
    )

    test('a listing does not leave the store', async () => {
      const store = await open()
      const refused = { code: 'invalid-object-path', path: '../..' }
      await expect(all(store.list('../..'))).rejects.toMatchObject(refused)
      await expect(all(store.listUnfinished('../..'))).rejects.toMatchObject(refused)
    })

    test('names of all kinds are kept as they are', async () => {
      const store = await open()
      const names = [
        'übung/日本 語.dat',
        'a b+c%20d',
        "it's (x) [y] {z}!",
        'q?a=b&c#d',
        '🧠',
        'a=1/b=2;c,d@e~f',
        '%2e%2e',
      ]
      for (const name of names) await store.put(`names/${name}`, bytes(name))
      for (const name of names) expect(await store.get(`names/${name}`)).toEqual(bytes(name))
      expect(pathsOf(await all(store.list('names')))).toEqual(names.map((name) => `names/${name}`).toSorted())
      for (const name of names) expect(await store.delete(`names/${name}`)).toBe(true)
      expect(await all(store.list('names'))).toEqual([])
    })

    test('lists what is below a folder, and not what only begins alike', async () => {
      const store = await open()
      for (const path of ['a/b/1', 'a/2', 'ab/3']) await store.put(path, bytes(path))
      expect(pathsOf(await all(store.list('')))).toEqual(['a/2', 'a/b/1', 'ab/3'])
      expect(pathsOf(await all(store.list('a')))).toEqual(['a/2', 'a/b/1'])
      expect(await all(store.list('nothing'))).toEqual([])
      expect(await all(store.list('ab'))).toEqual([{ path: 'ab/3', size: 4, modified: expect.any(Date) }])
    })

    test('lists thousands of objects', { timeout: 120_000 }, async () => {
      const store = await open()
      const paths = Array.from({ length: 2500 }, (_, index) => `many/${index % 7}/object ${index}`)
      await transferAll(paths, (path) => store.put(path, bytes('x')), { concurrency: 16 })
      expect(pathsOf(await all(store.list('many')))).toEqual(paths.toSorted())
      const controller = new AbortController()
      const listing = async () => {
        for await (const _ of store.list('', { signal: controller.signal })) controller.abort(new Error('enough'))
      }
      await expect(listing()).rejects.toThrow('enough')
    })

    test(
      'a large object comes and goes in bounded memory, as a stream and as a file',
      { timeout: 120_000 },
      async () => {
        const store = await open()
        const size = 160 * 2 ** 20
        const expected = await hashOf(countingBytes(size))
        const steps: number[] = []
        let most = 0
        const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 5)
        const before = process.memoryUsage().arrayBuffers
        await store.put('large', countingBytes(size), { onProgress: (done) => steps.push(done) })
        expect(await store.size('large')).toBe(size)
        expect(await hashOf(store.stream('large'))).toBe(expected)
        const folder = await temporaryFolder()
        await store.getFile('large', join(folder, 'new/copy'), { onProgress: (done) => steps.push(done) })
        await store.putFile('again', join(folder, 'new/copy'), { onProgress: (done) => steps.push(done) })
        clearInterval(watch)
        expect(await hashOf(store.stream('again'))).toBe(expected)
        expect(await readdir(join(folder, 'new'))).toEqual(['copy'])
        expect(most - before).toBeLessThan(128 * 2 ** 20)
        expect(steps.filter((done) => done === size)).toHaveLength(3)
        const middle = await store.getRange('large', 100_000_000, 100_000_010)
        expect([...middle]).toEqual(Array.from({ length: 10 }, (_, index) => (100_000_000 + index) % 251))
        expect(await all(store.listUnfinished(''))).toEqual([])
      },
    )

    test('what is stopped in the middle leaves nothing, and the object as it was', { timeout: 60_000 }, async () => {
      const store = await open()
      await expect(store.put('x', bytes('x'), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
      await store.put('kept', bytes('as it was'))
      for (const content of [new Uint8Array(64 * 2 ** 20), countingBytes(64 * 2 ** 20)]) {
        const controller = new AbortController()
        const onProgress = () => controller.abort(new Error('enough'))
        await expect(store.put('kept', content, { signal: controller.signal, onProgress })).rejects.toThrow('enough')
      }
      async function* stuck() {
        yield bytes('begun')
        await new Promise(() => {})
      }
      const controller = new AbortController()
      setTimeout(() => controller.abort(new Error('enough')), 30)
      await expect(store.put('kept', stuck(), { signal: controller.signal })).rejects.toThrow('enough')
      expect(await store.get('kept')).toEqual(bytes('as it was'))
      expect(pathsOf(await all(store.list('')))).toEqual(['kept'])
      expect(await all(store.listUnfinished(''))).toEqual([])
    })

    test('content that fails leaves nothing, and its error is told', async () => {
      const store = await open()
      async function* failing(pieces: number) {
        for (let piece = 0; piece < pieces; piece++) yield new Uint8Array(2 ** 20)
        throw new Error('the disk is gone')
      }
      await expect(store.put('x', failing(0))).rejects.toThrow('the disk is gone')
      await expect(store.put('x', failing(40))).rejects.toThrow('the disk is gone')
      await expect(store.putFile('x', join(await temporaryFolder(), 'nothing'))).rejects.toThrow(/ENOENT/)
      expect(await all(store.list(''))).toEqual([])
      expect(await all(store.listUnfinished(''))).toEqual([])
    })

    test('a stopped download leaves no file, and a reader may stop early', async () => {
      const store = await open()
      await store.put('x', new Uint8Array(32 * 2 ** 20))
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'copy'), 'as it was')
      const controller = new AbortController()
      const onProgress = () => controller.abort(new Error('enough'))
      const options = { signal: controller.signal, onProgress }
      await expect(store.getFile('x', join(folder, 'copy'), options)).rejects.toThrow('enough')
      expect(await readdir(folder)).toEqual(['copy'])
      expect(await readFile(join(folder, 'copy'), 'utf8')).toBe('as it was')
      for await (const piece of store.stream('x')) {
        expect(piece.length).toBeGreaterThan(0)
        break
      }
      await expect(store.get('x', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
      await expect(store.size('x', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    })

    test.skipIf(lacks.includes('races'))(
      'eight racing writers of one object leave one whole object',
      { timeout: 60_000 },
      async () => {
        const store = await open()
        for (const size of [100_000, 20 * 2 ** 20]) {
          const writers = Array.from({ length: 8 }, (_, writer) => new Uint8Array(size).fill(writer))
          await Promise.all(writers.map((content) => store.put('a/x', content)))
          const left = await store.get('a/x')
          expect(left).toHaveLength(size)
          expect(new Set(left).size).toBe(1)
        }
        expect(await all(store.list('a'))).toHaveLength(1)
        expect(await all(store.listUnfinished(''))).toEqual([])
      },
    )

    test('an object that is there is made as young as a new one when it is put under its hash again', async () => {
      const store = await open()
      const { path } = await putByHash(store, 'lab', bytes('abc'))
      const before = await store.find(path)
      // stores tell seconds
      await delay(1100)
      await putByHash(store, 'lab', bytes('abc'))
      const after = await store.find(path)
      expect(Number(after?.modified)).toBeGreaterThan(Number(before?.modified))
      expect(await store.get(path)).toEqual(bytes('abc'))
    })

    test('pruning deletes a folder that is empty, and leaves what has objects', async () => {
      const store = await open()
      for (const path of ['a/b/1', 'a/c/2']) await store.put(path, bytes(path))
      await store.delete('a/b/1')
      for (const folder of ['a/b', 'a/c', 'a', 'nothing']) await store.prune(folder)
      expect(pathsOf(await all(store.list('')))).toEqual(['a/c/2'])
    })
  })
}
