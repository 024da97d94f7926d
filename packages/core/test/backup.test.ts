import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { backup, declare, definePipeline, planDeclare } from '../src/index.ts'
import { pairSchemas } from './backup-tables.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neurojoint-backup-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const tables = pairSchemas('pairs')
const open = (name: string) =>
  definePipeline({
    schemas: [tables.schema],
    tables: {},
    database: { kind: 'sqlite', path: join(folder, name) },
  }).open()

async function filled(rows: number) {
  const db = await open('lab.sqlite')
  await declare(db, await planDeclare(db, [tables.schema]))
  const keys = Array.from({ length: rows }, (_, index) => ({ n: index + 1 }))
  await db(tables.Left).insert(keys.map(({ n }) => ({ n, text: 'y'.repeat(2000) })))
  await db(tables.Right).insert(keys)
  return db
}

test(
  'a backup taken while another process writes is of one moment, and can be opened',
  { timeout: 60_000 },
  async () => {
    await using db = await filled(4000)
    const writer = spawn(
      process.execPath,
      ['--conditions=development', join(import.meta.dirname, 'backup-process.ts'), join(folder, 'lab.sqlite'), 'pairs'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const ended = once(writer, 'exit')
    try {
      await Promise.race([once(writer.stdout, 'data'), ended.then(() => Promise.reject(new Error('The writer ended')))])
      for (let round = 1; round <= 3; round++) {
        const before = await db(tables.Left).count()
        let steps = 0
        await backup(db, join(folder, `backup${round}.sqlite`), { onProgress: () => (steps += 1) })
        const after = await db(tables.Left).count()
        await using copy = await open(`backup${round}.sqlite`)
        const [left, right] = [await copy(tables.Left).count(), await copy(tables.Right).count()]
        expect(left).toBe(right)
        expect(left).toBeGreaterThanOrEqual(before)
        expect(left).toBeLessThanOrEqual(after)
        expect(after).toBeGreaterThan(before)
        expect(steps).toBeGreaterThan(1)
      }
    } finally {
      writer.kill('SIGKILL')
      await ended
    }
  },
)

test('one that is stopped leaves nothing', async () => {
  await using db = await filled(4000)
  const controller = new AbortController()
  const stopped = backup(db, join(folder, 'backup.sqlite'), {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('enough')),
  })
  await expect(stopped).rejects.toThrow('enough')
  expect((await readdir(folder)).filter((name) => name.includes('backup'))).toEqual([])
})

test('a file that is there is left as it is, and a folder that is not there is told', async () => {
  await using db = await filled(1)
  await writeFile(join(folder, 'mine.sqlite'), 'mine')
  await expect(backup(db, join(folder, 'mine.sqlite'))).rejects.toMatchObject({ code: 'backup-exists' })
  await expect(backup(db, join(folder, 'nowhere/backup.sqlite'))).rejects.toMatchObject({ code: 'backup-failed' })
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
})

test.runIf(inject('mariadb'))('a server is backed up by its own programs', async () => {
  const database = inject('mariadb')
  if (!database) return
  await using db = await definePipeline({ schemas: [], tables: {}, database }).open()
  await expect(backup(db, join(folder, 'backup.sqlite'))).rejects.toMatchObject({ code: 'backup-unsupported' })
})
