import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { backup, declare, definePipeline, defineSchema, planDeclare } from '../src/index.ts'

// as sticks (exFAT) and many network shares answer
const refused = Object.assign(new Error('operation not permitted, link'), { code: 'EPERM' })
vi.mock(import('node:fs/promises'), async (original) => ({
  ...(await original()),
  link: () => Promise.reject(refused),
}))

test('a backup goes to a file system without links too, and replaces nothing there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-backup-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const schema = defineSchema('lab')
  const Sample = schema.manual('Sample', {}, 'n : int32')
  const open = (name: string) =>
    definePipeline({ schemas: [schema], tables: {}, database: { kind: 'sqlite', path: join(folder, name) } }).open()
  await using db = await open('lab.sqlite')
  await declare(db, await planDeclare(db, [schema]))
  await db(Sample).insert([{ n: 1 }, { n: 2 }])
  await backup(db, join(folder, 'backup.sqlite'))
  await using copy = await open('backup.sqlite')
  expect(await copy(Sample).count()).toBe(2)
  const late = backup(db, join(folder, 'late.sqlite'), {
    onProgress: () => void writeFile(join(folder, 'late.sqlite'), 'mine'),
  })
  await expect(late).rejects.toMatchObject({ code: 'backup-exists' })
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
})
