import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { format, inspect } from 'node:util'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { openS3Store } from './s3-store.ts'
import type { S3StoreSettings } from './settings.ts'
import type { Store } from './store.ts'
import { all, bytes, temporaryFolder, testStore } from './testing/store-kit.ts'

vi.setConfig({ testTimeout: 30_000 })

const server = inject('s3')
const there: S3StoreSettings = { protocol: 's3', bucket: 'lab', endpoint: 'http://127.0.0.1:9', ...server }

/** A store in a folder of its own of the bucket. */
const openStore = (settings: Partial<S3StoreSettings> = {}): Store =>
  openS3Store('remote', { ...there, location: randomUUID(), ...settings })

describe.skipIf(server === null)('on a real server', () => {
  // s3s-fs reads a folder as an error of its own, and mixes the content of one writer with the checksum of another
  const lacks = inject('s3Program') === 's3s-fs' ? (['missing folders', 'races'] as const) : []
  testStore('a store on S3', async () => openStore(), lacks)

  test('objects are where the location says, and two locations are two stores', async () => {
    const location = `deep/${randomUUID()}`
    const store = openStore({ location })
    await store.put('a/x', bytes('abc'))
    expect(await openStore({ location: '' }).get(`${location}/a/x`)).toEqual(bytes('abc'))
    expect(await all(openStore({ location: `/${location}/a/` }).list(''))).toEqual([
      { path: 'x', size: 3, modified: expect.any(Date) },
    ])
    expect(await openStore().size('a/x')).toBe(null)
  })

  test('keys are read from files and from the environment when the store is first used', async () => {
    const folder = await temporaryFolder()
    const store = openStore({
      accessKey: { environment: 'NEUROJOINT_TEST_ACCESS' },
      secretKey: { file: join(folder, 'secret') },
    })
    const missing = { code: 'store-secret-missing', store: 'remote' }
    await expect(store.size('x')).rejects.toMatchObject({ ...missing, setting: 'accessKey' })
    vi.stubEnv('NEUROJOINT_TEST_ACCESS', server?.accessKey ?? '')
    onTestFinished(() => void vi.unstubAllEnvs())
    await expect(store.size('x')).rejects.toMatchObject({ ...missing, setting: 'secretKey' })
    await writeFile(join(folder, 'secret'), ' \n')
    await expect(store.size('x')).rejects.toThrow(/is empty/)
    await writeFile(join(folder, 'secret'), `${server?.secretKey}\n`)
    expect(await store.size('x')).toBe(null)
  })

  test('without keys, those are taken that the AWS SDK finds', async () => {
    const { accessKey: _, secretKey: __, ...open } = there
    vi.stubEnv('AWS_ACCESS_KEY_ID', server?.accessKey ?? '')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server?.secretKey ?? '')
    onTestFinished(() => void vi.unstubAllEnvs())
    expect(await openS3Store('remote', open).size('x')).toBe(null)
  })
})

const unknownKey: unknown = expect.stringMatching(/InvalidAccessKeyId|XAdminUserNotFound/)

/** Every operation, as a call that fails. */
const operations = (store: Store): readonly (() => Promise<unknown>)[] => [
  () => store.put('a/x', bytes('x')),
  () => store.put('a/x', new Uint8Array(20 * 2 ** 20)),
  () => store.get('a/x'),
  () => store.getRange('a/x', 0, 1),
  () => all(store.stream('a/x')),
  () => store.size('a/x'),
  () => store.delete('a/x'),
  () => all(store.list('a')),
  () => all(store.listUnfinished('a')),
]

/** What each operation fails with. */
async function errorsOf(store: Store): Promise<unknown[]> {
  const settled = await Promise.allSettled(operations(store).map((operation) => operation()))
  return settled.map((result) => (result.status === 'rejected' ? result.reason : 'it did not fail'))
}

/** A port where nothing listens. */
async function closedPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  // it listens, so it has an address
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

describe.skipIf(server === null)('what goes wrong is told in our words', () => {
  const wrong: [string, Partial<S3StoreSettings>, object][] = [
    ['a bucket that is not there', { bucket: 'nowhere' }, { code: 'store-bucket-missing', bucket: 'nowhere' }],
    ['a wrong secret', { secretKey: 'wrong' }, { code: 'store-credentials', reason: 'SignatureDoesNotMatch' }],
    ['an unknown access key', { accessKey: 'unknown' }, { code: 'store-credentials', reason: unknownKey }],
  ]
  // s3s-fs knows neither keys nor buckets by name
  test.skipIf(inject('s3Program') === 's3s-fs').each(wrong)('%s, by every operation', async (_, settings, expected) => {
    for (const error of await errorsOf(openStore(settings)))
      expect(error).toMatchObject({ ...expected, store: 'remote' })
  })

  test('a server that is not there, or never answers, after some seconds', { timeout: 60_000 }, async () => {
    const endpoint = `http://127.0.0.1:${await closedPort()}`
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    onTestFinished(() => void silent.close())
    await new Promise((resolve) => silent.once('listening', resolve))
    // it listens, so it has an address
    const { port } = silent.address() as AddressInfo
    const slow = openStore({ endpoint: `http://127.0.0.1:${port}`, timeoutSeconds: 0.1 })
    const refused = { code: 'store-unreachable', store: 'remote', endpoint, reason: 'ECONNREFUSED' }
    const [errors] = await Promise.all([
      errorsOf(openStore({ endpoint })),
      expect(slow.get('x')).rejects.toMatchObject({ code: 'store-unreachable', reason: 'TimeoutError' }),
    ])
    for (const error of errors) expect(error).toMatchObject(refused)
  })

  test('a name that nobody has, at once', async () => {
    const store = openStore({ endpoint: 'https://no-such-host.invalid' })
    await expect(store.get('x')).rejects.toMatchObject({
      code: 'store-unreachable',
      reason: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    })
  })
})

test('no secret is in a store, its errors or what is logged', { timeout: 60_000 }, async () => {
  const secret = 'sEcReT-0123456789'
  const access = 'aCcEsS-0123456789'
  const written: string[] = []
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, name).mockImplementation((...said: unknown[]) => void written.push(format(...said)))
  }
  onTestFinished(() => void vi.restoreAllMocks())
  const keys = { accessKey: access, secretKey: secret }
  const settings: Partial<S3StoreSettings>[] = [
    keys,
    { ...keys, bucket: 'nowhere' },
    { ...keys, endpoint: `http://127.0.0.1:${await closedPort()}` },
  ]
  const shown = (value: unknown): string =>
    [inspect(value, { depth: 20, showHidden: true, getters: true }), JSON.stringify(value), String(value)].join('\n')
  const stores = settings.map((one) => openStore(one))
  const errors = await Promise.all(stores.map((store) => errorsOf(store)))
  for (const error of errors.flat()) expect(error).toMatchObject({ store: 'remote' })
  written.push(...[...stores, ...errors.flat()].map(shown))
  const bad: object[] = [
    { ...keys, secretKey: { text: secret } },
    { ...keys, secretKey: [secret] },
    { ...keys, secret_key: secret },
    { ...keys, accessKey: undefined },
    { ...keys, endpoint: `http://user:${secret}@host` },
    { ...keys, endpoint: { secret } },
  ]
  for (const one of bad) {
    const opening = () => openStore(one)
    expect(opening).toThrow(expect.objectContaining({ code: 'invalid-store-settings' }))
    try {
      opening()
    } catch (error) {
      written.push(shown(error))
    }
  }
  expect(written.join('\n')).toContain('invalid-store-settings')
  expect(written.join('\n')).not.toContain(secret)
  expect(written.join('\n')).not.toContain(access)
})

describe('settings', () => {
  test.each([
    ['endpoint', { endpoint: '' }],
    ['endpoint', { endpoint: 'http://host/path' }],
    ['bucket', { bucket: 'a/b' }],
    ['location', { location: 'a//b' }],
    ['location', { location: '../a' }],
    ['secretKey', { accessKey: 'a', secretKey: undefined }],
    ['secure', { endpoint: 'http://host', secure: true }],
    ['timeoutSeconds', { timeoutSeconds: 0 }],
    ['bucketName', { bucketName: 'lab' }],
  ])('a wrong %s is refused when the store is opened', (setting, settings) => {
    // from a file, settings may be anything
    const given = { ...there, ...settings } as S3StoreSettings
    const refused = { code: 'invalid-store-settings', store: 'remote', setting }
    expect(() => openS3Store('remote', given)).toThrow(expect.objectContaining(refused))
  })
})
