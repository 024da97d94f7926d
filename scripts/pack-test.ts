/**
 * Packs what would be published, looks at the tarballs with publint and attw, installs them with npm in a folder elsewhere,
 * and type-checks and runs there, as a lab would: every entry of them, a small pipeline, and the workflow template.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { bindingFile, platform } from '../packages/native-dsp/src/native/platform.ts'
import { interruption, root, runCommand } from './command.ts'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
}

const folders = globSync('packages/*/package.json', { cwd: root }).map(dirname).toSorted()
const readManifest = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), 'utf8'))
const temporary = mkdtempSync(join(tmpdir(), 'neurojoint-packed-'))
try {
  process.exitCode = await testPacked()
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

async function testPacked(): Promise<number> {
  const published = folders.filter((folder) => readManifest(join(folder, 'package.json')).private !== true)
  if (!(await must('build', ['turbo', 'run', 'build', '--output-logs=errors-only', '--ui=stream']))) return 1
  const tarballs = join(temporary, 'tarballs')
  mkdirSync(tarballs)
  for (const folder of published) {
    const pack = ['pnpm', 'pack', '--pack-destination', tarballs]
    if (!(await must(`pack ${basename(folder)}`, pack, { cwd: join(root, folder) }))) return 1
  }
  const binary = await packBinary(tarballs)
  const looks = await Promise.all(
    split(
      readdirSync(tarballs).map((name) => join(tarballs, name)),
      2,
    ).map(lookAt),
  )
  if (!looks.flat().every(Boolean)) return 1

  const consumer = join(temporary, 'our lab')
  mkdirSync(consumer)
  writeConsumer(consumer, published)
  const install = [
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...readdirSync(tarballs).map((name) => join(tarballs, name)),
  ]
  if (!(await must('npm install', install, { cwd: consumer }))) return 1
  if (!(await must('types of the installed packages', ['tsc', '-p', consumer]))) return 1
  if (!(await must('run', ['node', 'consumer.ts'], { cwd: consumer }))) return 1
  const workflow = join(consumer, 'workflow')
  const forkTypes = ['tsc', '-p', workflow, '--typeRoots', join(root, 'node_modules/@types')]
  if (!(await must('types of the workflow template', forkTypes))) return 1
  if (!(await must('npm start -- settings', ['npm', 'start', '--', 'settings'], { cwd: workflow }))) return 1
  const diagram = ['npm', 'start', '--', 'diagram', 'pipeline.svg']
  if (!(await must('npm start -- diagram', diagram, { cwd: workflow }))) return 1
  const implementation = binary === null ? 'typescript' : 'native'
  const preprocessing = ['node', 'preprocessing.ts', implementation]
  if (!(await must(`preprocessing, ${implementation}`, preprocessing, { cwd: consumer }))) return 1
  return (await must('neurojoint-dsp --help', ['npx', 'neurojoint-dsp', '--help'], { cwd: consumer })) ? 0 : 1
}

/** The package of this platform with the binary that the tests ran with: the tarball, or null where none was built. */
async function packBinary(tarballs: string): Promise<string | null> {
  const built = join(root, 'packages/native-dsp', bindingFile)
  const folder = join(root, 'packages/native-dsp/npm', platform)
  if (!existsSync(built) || !existsSync(folder)) return null
  const copy = join(temporary, platform)
  mkdirSync(copy)
  copyFileSync(join(folder, 'package.json'), join(copy, 'package.json'))
  copyFileSync(built, join(copy, bindingFile))
  // its `prepack` looks for what is published
  const pack = ['npm', 'pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', tarballs]
  if (!(await must(`pack ${platform}`, pack, { cwd: copy }))) return null
  return readdirSync(tarballs).find((name) => name.includes(platform)) ?? null
}

/** A type-checked folder outside the repository, with Node's types lent from it; in it, a fork of the workflow template. */
function writeConsumer(folder: string, published: readonly string[]): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  for (const program of ['consumer.ts', 'preprocessing.ts'])
    copyFileSync(join(root, 'scripts/packed', program), join(folder, program))
  const settings = {
    compilerOptions: {
      target: 'ES2024',
      module: 'NodeNext',
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      typeRoots: [join(root, 'node_modules/@types')],
      types: ['node'],
    },
    files: ['consumer.ts', 'preprocessing.ts', 'entries.ts'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const entries = published.flatMap((path) => {
    const { name, exports = {} } = readManifest(join(path, 'package.json'))
    return Object.keys(exports).map((entry) => `export type {} from '${name}${entry.slice(1)}'\n`)
  })
  writeFileSync(join(folder, 'entries.ts'), entries.join(''))
  writeFork(join(folder, 'workflow'))
}

/** The workflow template as its README says to copy it; the packages that it depends on are those of the consumer. */
function writeFork(folder: string): void {
  const template = join(root, 'apps/workflow-template')
  for (const path of ['package.json', 'src', 'user_data', 'tsconfig.json'])
    cpSync(join(template, path), join(folder, path), { recursive: true })
  rmSync(join(folder, 'src/demo'), { recursive: true })
}

async function lookAt(tarballs: readonly string[]): Promise<readonly boolean[]> {
  const results: boolean[] = []
  for (const tarball of tarballs) {
    const name = basename(tarball)
    results.push(await must(`publint ${name}`, ['publint', 'run', '--strict', tarball], { capture: true }))
    // a platform package is a binary without types
    if (/-(linux|darwin|win32)-/.test(name)) continue
    results.push(await must(`attw ${name}`, ['attw', '--profile', 'esm-only', tarball], { capture: true }))
  }
  return results
}

async function must(
  name: string,
  command: readonly string[],
  options: { readonly cwd?: string; readonly capture?: boolean } = {},
): Promise<boolean> {
  if (interruption() !== null) return false
  const { exitCode, output } = await runCommand(command, { capture: true, ...options })
  console.log(`${exitCode === 0 ? 'ok     ' : 'FAILED '} ${name}`)
  if (exitCode !== 0) console.log(output)
  return exitCode === 0
}

function split<T>(items: readonly T[], parts: number): readonly (readonly T[])[] {
  return Array.from({ length: parts }, (_, part) => items.filter((_item, i) => i % parts === part))
}
