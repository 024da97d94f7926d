import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

test('a database opens in what --eval runs, whose options a worker thread would refuse', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  const code = `
    import { definePipeline } from '@neurojoint/core'
    const db = await definePipeline({ schemas: [], tables: {}, database: { kind: 'sqlite', path: process.argv[1] } }).open()
    await db.close()
    console.log('closed')
  `
  try {
    const parameters = ['--input-type=module', '--eval', code, join(folder, 'eval.sqlite')]
    const { stdout } = await run(process.execPath, parameters, { cwd: import.meta.dirname })
    expect(stdout).toBe('closed\n')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
