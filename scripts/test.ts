/**
 * `npm test`: everything that must hold, in order, with a summary.
 *
 *   npm test                  the whole repository
 *   npm test -- core          one package (or app): its lint, types and tests
 *   npm test -- core relation the same, but only the test files whose path contains `relation`
 *
 * What compiles, type-checks and fetches does so at the same time, each telling what it did at its end.
 */
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
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

/** Shows what a step has to say: at once, or with the rest of it at its end. */
type Say = (text: string) => void

const begun = performance.now()
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

/** Most tests wait for a server, a lease or a process most of the time; the servers take so many, and no more. */
const workers = Math.min(6, availableParallelism() + 1)

/** For packages that do not say how long their tests may take: what takes a moment takes longer on a busy machine. */
const patience = ['--testTimeout=60000', '--hookTimeout=120000']

/** Servers without which a run on CI fails. */
const required = ['MariaDB 10.11', 'MySQL 9', ...((await canHaveS3()) ? ['S3'] : [])]

const outcomes: Outcome[] = []

await step('format', () => passes(['oxfmt', '--check', ...paths]))
await step('lint', () => passes(['oxlint', '--deny-warnings', ...paths]))
await Promise.all([beside('types', checkTypes), checkNativeCode(), fetchPrograms()])
await step('tests', async () => {
  await fillCompileCache()
  const projects = narrowed === undefined ? [] : ['--project', narrowed]
  // With Rust the native code was built above: then its tests may not be left out.
  const environment = needsNative && noCargo === null ? { NEUROJOINT_NATIVE: 'required' } : {}
  return passes(['vitest', 'run', `--maxWorkers=${workers}`, ...patience, ...projects, ...filters], {
    environment: { ...compileCache, ...environment },
  })
})
if (narrowed === undefined) await step('packed packages', () => passes(['node', 'scripts/pack-test.ts']))
summarize()

async function checkNativeCode(): Promise<void> {
  if (needsNative) {
    await beside('native build', async (say) =>
      noCargo === null
        ? passes(['node', 'packages/native-dsp/scripts/build-native.ts'], { say })
        : noRust('built; TypeScript kernels instead'),
    )
  }
  if (narrowed === undefined || narrowed === 'native-dsp') {
    await beside('Rust tests', async (say) => (noCargo === null ? testCrate(say) : noRust('tested')))
  }
}

/** Before tests with time limits need them. */
async function fetchPrograms(): Promise<void> {
  if (!needsServer) return
  await beside('servers', startAndStopServers)
  if (narrowed !== 'servers') await beside('Python', setUpPython)
}

async function step(name: string, work: () => Promise<Partial<Outcome>>): Promise<void> {
  if (interruption() !== null) return
  console.log(`\n=== ${name}`)
  await conclude(name, work)
}

/** A step that runs beside others: what it says comes in one piece. */
async function beside(name: string, work: (say: Say) => Promise<Partial<Outcome>>): Promise<void> {
  if (interruption() !== null) return
  console.log(`\n... ${name}`)
  const said: string[] = []
  await conclude(name, () => work((text) => said.push(text.trimEnd())))
  console.log([`\n=== ${name}`, ...said].join('\n'))
}

async function conclude(name: string, work: () => Promise<Partial<Outcome>>): Promise<void> {
  const started = performance.now()
  const { result = 'failed', note = '' } = await work()
  const seconds = (performance.now() - started) / 1000
  if (interruption() === null) outcomes.push({ name, result, note, seconds })
}

interface Running {
  readonly environment?: Readonly<Record<string, string>>
  /** Given where others run at the same time. */
  readonly say?: Say
}

async function passes(command: readonly string[], { environment = {}, say }: Running = {}): Promise<Partial<Outcome>> {
  const { exitCode, output } = await runCommand(command, { environment, capture: say !== undefined })
  say?.(output)
  return exitCode === 0 ? { result: 'passed' } : { result: 'failed', note: `${command[0]} ended with ${exitCode}` }
}

/** Its tests, its documentation without a warning, and that it could be published. */
async function testCrate(say: Say): Promise<Partial<Outcome>> {
  const crate = ['--locked', '--manifest-path', 'packages/native-dsp/Cargo.toml', '--package', 'neurojoint-dsp']
  // its tests compile in units, on all cores: slower code does for them
  const units = ['--config', 'profile.quick.package.neurojoint-dsp.codegen-units=16']
  const tested = await passes(['cargo', 'test', '--profile', 'quick', ...units, ...crate], { say })
  if (tested.result !== 'passed') return tested
  const environment = { RUSTDOCFLAGS: '-D warnings' }
  const documented = await passes(['cargo', 'doc', '--no-deps', '--quiet', ...crate], { say, environment })
  if (documented.result !== 'passed') return documented
  return passes(['cargo', 'package', '--no-verify', '--allow-dirty', '--quiet', ...crate], { say })
}

async function noRust(what: string): Promise<Partial<Outcome>> {
  return { result: 'skipped', note: `${noCargo ?? ''}, so no native code is ${what}` }
}

/** Each package with its own settings, two at a time; what fails is shown. */
async function checkTypes(say: Say): Promise<Partial<Outcome>> {
  const waiting = narrowed === undefined ? ['.', ...chosen] : [...chosen]
  const failed: string[] = []
  const work = async (): Promise<void> => {
    for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
      const { exitCode, output } = await runCommand(['tsc', '--noEmit', '--pretty', 'false', '-p', folder], {
        capture: true,
      })
      say(`${exitCode === 0 ? 'ok     ' : 'FAILED '} ${folder === '.' ? 'scripts and repository tests' : folder}`)
      if (exitCode === 0) continue
      failed.push(folder)
      say(output)
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

/** Not every machine can have every version. */
async function startAndStopServers(say: Say): Promise<Partial<Outcome>> {
  const found: string[] = []
  const missing: string[] = []
  const start = async (title: string, begin: () => Promise<Stoppable>): Promise<void> => {
    try {
      const server = await begin()
      await server.stop()
      found.push(`${server.program ?? title.split(' ')[0]} ${server.version}`)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      say(
        `\n${'!'.repeat(100)}\nNO ${title.toUpperCase()}: nothing below is tested on it.\n${reason}\n${'!'.repeat(100)}`,
      )
      missing.push(title)
    }
  }
  await start('MariaDB 10.11', () => startMariadb({ version: '10.11', onProgress: say }))
  await start('MySQL 9', () => startMysql({ version: '9', onProgress: say }))
  await start('S3', () => startS3({ onProgress: say }))
  await start('MariaDB 11.8', () => startMariadb({ version: '11.8', onProgress: say }))
  await start('MySQL 8.4', () => startMysql({ version: '8.4', onProgress: say }))
  await start('MySQL 8.0', () => startMysql({ version: '8.0', onProgress: say }))
  const note = `${found.join(', ')}${missing.length === 0 ? '' : `; NOT TESTED ON ${missing.join(', ')}`}`
  if (!required.some((title) => missing.includes(title))) return { result: 'passed', note }
  return { result: inCi ? 'failed' : 'skipped', note }
}

/** The environments that the tests run DataJoint for Python in. */
async function setUpPython(say: Say): Promise<Partial<Outcome>> {
  const made = await passes(['node', '--conditions=development', 'packages/core/test/python/environment.ts'], { say })
  return made.result === 'passed' || inCi ? made : { result: 'skipped', note: 'tests that need it are left out' }
}

function summarize(): void {
  const total = (performance.now() - begun) / 1000
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
  if (seconds < 100) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}
