import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { onEveryDatabase } from './databases.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')

interface Example {
  readonly code: string
  /** What the page says that it prints. */
  readonly output: string
}

/** Printed between the examples, so that each output is known. */
const BOUNDARY = '~ end of example ~'

/** That of preprocessing has no database; the test of it is beside the packages that it shows. */
const pages = globSync('docs/guides/*.md', { cwd: root }).filter((page) => !page.endsWith('preprocessing.md'))
/** It needs Python and a server: with-python.test.ts runs it. */
const onPython = (page: string): boolean => page.endsWith('with-python.md')

async function readExamples(page: string): Promise<readonly Example[]> {
  const text = await readFile(join(root, page), 'utf8')
  const examples = text.matchAll(/```ts\n([\s\S]*?)```(?:\n\n```text\n([\s\S]*?)```)?/g)
  return [...examples].map(([, code = '', output = '']) => ({ code, output }))
}

/** A folder below this package, where `@neurojoint/core` is this package. */
async function withProgram<T>(program: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(import.meta.dirname, '.guide-'))
  try {
    await writeFile(join(folder, 'guide.ts'), program)
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('there are pages', () => {
  expect(pages).not.toEqual([])
})

describe.each(pages)('%s', (page) => {
  test('its examples have the types that they rely on', async () => {
    const program = (await readExamples(page)).map(({ code }) => code).join('')
    await withProgram(program, async (folder) => {
      const settings = { extends: join(root, 'tsconfig.base.json'), files: ['guide.ts'] }
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings))
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      const options = ['--project', folder, '--customConditions', 'development']
      const { stdout } = await run('node', [compiler, ...options]).catch((error: { stdout: string }) => error)
      expect(stdout).toBe('')
    })
  }, 60_000)

  onEveryDatabase('its examples', (database) => {
    test.skipIf(onPython(page))(
      'run in order and print what stands below them',
      async () => {
        const { settings, dispose } = await database.shared()
        const examples = await readExamples(page)
        const program = examples
          .map(({ code }) => `${code}\nconsole.log('${BOUNDARY}')\n`)
          .join('')
          .replace("{ kind: 'sqlite', path: 'lab.sqlite' }", JSON.stringify(settings))
          .replace("defineSchema('lab')", `defineSchema('${database.prefix()}lab')`)
        try {
          const { stdout } = await withProgram(program, (folder) => run('node', ['guide.ts'], { cwd: folder }))
          expect(stdout.split(`${BOUNDARY}\n`).slice(0, -1)).toEqual(examples.map(({ output }) => output))
        } finally {
          await dispose()
        }
      },
      60_000,
    )
  })
})
