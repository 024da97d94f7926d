import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
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

/** A folder of files below this package, where `@neurojoint/core` is this package. */
async function withFiles<T>(
  files: readonly (readonly [string, string])[],
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(import.meta.dirname, '.guide-'))
  try {
    for (const [name, content] of files) await writeFile(join(folder, name), content)
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('there are pages', () => {
  expect(pages).not.toEqual([])
})

test('their examples have the types that they rely on', async () => {
  const programs = pages.map(async (page) => {
    const examples = await readExamples(page)
    return [`${basename(page, '.md')}.ts`, examples.map(({ code }) => code).join('')] as const
  })
  const settings = ['tsconfig.json', JSON.stringify({ extends: join(root, 'tsconfig.base.json') })] as const
  await withFiles([...(await Promise.all(programs)), settings], async (folder) => {
    const compiler = join(root, 'node_modules/typescript/bin/tsc')
    const options = ['--project', folder, '--customConditions', 'development']
    const { stdout } = await run('node', [compiler, ...options]).catch((error: { stdout: string }) => error)
    expect(stdout).toBe('')
  })
}, 120_000)

describe.each(pages)('%s', (page) => {
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
          const { stdout } = await withFiles([['guide.ts', program]], (folder) =>
            run('node', ['guide.ts'], { cwd: folder }),
          )
          expect(stdout.split(`${BOUNDARY}\n`).slice(0, -1)).toEqual(examples.map(({ output }) => output))
        } finally {
          await dispose()
        }
      },
      60_000,
    )
  })
})
