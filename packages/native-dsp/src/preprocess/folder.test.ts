import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, requireFolder } from './folder.ts'

let root = ''
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), 'neurojoint-folder-'))))
afterAll(() => rm(root, { recursive: true }))

test('a folder is made with those above it, and asked about without being made', async () => {
  const folder = join(root, 'a/b ü/c')
  expect(await requireFolder(folder)).toBe(root)
  expect(await readdir(root)).toEqual([])
  await makeFolder(folder)
  await makeFolder(folder)
  expect(await requireFolder(folder)).toBe(folder)
})

test('a file where a folder should be is named', async () => {
  const path = join(root, 'file')
  await writeFile(path, '')
  const below = join(path, 'below')
  for (const folder of [path, below]) await expect(requireFolder(folder)).rejects.toMatchObject({ code: 'file', path })
  await expect(makeFolder(below)).rejects.toMatchObject({ code: 'file', path: below })
})

test.skipIf(process.platform !== 'linux')('a folder that the system makes for nobody is refused at once', async () => {
  await expect(makeFolder('/proc/neurojoint/result')).rejects.toMatchObject({ code: 'file', path: '/proc/neurojoint' })
})
