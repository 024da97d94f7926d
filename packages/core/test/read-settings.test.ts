import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { expect, inject, test } from 'vitest'
import { definePipeline, formatSettings, readSettings, type ReadSettingsOptions } from '../src/index.ts'

/** A folder with these files, which is the root of a repository. */
async function folderWith(files: Readonly<Record<string, unknown>>) {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-settings-'))
  await mkdir(join(folder, '.git'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** Without what this computer has. */
const read = (options: ReadSettingsOptions) => readSettings({ secretFolders: [], ...options })
const server = { host: 'db.lab.org', user: 'ann' }

test('the highest place that says something holds, and where that was is told', async () => {
  await using lab = await folderWith({
    '.env': 'DJ_PASS=of the .env\nNEUROJOINT_JOBS_LEASE_SECONDS=45\nOTHER=1\n',
    'neurojoint.json': { extends: './base/neurojoint.base.json', database: server, jobs: { concurrency: 2 } },
    'base/neurojoint.base.json': {
      'database.port': 3307,
      jobs: { concurrency: 1, batch: 4 },
      stores: { default: 'raw' },
    },
    'datajoint.json': {
      database: { host: 'other', port: 3308, password: 'of the file', use_tls: true },
      display: { limit: 3 },
      stores: { raw: { protocol: 'file', location: 'raw', hash_prefix: 'h' }, cloud: { protocol: 'gcs', bucket: 'b' } },
    },
    '.secrets/database.password': 'of a file of secrets\n',
    '.secrets/README': 'somebody else reads this',
    'deep/er/x.txt': '',
  })
  const settings = await read({
    folder: join(lab.folder, 'deep', 'er'),
    environment: { DJ_USER: 'bob', NEUROJOINT_DATABASE_CONNECTIONS: '7', NEUROJOINT_HOME: 'x', PATH: '/bin' },
    overrides: { database: { readOnly: true } },
    defaults: { database: { path: 'lab.sqlite' }, jobs: { maxPriority: 9 } },
  })
  expect({ ...settings.database }).toEqual({
    kind: 'server',
    host: 'db.lab.org',
    port: 3307,
    user: 'bob',
    password: 'of the .env',
    tls: 'require',
    connections: 7,
    readOnly: true,
  })
  expect(settings.jobs).toEqual({ concurrency: 2, batch: 4, leaseSeconds: 45, maxPriority: 9 })
  expect({ ...settings.stores }).toEqual({
    default: 'raw',
    stores: { raw: { protocol: 'file', location: join(lab.folder, 'raw'), hashPrefix: 'h' } },
  })
  const lines = formatSettings(settings).replaceAll(lab.folder, '').split('\n')
  expect(lines.map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
    'database.connections | 7 | NEUROJOINT_DATABASE_CONNECTIONS',
    'database.host | db.lab.org | /neurojoint.json',
    'database.password | ••• | DJ_PASS in /.env',
    'database.port | 3307 | /base/neurojoint.base.json',
    'database.readOnly | true | the overrides',
    'database.tls | require | /datajoint.json',
    'database.user | bob | DJ_USER',
    'jobs.batch | 4 | /base/neurojoint.base.json',
    'jobs.concurrency | 2 | /neurojoint.json',
    'jobs.leaseSeconds | 45 | NEUROJOINT_JOBS_LEASE_SECONDS in /.env',
    'jobs.maxPriority | 9 | the defaults',
    'stores.default | raw | /base/neurojoint.base.json',
    'stores.raw.hashPrefix | h | /datajoint.json',
    'stores.raw.location | /raw | /datajoint.json',
    'stores.raw.protocol | file | /datajoint.json',
    '',
  ])
})

test("a lab that has a file of Python's DataJoint needs no other", async () => {
  for (const [name, content] of [
    [
      'datajoint.json',
      { database: { host: 'db.lab.org:3310', user: 'ann', password: 'p' }, loglevel: 'INFO', safemode: true },
    ],
    [
      'dj_local_conf.json',
      {
        'database.host': 'db.lab.org:3310',
        'database.user': 'ann',
        'database.password': 'p',
        fetch_format: 'array',
        custom: { 'database.prefix': 'x_' },
      },
    ],
  ] as const) {
    await using lab = await folderWith({ [name]: content })
    const { database } = await read({ folder: lab.folder })
    const expected = { kind: 'server', host: 'db.lab.org', port: 3310, user: 'ann', password: 'p' }
    expect({ ...database }).toEqual(expected)
    await expect(read({ folder: lab.folder, environment: { DJ_IGNORE_CONFIG_FILE: 'true' } })).rejects.toMatchObject({
      code: 'incomplete-settings',
      key: 'database.host',
    })
  }
})

test('an address of a database is whole, and what stands below it completes only who connects', async () => {
  await using lab = await folderWith({
    'neurojoint.json': { database: { kind: 'sqlite', path: 'data/lab.sqlite' } },
    'datajoint.json': { database: { host: 'old', port: 3308, user: 'old', password: 'old' } },
  })
  const database = async (address?: string) => {
    const environment = address === undefined ? {} : { NEUROJOINT_DATABASE: address }
    return { ...(await read({ folder: lab.folder, environment })).database }
  }
  expect(await database()).toEqual({ kind: 'sqlite', path: join(lab.folder, 'data/lab.sqlite') })
  expect(await database('other.sqlite')).toEqual({ kind: 'sqlite', path: join(lab.folder, 'other.sqlite') })
  expect(await database('mariadb://ann:p%40ss%23w%2Frd@db:3307')).toEqual({
    kind: 'mariadb',
    host: 'db',
    port: 3307,
    user: 'ann',
    password: 'p@ss#w/rd',
  })
  expect(await database('mysql://ann:@db')).toMatchObject({ kind: 'mysql', port: 3306, password: '' })
  expect(await database('mysql://ann@db')).toMatchObject({ user: 'ann', password: 'old' })
})

test('certificates come from several places, and a mode above them holds instead', async () => {
  await using lab = await folderWith({
    'neurojoint.json': { database: { ...server, tls: { ca: 'ca.pem', serverName: 'db' } } },
    '.secrets/database.tls.key': '-----BEGIN PRIVATE KEY-----\nabc\n',
  })
  const tls = async (environment: Readonly<Record<string, string>> = {}) =>
    (await read({ folder: lab.folder, environment })).database
  const files = await tls()
  expect(files).toMatchObject({
    tls: { ca: join(lab.folder, 'ca.pem'), serverName: 'db', key: '-----BEGIN PRIVATE KEY-----\nabc' },
  })
  expect(inspect(files, { depth: 9 })).not.toContain('abc')
  expect(await tls({ NEUROJOINT_DATABASE_TLS: 'verify' })).toMatchObject({ tls: 'verify' })
  expect(await tls({ NEUROJOINT_DATABASE_TLS_CA: '/etc/ca.pem' })).toMatchObject({
    tls: { ca: '/etc/ca.pem', serverName: 'db' },
  })
})

test('a secret is in what connects, and in nothing that is shown', async () => {
  await using lab = await folderWith({
    'neurojoint.json': {
      database: server,
      stores: {
        raw: {
          protocol: 's3',
          endpoint: 's3.lab.org',
          bucket: 'b',
          access_key: 'hush',
          secretKey: { environment: 'KEY' },
        },
        more: { protocol: 's3', endpoint: 's3.lab.org', bucket: 'b', access_key: 'hush' },
      },
    },
    '.secrets/database.password': 'hush\n',
    '.secrets/stores.more.secret_key': 'hush\n',
  })
  const settings = await read({ folder: lab.folder })
  expect(settings.database).toMatchObject({ password: 'hush' })
  expect(settings.stores.stores?.['raw']).toMatchObject({ accessKey: 'hush', secretKey: { environment: 'KEY' } })
  // read when the store is used
  const file = join(lab.folder, '.secrets/stores.more.secret_key')
  expect(settings.stores.stores?.['more']).toMatchObject({ secretKey: { file } })
  const pipeline = definePipeline({ schemas: [], tables: {}, ...settings })
  for (const shown of [
    inspect(settings, { depth: 9 }),
    JSON.stringify(settings),
    formatSettings(settings),
    inspect(pipeline, { depth: 9 }),
  ]) {
    expect(shown).not.toContain('hush')
    expect(shown).toContain('•••')
  }
})

test('what is no setting, or no value of one, is told with its place and without a secret', async () => {
  const environment = (variable: string, value: string) => ({ environment: { [variable]: value } })
  const file = (content: unknown) => ({ files: { 'neurojoint.json': content } })
  const wrong: readonly (readonly [
    given: {
      readonly environment?: Record<string, string>
      readonly files?: Record<string, unknown>
      readonly overrides?: object
    },
    message: string,
  ])[] = [
    [
      file({ databse: { host: 'x' } }),
      '/neurojoint.json: there is no setting `databse.host`. Is `database.host` meant?',
    ],
    [file({ stores: { raw: { locaton: 'x' } } }), 'Is `stores.raw.location` meant?'],
    [file({ stores: { raw: { proxy_server: 'x' } } }), 'there is no setting `stores.raw.proxyServer`.'],
    [file({ database: { port: '33o6' } }), '`database.port` takes an integer from 1 to 65535, and is "33o6".'],
    [file({ database: { password: { hush: 1 } } }), '`database.password.hush`'],
    [
      file({ jobs: { leaseSeconds: 0.5 } }),
      '`jobs.leaseSeconds` takes a number of seconds from 1 to 999999, and is 0.5.',
    ],
    [file({ jobs: { maxPriority: 200 } }), '`jobs.maxPriority` takes an integer from -128 to 127, and is 200.'],
    [file({ database: { password: 1 } }), '`database.password` takes text, and is something else.'],
    [file({ database: { tls: true } }), '`database.tls` takes off, prefer, require, verify, and is true.'],
    [file('{ "database": { "password": "hush",, } }'), '/neurojoint.json: it is no JSON'],
    [file('[]'), 'it holds no object'],
    [file({ extends: 'none.json' }), 'none.json cannot be read (ENOENT).'],
    [file({ extends: 'neurojoint.json' }), 'which extends it.'],
    [file({ database: { host: 'x', path: 'y' } }), 'it gives both'],
    [file({ database: server, jobs: { retry: { factor: 2 } } }), 'nothing gives `jobs.retry.attempts`'],
    [
      environment('NEUROJOINT_DATABASE_PASWORD', 'hush'),
      'there is no such variable. Is NEUROJOINT_DATABASE_PASSWORD meant?',
    ],
    [environment('NEUROJOINT_STORES', '{"hush'), 'NEUROJOINT_STORES: it is no JSON object'],
    [environment('DJ_STORES', '["hush"]'), 'DJ_STORES: it is no JSON object'],
    [environment('DJ_PORT', 'x'), 'DJ_PORT: `database.port` takes'],
    [{ overrides: { database: { conections: 3 } } }, 'the overrides: there is no setting `database.conections`'],
    ...[
      'postgres://root:hush@127.0.0.1',
      'mysql://root:hush#1@127.0.0.1',
      'mariadb://root:hush/1@127.0.0.1',
      'mariadb://root:hush%1@127.0.0.1',
      'mariadb://root:hush@127.0.0.1:port',
      'mariadb://',
      'mysql:/root:hush@127.0.0.1',
      'mariadb//root:hush@127.0.0.1',
    ].map((address) => [environment('NEUROJOINT_DATABASE', address), 'NEUROJOINT_DATABASE: '] as const),
  ]
  for (const [{ files = {}, ...given }, message] of wrong) {
    await using lab = await folderWith(files)
    const reading = read({ folder: lab.folder, ...given })
    await expect(reading).rejects.toMatchObject({
      code: 'invalid-settings',
      message: expect.stringContaining(message),
    })
    await expect(reading).rejects.toMatchObject({ message: expect.not.stringMatching(/hush(?!`)/) })
  }
})

test('no database is told with all places that were looked in', async () => {
  await using lab = await folderWith({ 'neurojoint.json': { database: { host: 'db' } } })
  await expect(read({ folder: lab.folder })).rejects.toMatchObject({
    code: 'incomplete-settings',
    key: 'database.user',
    places: expect.arrayContaining(['the environment', join(lab.folder, 'neurojoint.json')]),
    message: expect.stringContaining('Set it as NEUROJOINT_DATABASE_USER, or in neurojoint.json'),
  })
})

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  test.runIf(settings !== null)(`what Python's variables say opens a ${kind}, whichever it is`, async () => {
    if (!settings) throw new RangeError('there is no server')
    const environment = { DJ_HOST: settings.host, DJ_PORT: String(settings.port), DJ_USER: settings.user, DJ_PASS: '' }
    await using lab = await folderWith({})
    const { database } = await read({ folder: lab.folder, environment })
    expect(database.kind).toBe('server')
    await using db = await definePipeline({ schemas: [], tables: {}, database }).open()
    expect(db.connectionSecurity?.encrypted).toBe(false)
  })
}

test('a folder that is called as a file of settings is passed by, and what cannot be read is told', async () => {
  await using lab = await folderWith({
    '.env/bin/python': '',
    'neurojoint.json': { database: { path: 'lab.sqlite' } },
  })
  const settings = await read({ folder: lab.folder })
  expect(settings.database).toMatchObject({ kind: 'sqlite', path: join(lab.folder, 'lab.sqlite') })
  await mkdir(join(lab.folder, '.secrets/database.password'), { recursive: true })
  await expect(read({ folder: lab.folder })).rejects.toMatchObject({
    code: 'invalid-settings',
    message: `${join(lab.folder, '.secrets/database.password')}: it cannot be read (EISDIR).`,
  })
})

test('what every object of JavaScript has is no setting', async () => {
  await using lab = await folderWith({})
  for (const overrides of [{ constructor: 1 }, { 'stores.raw.constructor': 1 }, { toString: 'x' }]) {
    await expect(read({ folder: lab.folder, overrides })).rejects.toMatchObject({ code: 'invalid-settings' })
  }
})
