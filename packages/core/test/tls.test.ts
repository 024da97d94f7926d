import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunningServer, startMariadb } from '@neurojoint/servers'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import { type DatabaseSettings, definePipeline } from '../src/index.ts'

type ServerSettings = Extract<DatabaseSettings, { readonly port: number }>

const open = (database: DatabaseSettings) => definePipeline({ schemas: [], tables: {}, database }).open()
const clear = { encrypted: false, verified: false, protocol: null, cipher: null }

const mysql = inject('mysql')
const mariadb = inject('mariadb')

describe.runIf(mysql !== null)('TLS with a server that makes its own certificates', () => {
  let settings: ServerSettings
  let folder: string
  /** What its certificate calls it, which is no name of a computer. */
  let serverName: string
  beforeAll(async () => {
    if (!mysql) throw new RangeError('there is no server')
    settings = mysql
    const connection = await connect(mysql)
    const [row] = await connection.query({ sql: 'SELECT @@datadir, VERSION()', parameters: [] })
    folder = String(row?.[0])
    serverName = `MySQL_Server_${/^[\d.]+/.exec(String(row?.[1]))?.[0]}_Auto_Generated_Server_Certificate`
    await connection.close()
  })

  test('is off on this computer unless it is asked for, and told', async () => {
    await using db = await open(settings)
    expect(db.connectionSecurity).toEqual(clear)
    await db.transaction(async (inner) => expect(inner.connectionSecurity).toEqual(clear))
    for (const tls of ['require', 'prefer'] as const) {
      await using encrypted = await open({ ...settings, tls })
      expect(encrypted.connectionSecurity).toMatchObject({ encrypted: true, verified: false, protocol: 'TLSv1.3' })
      expect(encrypted.connectionSecurity?.cipher).toMatch(/^TLS_/)
    }
  })

  test('is verified by the certificates and the name that are given, and by nothing else', async () => {
    const ca = join(folder, 'ca.pem')
    for (const given of [ca, await readFile(ca, 'utf8')]) {
      await using db = await open({ ...settings, tls: { ca: given, serverName } })
      expect(db.connectionSecurity).toMatchObject({ encrypted: true, verified: true })
    }
    const failures: readonly (readonly [tls: ServerSettings['tls'], code: string, message: string])[] = [
      // signed by nobody whom Node knows
      [{ serverName }, 'tls-failed', 'certificate'],
      [{ ca, serverName: 'db.lab.org' }, 'tls-failed', 'db.lab.org'],
      [{ ca }, 'invalid-settings', '`127.0.0.1` is an address'],
      ['verify', 'invalid-settings', '`127.0.0.1` is an address'],
      [{ ca: join(folder, 'none.pem'), serverName }, 'invalid-settings', 'ENOENT'],
      [{ ca: join(folder, 'auto.cnf'), serverName }, 'invalid-settings', 'no PEM file'],
    ]
    for (const [tls, code, message] of failures) {
      await expect(open({ ...settings, ...(tls && { tls }) })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      })
    }
    await expect(open({ ...settings, host: 'localhost', tls: 'verify' })).rejects.toMatchObject({ code: 'tls-failed' })
  })

  test('is what a user may have to have, with a certificate of his own, and its password works without as well', async () => {
    const administrator = await connect(settings)
    const run = (sql: string) => administrator.execute({ sql, parameters: [] })
    await run("CREATE USER 'sure'@'%' IDENTIFIED WITH caching_sha2_password BY 'secret' REQUIRE X509")
    await run("CREATE USER 'plain'@'%' IDENTIFIED WITH caching_sha2_password BY 'secret'")
    try {
      const pem = (name: string) => join(folder, name)
      const tls = { ca: pem('ca.pem'), cert: pem('client-cert.pem'), key: pem('client-key.pem'), serverName }
      await using sure = await open({ ...settings, user: 'sure', password: 'secret', tls })
      expect(sure.connectionSecurity?.verified).toBe(true)
      await expect(open({ ...settings, user: 'sure', password: 'secret', tls: 'require' })).rejects.toMatchObject({
        code: 'access-denied',
      })
      // the server forgets whom it knew, so that the whole proof is asked for
      for (const mode of ['off', 'require'] as const) {
        await run('FLUSH PRIVILEGES')
        await using plain = await open({ ...settings, user: 'plain', password: 'secret', tls: mode })
        expect(plain.connectionSecurity?.encrypted).toBe(mode === 'require')
      }
    } finally {
      await run("DROP USER 'sure'@'%', 'plain'@'%'")
      await administrator.close()
    }
  })

  describe.runIf(mariadb !== null)('and one that is given them', () => {
    let server: RunningServer<'mariadb'>
    const withTls = (): readonly string[] => [
      `--ssl-ca=${join(folder, 'ca.pem')}`,
      `--ssl-cert=${join(folder, 'server-cert.pem')}`,
      `--ssl-key=${join(folder, 'server-key.pem')}`,
    ]
    beforeAll(async () => {
      server = await startMariadb({ version: '10.11', parameters: withTls() })
    }, 180_000)
    afterAll(() => server.stop())

    test('is not given up when the server offers it no more, also where clear text was allowed', async () => {
      const own: DatabaseSettings = { ...server.settings, reconnectSeconds: 10 }
      await using verified = await open({ ...own, tls: { ca: join(folder, 'ca.pem'), serverName } })
      expect(verified.connectionSecurity).toMatchObject({ encrypted: true, verified: true })
      const preferring = await connect({ ...own, tls: 'prefer' })
      expect(preferring.security).toMatchObject({ encrypted: true, verified: false })
      await server.restart({ parameters: [] })
      const asking = { sql: 'SELECT 1', parameters: [] }
      await expect(preferring.query(asking)).rejects.toMatchObject({ code: 'tls-unavailable' })
      await server.restart({ parameters: withTls() })
      expect(await preferring.query(asking)).toEqual([[1]])
      await preferring.close()
    })
  })
})

describe.runIf(mariadb !== null)('TLS with a server that has none', () => {
  test('falls back to clear text only where the settings name that, and tells it (T28)', async () => {
    if (!mariadb) throw new RangeError('there is no server')
    for (const tls of ['require', { serverName: 'db.lab.org' }] as const) {
      await expect(open({ ...mariadb, tls })).rejects.toMatchObject({
        code: 'tls-unavailable',
        message: expect.stringContaining("`tls: 'prefer'` takes clear text"),
      })
    }
    await using db = await open({ ...mariadb, tls: 'prefer' })
    expect(db.connectionSecurity).toEqual(clear)
  })

  test('is wanted wherever the host is another computer', async () => {
    if (!mariadb) throw new RangeError('there is no server')
    // every address of 127.0.0.0/8 is this computer, and this name of it is no other's
    await using db = await open({ ...mariadb, host: 'localhost' })
    expect(db.connectionSecurity).toEqual(clear)
    await expect(open({ ...mariadb, host: '0.0.0.0' })).rejects.toMatchObject({ code: 'tls-unavailable' })
  })
})

test('settings of TLS that mean nothing are refused, and none of a key is shown', async () => {
  const server: ServerSettings = { kind: 'mysql', host: 'db.lab.org', port: 3306, user: 'root', password: 'secret' }
  const wrong: readonly (readonly [tls: unknown, message: string])[] = [
    [true, "`tls` is true. Give 'off', 'prefer', 'require', 'verify'"],
    ['on', "`tls` is 'on'"],
    [{ Ca: 'secret' }, '`tls` has no `Ca`'],
    [{ key: { secret: 'secret' } }, '`tls.key` is no text'],
  ]
  for (const [tls, message] of wrong) {
    // as JavaScript gives them
    const settings = { ...server, tls } as ServerSettings
    await expect(open(settings)).rejects.toMatchObject({
      code: 'invalid-settings',
      message: expect.stringContaining(message),
    })
    await expect(open(settings)).rejects.toMatchObject({ message: expect.not.stringContaining('secret') })
  }
})
