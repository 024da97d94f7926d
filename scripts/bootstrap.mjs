/**
 * Runs a command of this repository on a machine with nothing but Node 18 or newer and npm:
 *
 *   node scripts/bootstrap.mjs <command...>
 *
 * installs the locked dependencies when they are missing or stale, then runs the command with `node_modules/.bin` first
 * on PATH, where `node` is the Node 24 that came with them. No dependencies, and no newer syntax than Node 18 knows.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')
const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))

const command = process.argv.slice(2)
if (command.length === 0) fail('usage: node scripts/bootstrap.mjs <command...>')
if (Number.parseInt(process.versions.node, 10) < 18)
  fail(`Node ${process.versions.node} is too old: install 18 or newer.`)

const staleness = findStaleness()
if (staleness !== null) install(staleness)
process.env.PATH = `${bin}${delimiter}${process.env.PATH ?? ''}`
process.env.TURBO_TELEMETRY_DISABLED = '1'
checkNode()
run(command)

/** Why the installed tree is not the locked one; null if it is. */
function findStaleness() {
  const installed = join(root, 'node_modules', '.pnpm', 'lock.yaml') // pnpm's own copy of what it installed
  if (!existsSync(installed)) return 'nothing is installed yet'
  if (readFileSync(installed, 'utf8') !== readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')) {
    return 'the lock file has changed'
  }
  for (const folder of workspaceFolders()) {
    const { dependencies, devDependencies } = readJson(join(folder, 'package.json'))
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      if (!existsSync(join(root, folder, 'node_modules', name)))
        return `${name} is missing from ${folder || 'the root'}`
    }
  }
  return null
}

/** The root, and the folders that the patterns of pnpm-workspace.yaml (`name` or `name/*`) find. */
function workspaceFolders() {
  const settings = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const list = /^packages:\n((?: *- .*\n)+)/m.exec(settings)?.[1] ?? ''
  const patterns = list.split('\n').flatMap((line) => /- *["']?([^"'\s]+)/.exec(line)?.[1] ?? [])
  const folders = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern]
    const parent = pattern.slice(0, -2)
    if (!existsSync(join(root, parent))) return []
    return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`)
  })
  return ['', ...folders.filter((folder) => existsSync(join(root, folder, 'package.json')))]
}

function install(reason) {
  const { packageManager } = readJson('package.json')
  say(`installing the dependencies, because ${reason} (about 20 s and 500 MB the first time)`)
  const started = Date.now()
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'
  // without a terminal, so that pnpm never asks; a stale folder is replaced
  const { status, error } = spawnSync(npx, ['-y', packageManager, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CI: 'true' },
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    fail(
      `the installation failed (${error?.message ?? `exit code ${status}`}), so nothing was run. ` +
        'It needs npm and a reachable npm registry; run the command again to go on from here.',
    )
  }
  say(`installed in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** On Linux, Node 24 came with the dependencies; elsewhere the one that runs this has to do. */
function checkNode() {
  const { status, stdout } = spawnSync('node', ['--version'], { encoding: 'utf8' })
  const version = status === 0 ? stdout.trim() : 'none'
  const [major, minor] = version.slice(1).split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return
  fail(
    `Node 22.18 or newer is needed, and \`node\` is ${version}. On Linux (x64, arm64; glibc) a Node 24 is installed with ` +
      'the dependencies; here, please install one (https://nodejs.org) and run the command again.',
  )
}

/**
 * Runs the command to its end, in a process group of its own, and passes each signal to that group once. A Ctrl-C can
 * reach this process twice, from the terminal and from npm; the command must see it as one.
 */
function run([program, ...parameters]) {
  const grouped = process.platform !== 'win32'
  const child = spawn(program, parameters, {
    cwd: root,
    stdio: 'inherit',
    detached: grouped,
    env: { ...process.env, NEUROJOINT_BOOTSTRAPPED: '1' },
    shell: !grouped,
  })
  let last = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (Date.now() - last < 300 || child.pid === undefined) return
      last = Date.now()
      if (grouped) process.kill(-child.pid, signal)
    })
  }
  child.on('error', (error) => fail(`${program} could not be run: ${error.message}`))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}

function say(message) {
  console.error(`[neurojoint] ${message}`)
}

function fail(message) {
  say(message)
  process.exit(1)
}
