import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

test('the example of the root README declares the row type that the README says', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? []
  const [, said = ''] = /`Row<typeof Weighing>` is `(\{.*?\})`/.exec(readme) ?? []
  // Below this app, its packages are there.
  const folder = await mkdtemp(join(import.meta.dirname, '.readme-'))
  try {
    const claim = `
      import type { Row } from '@neurojoint/core'
      type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
      export const same: Equal<Row<typeof Weighing>, ${said}> = true
      console.log(Weighing.declaration.heading.map(({ name }) => name).join())
    `
    await writeFile(join(folder, 'example.ts'), code + claim)
    const settings = { extends: join(root, 'tsconfig.base.json'), files: ['example.ts'] }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings))
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', folder])
    const { stdout } = await run(process.execPath, [join(folder, 'example.ts')])
    expect(stdout).toBe('subject,weighing_date,weight\n')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)
