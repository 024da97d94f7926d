import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)

const printed = [
  "[\n  {\n    subject: 'm1',\n    session_datetime: '2024-05-01 10:00:00',\n    duration: 30,\n    sex: 'F'\n  }\n]\n",
  '[\n  { session: 1, bout: 0, bout_start: 0.5 },\n  { session: 1, bout: 1, bout_start: 4 }\n]\n',
]

test('the examples of the README run and print what they should', { timeout: 60_000 }, async () => {
  const readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code)
  // Below this package, `@neurojoint/core` is this package.
  const folder = await mkdtemp(join(import.meta.dirname, '.readme-'))
  try {
    const outputs: string[] = []
    for (const code of examples) {
      await writeFile(join(folder, 'example.ts'), code)
      outputs.push((await run('node', ['example.ts'], { cwd: folder })).stdout)
    }
    expect(outputs).toEqual(printed)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
