import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { root } from './workspace.ts'

let clone = ''
const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(clone, path)), { recursive: true })
  writeFileSync(join(clone, path), text)
}
const read = (path: string): string => readFileSync(join(clone, path), 'utf8')

// A clone with one package, and an `npx` that installs as pnpm would, and writes down how it was called.
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'neurojoint-clone-'))
  mkdirSync(join(clone, 'scripts'))
  for (const name of ['bootstrap.mjs', 'command.ts'])
    copyFileSync(join(root, 'scripts', name), join(clone, 'scripts', name))
  write('package.json', JSON.stringify({ packageManager: 'pnpm@1.2.3' }))
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n')
  write('pnpm-lock.yaml', 'locked: 1\n')
  write('packages/one/package.json', JSON.stringify({ dependencies: { '@a/b': '1.0.0' } }))
  write(
    'bin/npx',
    `#!/bin/sh
echo "$@" >> installs
mkdir -p node_modules/.pnpm node_modules/.bin packages/one/node_modules/@a/b
cp pnpm-lock.yaml node_modules/.pnpm/lock.yaml
exit $(cat installation-fails 2>/dev/null || echo 0)
`,
  )
  chmodSync(join(clone, 'bin/npx'), 0o755)
})
afterEach(() => rmSync(clone, { recursive: true, force: true }))

function start(...command: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['scripts/bootstrap.mjs', ...command], {
    cwd: clone,
    env: { ...process.env, PATH: `${join(clone, 'bin')}:${process.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

async function run(...command: readonly string[]): Promise<number> {
  const [code] = await once(start(...command), 'exit')
  return Number(code)
}

test('what is missing is installed once, from the lock file, with the package manager that is named', async () => {
  expect(await run('true')).toBe(0)
  expect(await run('true')).toBe(0)
  expect(read('installs')).toBe('-y pnpm@1.2.3 install --frozen-lockfile\n')
})

test('a changed lock file and a missing dependency of a package are reasons to install', async () => {
  const installs = (): number => read('installs').trim().split('\n').length
  await run('true')
  write('pnpm-lock.yaml', 'locked: 2\n')
  await run('true')
  expect(installs()).toBe(2)
  rmSync(join(clone, 'packages/one/node_modules'), { recursive: true })
  await run('true')
  expect(installs()).toBe(3)
})

test('nothing is run when the installation fails', async () => {
  write('installation-fails', '9')
  expect(await run('touch', 'it-ran')).toBe(1)
  expect(() => read('it-ran')).toThrow('ENOENT')
})

test('the exit code is that of the command', async () => {
  expect(await run('sh', '-c', 'exit 7')).toBe(7)
  expect(await run('sh', '-c', 'kill -TERM $$')).toBe(128 + 15)
  expect(await run('no-such-program')).toBe(1)
})

test('a Ctrl-C that arrives twice reaches the command once, which may take its time to end', async () => {
  write(
    'slow.mjs',
    `let count = 0
    process.on('SIGINT', () => {
      count++
      setTimeout(() => { console.log(count + ' interrupt'); process.exit(5) }, 500)
    })
    setInterval(() => {}, 1000)
    console.log('ready')`,
  )
  const bootstrap = start('node', 'slow.mjs')
  let output = ''
  bootstrap.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  await expect.poll(() => output, { timeout: 5000 }).toContain('ready')
  bootstrap.kill('SIGINT')
  await sleep(20)
  bootstrap.kill('SIGINT')
  expect(await once(bootstrap, 'exit')).toEqual([5, null])
  await expect.poll(() => output).toBe('ready\n1 interrupt\n')
})

test('what our scripts run ends when the bootstrap is killed outright', { timeout: 15_000 }, async () => {
  write('scripts/outer.ts', `import { runCommand } from './command.ts'\nawait runCommand(['sleep', '77.5'])\n`)
  const bootstrap = start('node', 'scripts/outer.ts')
  const sleeping = async (): Promise<boolean> => {
    const listing = spawn('ps', ['-eo', 'args'], { stdio: ['ignore', 'pipe', 'ignore'] })
    const lines = (await listing.stdout.toArray()).join('').split('\n')
    return lines.includes('sleep 77.5')
  }
  await expect.poll(sleeping, { timeout: 5000 }).toBe(true)
  bootstrap.kill('SIGKILL')
  await expect.poll(sleeping, { timeout: 5000 }).toBe(false)
})
