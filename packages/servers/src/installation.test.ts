import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { startServer } from './running-server.ts'
import { isAtLeast, type ServerKind } from './server-kind.ts'

const temporary = mkdtempSync(join(tmpdir(), 'servers-test-'))
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rmSync(temporary, { recursive: true }))

const kind: ServerKind = {
  name: 'toydb',
  title: 'ToyDB',
  minimum: [2, 1],
  programs: ['toydbd'],
  shares: ['share/toydb'],
  shareHolds: ['tables.sql'],
  packages: [],
  parseVersion: (text) => /^toydb (\S+)/.exec(text)?.[1] ?? null,
  initialize: async () => ({ parameters: ['init'], input: '' }),
  serve: () => ['serve'],
  ready: /ready/,
}

/** Puts a shell script in the place of the server and makes it the only program on PATH. */
function install(name: string, script: string): void {
  const base = join(temporary, name)
  mkdirSync(join(base, 'bin'), { recursive: true })
  mkdirSync(join(base, 'share/toydb'), { recursive: true })
  writeFileSync(join(base, 'share/toydb/tables.sql'), '')
  writeFileSync(join(base, 'bin/toydbd'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(base, 'bin/toydbd'), 0o755)
  mkdirSync(join(base, 'tmp'))
  vi.stubEnv('PATH', join(base, 'bin'))
  vi.stubEnv('TMPDIR', join(base, 'tmp'))
}

test('a server that is nowhere is an error that tells where it was looked for and what to do', async () => {
  vi.stubEnv('PATH', '')
  await expect(startServer(kind, { cache: temporary })).rejects.toMatchObject({
    code: 'server-unavailable',
    tried: [{ place: 'PATH', reason: 'no toydbd on it' }],
    message: expect.stringContaining('Install ToyDB so that toydbd is on PATH'),
  })
})

test('an older server and another product are passed over with the reason', async () => {
  install('older', 'echo toydb 2.0.9')
  await expect(startServer(kind)).rejects.toMatchObject({ tried: [{ reason: 'is version 2.0.9' }] })
  install('other', 'echo otherdb 3.0')
  await expect(startServer(kind)).rejects.toMatchObject({ tried: [{ reason: 'is not ToyDB: otherdb 3.0' }] })
})

test('a server that cannot make its data directory is an error with its last lines, and leaves no folder', async () => {
  install('broken', 'case "$1" in --version) echo toydb 2.1.0;; *) echo "no space left" >&2; exit 3;; esac')
  await expect(startServer(kind)).rejects.toMatchObject({
    code: 'server-failed',
    step: 'initialize',
    log: 'no space left',
    message: expect.stringContaining('exit code 3'),
  })
  expect(readdirSync(tmpdir())).toEqual([])
})

test('a server that ends instead of serving is an error with its last lines', async () => {
  const script = 'case "$1" in --version) echo toydb 2.1.0;; serve) echo "unknown variable"; exit 7;; esac'
  install('stubborn', script)
  await expect(startServer(kind)).rejects.toMatchObject({
    code: 'server-failed',
    step: 'start',
    log: 'unknown variable',
  })
})

test.each([
  ['10.11.19', true],
  ['11.4.5', true],
  ['10.6.22', false],
  ['9.12.0', false],
])('version %s satisfies "10.11 or newer": %s', (version, expected) => {
  expect(isAtLeast(version, [10, 11])).toBe(expected)
})
