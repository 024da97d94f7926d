/**
 * Builds the binding with cargo and puts it beside the package as `native-dsp.<platform>.node`.
 *
 *   node scripts/build-native.ts           the quick profile, about a minute on an idle machine with two cores
 *   node scripts/build-native.ts release   the published one; also copied into its platform package
 *
 * The source's hash decides whether there is anything to do; binaries of the same hash are taken from
 * `$XDG_CACHE_HOME/neurojoint` (`~/.cache/neurojoint`). Exit code 3 says that there is no cargo.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bindingFile, platform } from '../src/native/platform.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const profile = process.argv[2] === 'release' ? 'release' : 'quick'
const target = join(root, bindingFile)
const stamp = `${target}.stamp`
const outputs = profile === 'release' ? [target, join(root, 'npm', platform, bindingFile)] : [target]

const cargoVersion = cargo()
const hash = sourceHash(cargoVersion)
const key = `${profile}-${hash}`
/** A published binary of the same source also does where a quick one is asked for. */
const satisfying = [key, `release-${hash}`]
const cached = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'neurojoint',
  'native-dsp',
  key,
  bindingFile,
)

if (
  outputs.every((output) => existsSync(output)) &&
  existsSync(stamp) &&
  satisfying.includes(readFileSync(stamp, 'utf8'))
) {
  say('up to date')
} else if (existsSync(cached)) {
  install(cached)
  say(`taken from ${cached}`)
} else {
  say(`building (${profile} profile; ${profile === 'quick' ? 'about a minute' : 'up to two minutes'})`)
  build()
}

function cargo(): string {
  try {
    return execFileSync('cargo', ['--version'], { encoding: 'utf8' }).trim()
  } catch {
    say('there is no cargo on PATH: the TypeScript implementation will do the work')
    process.exit(3)
  }
}

function sourceHash(version: string): string {
  const hash = createHash('sha256').update(`${version}\0${platform}\0`)
  const sources = globSync(['Cargo.toml', 'Cargo.lock', 'crates/**/*.{rs,toml}'], { cwd: root }).toSorted()
  for (const source of sources)
    hash
      .update(`${source}\0`)
      .update(readFileSync(join(root, source)))
      .update('\0')
  return hash.digest('hex').slice(0, 24)
}

function build(): void {
  const { status } = spawnSync(
    'cargo',
    ['build', '--locked', '--profile', profile, '--package', 'neurojoint-dsp-node'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  )
  if (status !== 0) process.exit(status ?? 1)
  const library = process.platform === 'darwin' ? 'libneurojoint_dsp_node.dylib' : 'libneurojoint_dsp_node.so'
  const built = join(process.env['CARGO_TARGET_DIR'] ?? join(root, 'target'), profile, library)
  mkdirSync(dirname(cached), { recursive: true })
  replace(built, cached)
  install(built)
  say(`built ${bindingFile}`)
}

function install(from: string): void {
  for (const output of outputs) replace(from, output)
  writeFileSync(stamp, key)
}

/** A process that has the old file loaded keeps it: the new one gets a name of its own first. */
function replace(from: string, to: string): void {
  const fresh = `${to}.${process.pid}`
  copyFileSync(from, fresh)
  renameSync(fresh, to)
}

function say(message: string): void {
  console.log(`native-dsp: ${message}`)
}
