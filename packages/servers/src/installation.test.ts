import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { mariadb } from './mariadb.ts'
import { mysql } from './mysql.ts'
import { parseCandidate } from './package-fetch.ts'
import { startServer } from './running-server.ts'
import { formatRange, isInRange, type ServerKind } from './server-kind.ts'

const temporary = mkdtempSync(join(tmpdir(), 'servers-test-'))
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rmSync(temporary, { recursive: true }))

const kind: ServerKind = {
  name: 'toydb',
  title: 'ToyDB',
  versions: { from: [2, 1], below: null },
  programs: ['toydbd'],
  shares: ['share/toydb'],
  shareHolds: ['tables.sql'],
  sources: [],
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
    message: expect.stringContaining('Install ToyDB 2.1 or newer so that toydbd is on PATH'),
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
  expect(isInRange(version, { from: [10, 11], below: null })).toBe(expected)
})

test.each([
  ['8.4.0', true],
  ['8.4.13', true],
  ['8.0.46', false],
  ['9.0.0', false],
])('version %s is of the series 8.4: %s', (version, expected) => {
  expect(isInRange(version, { from: [8, 4], below: [8, 5] })).toBe(expected)
})

test('ranges of versions are told as people say them', () => {
  expect(formatRange({ from: [10, 11], below: null })).toBe('10.11 or newer')
  expect(formatRange({ from: [8, 4], below: [8, 5] })).toBe('8.4')
  expect(formatRange({ from: [9, 0], below: [10, 0] })).toBe('9')
})

test.each([
  ['mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))', '9.7.4', null],
  ['mysqld  Ver 8.0.31 for Linux on x86_64 (MySQL Community Server - GPL)', '8.0.31', null],
  ['mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)', null, '10.11.19'],
])('%s is known for what it is', (printed, asMysql, asMariadb) => {
  expect([mysql['9'].parseVersion(printed), mariadb.any.parseVersion(printed)]).toEqual([asMysql, asMariadb])
})

test.each([
  ['mysql-server-core:\n  Installed: (none)\n  Candidate: 9.7.4-2\n', '9.7.4'],
  ['mariadb-server-core:\n  Installed: (none)\n  Candidate: 1:10.11.19-0+deb12u1\n', '10.11.19'],
  ['toydb:\n  Installed: (none)\n  Candidate: (none)\n', null],
  ['', null],
])('the version that apt would install is read', (policy, version) => {
  expect(parseCandidate(policy)).toBe(version)
})
