/**
 * `npm test`: everything that must hold, in order, with a summary.
 *
 *   npm test                  the whole repository
 *   npm test -- core          one package (or app): its lint, types and tests
 *   npm test -- core relation the same, but only the test files whose path contains `relation`
 */
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { canHaveS3, startMariadb, startMysql, startS3 } from '../packages/servers/src/index.ts'
import { interruption, root, runCommand } from './command.ts'
import { compileCache, fillCompileCache } from './compile-cache.ts'
import { findCargo } from './rust.ts'
import { helpIfAsked, refuse } from './usage.ts'

interface Outcome {
  readonly name: string
  readonly result: 'passed' | 'failed' | 'skipped'
  readonly note: string
  readonly seconds: number
}

const inCi = Boolean(process.env['CI'])
const folders = globSync(['packages/*/package.json', 'apps/*/package.json'], { cwd: root })
  .map((path) => path.replace(/\/package\.json$/, ''))
  .toSorted()
const usage = `npm test                        everything that must hold, as CI runs it
npm test -- <package> [text]    one of ${folders.map((folder) => basename(folder)).join(', ')};
                                with a text: only the test files whose path contains it`
const parameters = process.argv.slice(2)
helpIfAsked(usage, parameters)
const [wanted, ...filters] = parameters
const narrowed = wanted?.replace('@neurojoint/', '')
const chosen = narrowed === undefined ? folders : folders.filter((folder) => basename(folder) === narrowed)
if (chosen.length === 0) refuse(`There is no package \`${wanted}\`.`, usage)
const noCargo = await findCargo()
const paths = narrowed === undefined ? ['.'] : chosen
const needsNative = narrowed === undefined || !['arrays', 'core', 'servers', 'figures'].includes(narrowed)
const needsServer = narrowed === undefined || narrowed === 'core' || narrowed === 'servers'

/** Servers without which a run on CI fails. */
const required = ['MariaDB 10.11', 'MySQL 9', ...((await canHaveS3()) ? ['S3'] : [])]

const outcomes: Outcome[] = []

await step('format', () => passes(['oxfmt', '--check', ...paths]))
await step('lint', () => passes(['oxlint', '--deny-warnings', ...paths]))
await step('types', checkTypes)
if (needsNative) {
  await step('native build', () =>
    noCargo === null
      ? passes(['node', 'packages/native-dsp/scripts/build-native.ts'])
      : noRust('built; TypeScript kernels instead'),
  )
}
if (narrowed === undefined || narrowed === 'native-dsp') {
  await step('Rust tests', () => (noCargo === null ? testCrate() : noRust('tested')))
}
if (needsServer) await step('servers', startAndStopServers)
await step('tests', async () => {
  await fillCompileCache()
  const projects = narrowed === undefined ? [] : ['--project', narrowed]
  // With Rust the native code was built above: then its tests may not be left out.
  const environment = needsNative && noCargo === null ? { NEUROJOINT_NATIVE: 'required' } : {}
  return passes(['vitest', 'run', ...projects, ...filters], { ...compileCache, ...environment })
})
if (narrowed === undefined) await step('packed packages', () => passes(['node', 'scripts/pack-test.ts']))
summarize()

async function step(name: string, work: () => Promise<Partial<Outcome>>): Promise<void> {
  if (interruption() !== null) return
  console.log(`\n=== ${name}`)
  const started = performance.now()
  const { result = 'failed', note = '' } = await work()
  const seconds = (performance.now() - started) / 1000
  if (interruption() === null) outcomes.push({ name, result, note, seconds })
}

async function passes(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Partial<Outcome>> {
  const { exitCode } = await runCommand(command, { environment })
  return exitCode === 0 ? { result: 'passed' } : { result: 'failed', note: `${command[0]} ended with ${exitCode}` }
}

/** Its tests, its documentation without a warning, and that it could be published. */
async function testCrate(): Promise<Partial<Outcome>> {
  const crate = ['--locked', '--manifest-path', 'packages/native-dsp/Cargo.toml', '--package', 'neurojoint-dsp']
  const tested = await passes(['cargo', 'test', '--profile', 'quick', ...crate])
  if (tested.result !== 'passed') return tested
  const documented = await passes(['cargo', 'doc', '--no-deps', '--quiet', ...crate], { RUSTDOCFLAGS: '-D warnings' })
  if (documented.result !== 'passed') return documented
  return passes(['cargo', 'package', '--no-verify', '--allow-dirty', '--quiet', ...crate])
}

async function noRust(what: string): Promise<Partial<Outcome>> {
  return { result: 'skipped', note: `${noCargo ?? ''}, so no native code is ${what}` }
}

/** Each package with its own settings, two at a time; what fails is shown. */
async function checkTypes(): Promise<Partial<Outcome>> {
  const waiting = narrowed === undefined ? ['.', ...chosen] : [...chosen]
  const failed: string[] = []
  const work = async (): Promise<void> => {
    for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
      const { exitCode, output } = await runCommand(['tsc', '--noEmit', '--pretty', 'false', '-p', folder], {
        capture: true,
      })
      console.log(
        `${exitCode === 0 ? 'ok     ' : 'FAILED '} ${folder === '.' ? 'scripts and repository tests' : folder}`,
      )
      if (exitCode === 0) continue
      failed.push(folder)
      console.log(output)
    }
  }
  await Promise.all([work(), work()])
  return failed.length === 0 ? { result: 'passed' } : { result: 'failed', note: failed.join(', ') }
}

interface Stoppable {
  readonly program?: string
  readonly version: string
  stop(): Promise<void>
}

/** Has the servers fetched before tests with time limits need them. Not every machine can have every version. */
async function startAndStopServers(): Promise<Partial<Outcome>> {
  const onProgress = (message: string): void => console.log(message)
  const found: string[] = []
  const missing: string[] = []
  const start = async (title: string, begin: () => Promise<Stoppable>): Promise<void> => {
    try {
      const server = await begin()
      await server.stop()
      found.push(`${server.program ?? title.split(' ')[0]} ${server.version}`)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      console.error(
        `\n${'!'.repeat(100)}\nNO ${title.toUpperCase()}: nothing below is tested on it.\n${reason}\n${'!'.repeat(100)}`,
      )
      missing.push(title)
    }
  }
  await start('MariaDB 10.11', () => startMariadb({ version: '10.11', onProgress }))
  await start('MySQL 9', () => startMysql({ version: '9', onProgress }))
  await start('S3', () => startS3({ onProgress }))
  await start('MariaDB 11.8', () => startMariadb({ version: '11.8', onProgress }))
  await start('MySQL 8.4', () => startMysql({ version: '8.4', onProgress }))
  await start('MySQL 8.0', () => startMysql({ version: '8.0', onProgress }))
  const note = `${found.join(', ')}${missing.length === 0 ? '' : `; NOT TESTED ON ${missing.join(', ')}`}`
  if (!required.some((title) => missing.includes(title))) return { result: 'passed', note }
  return { result: inCi ? 'failed' : 'skipped', note }
}

function summarize(): void {
  const total = outcomes.reduce((sum, { seconds }) => sum + seconds, 0)
  console.log(`\n=== summary (${formatSeconds(total)}, Node ${process.versions.node})`)
  for (const { name, result, note, seconds } of outcomes) {
    console.log(`${result.padEnd(8)} ${name.padEnd(16)} ${formatSeconds(seconds).padStart(8)}  ${note}`)
  }
  const failed = outcomes.filter(({ result }) => result === 'failed')
  if (interruption() !== null) {
    console.log('Interrupted: the rest was not run.')
    process.exitCode = 130
  } else if (failed.length > 0) {
    console.log(`Failed: ${failed.map(({ name }) => name).join(', ')}.`)
    process.exitCode = 1
  } else console.log('All passed.')
}

function formatSeconds(seconds: number): string {
  return seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
}
