import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

test('the example of the README runs and prints what it should', async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
  // Below this package, `@neurojoint/element-lab` is this package.
  const folder = await mkdtemp(join(import.meta.dirname, '.readme-'))
  try {
    await writeFile(join(folder, 'example.ts'), code)
    const { stdout } = await run(process.execPath, ['example.ts'], { cwd: folder })
    expect(stdout).toBe("[ { project: 'P1', user: 'anna', user_fullname: 'Anna A.' } ]\n")
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
