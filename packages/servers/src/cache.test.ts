import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defaultCache, makeFolderOnce } from './cache.ts'

let temporary = ''
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'servers-cache-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(temporary, { recursive: true })
})

test('a folder that two ask for at once is filled by one and seen whole by both', async () => {
  const folder = join(temporary, 'wanted')
  const fill = vi.fn<(partial: string) => Promise<void>>(async (partial) => {
    await sleep(50)
    expect(existsSync(folder)).toBe(false)
    writeFileSync(join(partial, 'content'), 'whole')
  })
  await Promise.all([makeFolderOnce(folder, fill), makeFolderOnce(folder, fill)])
  expect(fill).toHaveBeenCalledOnce()
  expect(readFileSync(join(folder, 'content'), 'utf8')).toBe('whole')
  expect(readdirSync(temporary)).toEqual(['wanted'])
})

test('a fill that fails leaves nothing, and the next one is tried', async () => {
  const folder = join(temporary, 'wanted')
  const failing = makeFolderOnce(folder, () => Promise.reject(new TypeError('no network')))
  await expect(failing).rejects.toThrow('no network')
  expect(readdirSync(temporary)).toEqual([])
  await makeFolderOnce(folder, async () => {})
  expect(readdirSync(temporary)).toEqual(['wanted'])
})

test('the lock of a process that is dead does not hold up others', async () => {
  const folder = join(temporary, 'wanted')
  writeFileSync(`${folder}.lock`, `${hostname()} 4194305`) // beyond the largest process id of Linux
  await makeFolderOnce(folder, async () => {})
  expect(readdirSync(temporary)).toEqual(['wanted'])
})

test('waiting for another process can be cancelled', async () => {
  const folder = join(temporary, 'wanted')
  writeFileSync(`${folder}.lock`, `${hostname()} ${process.pid}`)
  await expect(makeFolderOnce(folder, async () => {}, AbortSignal.timeout(50))).rejects.toMatchObject({
    name: expect.stringMatching(/TimeoutError|AbortError/),
  })
})

test('the cache folder follows NEUROJOINT_CACHE, then XDG_CACHE_HOME', () => {
  vi.stubEnv('XDG_CACHE_HOME', '/xdg')
  vi.stubEnv('NEUROJOINT_CACHE', '')
  expect(defaultCache()).toBe('/xdg/neurojoint/servers')
  vi.stubEnv('NEUROJOINT_CACHE', '/ours')
  expect(defaultCache()).toBe('/ours/servers')
})
