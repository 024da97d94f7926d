import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, type TestContext } from 'vitest'
import { type RunningS3, type S3Options, ServerUnavailableError, startS3 } from './index.ts'
import { findS3Program, type S3Program } from './s3-program.ts'

async function startOrSkip(context: TestContext, options: S3Options = {}): Promise<RunningS3> {
  try {
    return await startS3(options)
  } catch (error) {
    // whether it may be missing is decided where the servers are started before all tests
    if (error instanceof ServerUnavailableError) return context.skip(error.message)
    throw error
  }
}

/** Whether the server answers as S3 does to somebody without keys. */
async function refusesStrangers({ endpoint }: RunningS3): Promise<boolean> {
  const answer = await fetch(`${endpoint}/lab/object`)
  return answer.status === 403 && /<Code>AccessDenied<\/Code>/.test(await answer.text())
}

test('an S3 server speaks S3, and leaves neither process nor folder', { timeout: 600_000 }, async (context) => {
  const messages: string[] = []
  const server = await startOrSkip(context, { onProgress: (message) => messages.push(message) })
  expect(server.endpoint).toBe(`http://127.0.0.1:${server.port}`)
  expect(messages.at(-1)).toBe(`${server.program} ${server.version} runs on 127.0.0.1:${server.port}`)
  expect(await refusesStrangers(server)).toBe(true)
  expect(existsSync(join(server.dataFolder, 'lab'))).toBe(true)
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args'])
  expect(stdout).toContain(server.dataFolder)
  // s3s-fs takes its keys nowhere else
  expect(server.program === 's3s-fs' || !stdout.includes(server.secretKey)).toBe(true)

  await server.kill()
  await expect(fetch(server.endpoint)).rejects.toThrow('fetch failed')
  await server.restart()
  expect(await refusesStrangers(server)).toBe(true)

  await server.stop()
  await server.stop()
  expect(existsSync(server.dataFolder)).toBe(false)
  expect((await promisify(execFile)('ps', ['-eo', 'args'])).stdout).not.toContain(server.dataFolder)
  await expect(server.restart()).rejects.toMatchObject({ code: 'server-failed' })
})

test('buckets are made as asked for, and a signal stops the start', { timeout: 600_000 }, async (context) => {
  const server = await startOrSkip(context, { buckets: ['one', 'two'] })
  expect(existsSync(join(server.dataFolder, 'two'))).toBe(true)
  await server.stop()
  await expect(startS3({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
})

/** A program that no machine has, built by a shell. */
const strange = (script: string, tool = 'sh'): S3Program => ({
  name: 'no-such-s3-server',
  version: '1.2.3',
  folders: [],
  build: { tool, parameters: () => ['-c', script], environment: (folder) => ({ FOLDER: folder }) },
  parameters: () => [],
  environment: () => ({}),
})

async function temporaryCache(): Promise<string> {
  const cache = await mkdtemp(join(tmpdir(), 'servers-test-'))
  onTestFinished(() => rm(cache, { recursive: true }))
  return cache
}

test('a program is built once into the cache, without what only its building needs', async () => {
  const cache = await temporaryCache()
  const script = 'mkdir -p "$FOLDER/bin" "$FOLDER/build/objects" && echo built >> "$FOLDER/bin/no-such-s3-server"'
  const messages: string[] = []
  const onProgress = (message: string) => messages.push(message)
  const [first, second] = await Promise.all([
    findS3Program({ cache, onProgress }, [strange(script)]),
    findS3Program({ cache, onProgress }, [strange(script)]),
  ])
  expect(first.path).toBe(second.path)
  expect(await readFile(first.path, 'utf8')).toBe('built\n')
  expect(existsSync(join(first.path, '../../build'))).toBe(false)
  expect(messages).toEqual([`Building no-such-s3-server 1.2.3 with sh into ${cache} (once, some minutes)`])
})

test('what cannot be built is told with everything that was tried, and leaves nothing', async () => {
  const cache = await temporaryCache()
  const programs = [strange('echo no such module >&2; exit 3'), strange('', 'no-such-compiler')]
  await expect(findS3Program({ cache }, programs)).rejects.toMatchObject({
    code: 'server-unavailable',
    tried: [
      { place: 'PATH', reason: 'no no-such-s3-server or no-such-s3-server on it' },
      { reason: expect.stringContaining('no such module') },
      { reason: 'there is no no-such-compiler on PATH' },
    ],
  })
  expect(await readdir(cache)).toEqual([])
})
