import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Connection, createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { type RunningServer, ServerUnavailableError, startMariadb, startMysql, type StartOptions } from './index.ts'

// Other tests on this machine start servers too: here, temporary folders are our own.
const temporary = mkdtempSync(join(tmpdir(), 'servers-test-'))
const machineTemporary = process.env['TMPDIR']
beforeAll(() => {
  process.env['TMPDIR'] = temporary
})
afterAll(() => {
  if (machineTemporary === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = machineTemporary
  rmSync(temporary, { recursive: true })
})
const dataFolders = (): string[] => readdirSync(temporary)

/** The command lines of all processes: a server's names its data folder. */
async function commandLines(): Promise<string> {
  return (await promisify(execFile)('ps', ['-eo', 'args'])).stdout
}

const rows = [
  ['MariaDB', '10.11', (options: StartOptions) => startMariadb({ ...options, version: '10.11' })],
  ['MariaDB', '11.8', (options: StartOptions) => startMariadb({ ...options, version: '11.8' })],
  ['MySQL', '9.', (options: StartOptions) => startMysql({ ...options, version: '9' })],
  ['MySQL', '8.4', (options: StartOptions) => startMysql({ ...options, version: '8.4' })],
  ['MySQL', '8.0', (options: StartOptions) => startMysql({ ...options, version: '8.0' })],
] as const

describe.each(rows)('%s %s', (title, series, start) => {
  test('starts, answers, and leaves neither process nor folder when stopped', { timeout: 180_000 }, async (context) => {
    const messages: string[] = []
    const server = await startOrSkip(context, () => start({ onProgress: (message) => messages.push(message) }))
    expect(server.version.startsWith(series)).toBe(true)
    const connection = await connectTo(server)
    const [rows] = await connection.query(
      'SELECT VERSION() AS version, @@character_set_server AS charset, @@datadir AS folder',
    )
    const row: unknown = Array.isArray(rows) ? rows[0] : null
    expect(row).toMatchObject({ charset: 'utf8mb4', version: expect.stringContaining(server.version) })
    const folder = String(typeof row === 'object' && row !== null && 'folder' in row && row.folder)
    expect(existsSync(folder)).toBe(true)
    await connection.query('CREATE DATABASE a_database')
    await connection.end()
    expect(messages.at(-1)).toBe(`${title} ${server.version} runs on 127.0.0.1:${server.settings.port}`)

    await server.stop()
    await server.stop()
    expect(existsSync(folder)).toBe(false)
    expect(await commandLines()).not.toContain(folder.replace(/\/$/, ''))
  })
})

/** Not every machine can have every version; which of them a run needs is for core's tests to say. */
async function startOrSkip(context: TestContext, start: () => Promise<RunningServer>): Promise<RunningServer> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof ServerUnavailableError)) throw error
    return context.skip(error.message)
  }
}

test(
  'a server that was killed starts again on its data and port, with the options given',
  { timeout: 120_000 },
  async () => {
    await using server = await startMariadb({ parameters: ['--max-connections=33'] })
    const ask = async (sql: string): Promise<unknown> => {
      const connection = await connectTo(server)
      const [rows] = await connection.query({ sql, rowsAsArray: true })
      await connection.end()
      return rows
    }
    await ask('CREATE DATABASE kept')
    expect(await ask('SELECT @@max_connections')).toEqual([[33]])
    await server.kill()
    await expect(ask('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await server.restart()
    expect(await ask("SHOW DATABASES LIKE 'kept'")).toEqual([['kept']])
    expect(await ask('SELECT @@max_connections')).toEqual([[33]])
    await server.restart({ parameters: ['--max-connections=44'] })
    expect(await ask('SELECT @@max_connections')).toEqual([[44]])
    await server.kill('SIGTERM')
    await server.stop()
    expect(existsSync(server.dataFolder)).toBe(false)
    await expect(server.restart()).rejects.toMatchObject({ code: 'server-failed' })
  },
)

test('a server ends and its folder goes when its owner is killed outright', { timeout: 120_000 }, async () => {
  const index = fileURLToPath(new URL('index.ts', import.meta.url))
  const source = `
    import { startMariadb } from ${JSON.stringify(index)}
    const server = await startMariadb()
    console.log(server.settings.port)
    setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(owner.stdout, 'data')
  const [folder] = dataFolders()
  expect(folder).toBeDefined()
  expect(await commandLines()).toContain(folder)
  owner.kill('SIGKILL')
  await expect.poll(dataFolders, { timeout: 5000 }).toEqual([])
  expect(await commandLines()).not.toContain(folder)
})

test('a script that forgets to stop its server ends all the same', { timeout: 120_000 }, async () => {
  const index = fileURLToPath(new URL('index.ts', import.meta.url))
  const source = `
    import { startMariadb } from ${JSON.stringify(index)}
    await startMariadb()`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' })
  expect(await once(owner, 'close')).toEqual([0, null])
})

test('an aborted start leaves nothing and rejects with the reason', { timeout: 120_000 }, async () => {
  const controller = new AbortController()
  const starting = startMariadb({ signal: controller.signal })
  await sleep(300)
  controller.abort('no longer wanted')
  await expect(starting).rejects.toBe('no longer wanted')
  await expect.poll(dataFolders).toEqual([])
})

function connectTo({ settings: { host, port, user } }: RunningServer): Promise<Connection> {
  return createConnection({ host, port, user })
}
