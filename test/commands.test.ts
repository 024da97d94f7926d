import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { root } from './workspace.ts'

vi.setConfig({ testTimeout: 30_000 })

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(read('package.json'))

/** Runs a command of package.json as npm does where it is called in `docs`, but for the installation. */
async function run(name: string, ...parameters: readonly string[]) {
  const [program = '', ...given] = (scripts[name] ?? '').replace('node scripts/bootstrap.mjs ', '').split(' ')
  const child = spawn(program, [...given, ...parameters], {
    cwd: root,
    env: {
      ...process.env,
      INIT_CWD: join(root, 'docs'),
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
    },
  })
  let written = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (written += text))
  const [exitCode] = await once(child, 'close')
  return { exitCode, written }
}

test('every command installs what it needs, and names files that are there', () => {
  const problems = Object.entries(scripts).flatMap(([name, command]) => [
    ...(command.startsWith('node scripts/bootstrap.mjs ') ? [] : [`${name} does not install`]),
    ...(command.match(/\S+\.(?:ts|mjs)\b/g) ?? [])
      // of the workflow template
      .filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, 'apps/workflow-template/src', path)))
      .map((path) => `${name} names ${path}`),
  ])
  expect(problems).toEqual([])
})

test('every command that the documentation names is one', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', '{packages,apps}/*/*.md', 'fixtures/**/*.md'], { cwd: root })
  const named = pages
    .filter((page) => !page.includes('node_modules'))
    .flatMap((page) => [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => ({ page, name })))
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([])
})

const ours = Object.keys(scripts).filter((name) => /scripts\/[\w-]+\.ts/.test(scripts[name] ?? ''))

test.each(ours)('npm run %s -- --help says how it is used, and does nothing else', async (name) => {
  const { exitCode, written } = await run(name, '--help')
  const spelt = ['start', 'test'].includes(name) ? `npm ${name}` : `npm run ${name}`
  expect({ exitCode, written }).toEqual({ exitCode: 0, written: expect.stringContaining(spelt) })
})

test.each([
  ['start', ['show', 'Subject', 'nonsense'], 'There is no `nonsense`.'],
  ['demo', ['nonsense'], 'There is no `nonsense`.'],
  ['test', ['nonsense'], 'There is no package `nonsense`.'],
  ['db', ['mysql', '5'], 'There is no mysql 5 to start.'],
  ['db', ['s3', '9'], 'There is no s3 9 to start.'],
  ['bench', ['nonsense'], 'There are no benchmarks of `nonsense`.'],
  ['bench:relations', ['nonsense'], 'There is no `nonsense`.'],
  ['conformance', ['nonsense'], join(root, 'docs/nonsense/schemas.json')],
  ['add', ['Element', 'What it is for'], '`Element` is no name'],
  ['add', ['core', 'What it is for'], 'packages/core is there already.'],
] as const)('npm run %s refuses %j without a stack', async (name, parameters, complaint) => {
  const { exitCode, written } = await run(name, ...parameters)
  expect({ exitCode, written }).toEqual({ exitCode: 2, written: expect.stringContaining(complaint) })
  expect(written).not.toContain('    at ')
})
