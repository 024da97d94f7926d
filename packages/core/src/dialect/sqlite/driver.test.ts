import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { connect } from '../../connection/connect.ts'
import type { Connection } from '../../connection/connection.ts'
import { fileSystemOf, isNetwork, parseMountinfo, parseMountOutput } from './network-file-system.ts'

const run = (connection: Connection, sql: string): Promise<number> => connection.execute({ sql, parameters: [] })

const ask = async (connection: Connection, sql: string, signal?: AbortSignal): Promise<unknown> =>
  (await connection.query({ sql, parameters: [] }, signal))[0]?.[0]

/** Counts to some number, which takes about 0.1 s per million in one step of the database. */
const counting = (to: number): string =>
  `WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ${to}) SELECT SUM(x) FROM c`

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await chmod(folder, 0o700)
    await rm(folder, { recursive: true, force: true })
  }
})

async function makeFile(): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-sqlite-'))
  folders.push(folder)
  const path = join(folder, 'lab.sqlite')
  const connection = await connect({ kind: 'sqlite', path })
  await run(connection, 'CREATE TABLE t (n INT PRIMARY KEY, x INT) STRICT')
  await run(connection, 'INSERT INTO t VALUES (1, 10), (2, 20)')
  await connection.close()
  return { folder, path }
}

describe('sqlite sessions', () => {
  test('reads that are given up hold nobody up, though SQLite goes on with them', async () => {
    const { path } = await makeFile()
    const connection = await connect({ kind: 'sqlite', path, connections: 3 })
    const started = performance.now()
    await Promise.all([1, 2, 3].map(() => ask(connection, counting(8_000_000))))
    const read = performance.now()
    const given = await Promise.allSettled(
      [1, 2, 3, 4].map(() => ask(connection, counting(8_000_000), AbortSignal.timeout(50))),
    )
    expect(given.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
    expect(await ask(connection, 'SELECT COUNT(*) FROM t')).toBe(2)
    // those that are read to their end take a second and more
    expect(performance.now() - read).toBeLessThan(read - started)
    await connection.close()
  }, 30_000)

  test.runIf(process.platform === 'linux')(
    'its library stays loaded when threads end: what is loaded again and again under them can end the process',
    async () => {
      const { path } = await makeFile()
      const connection = await connect({ kind: 'sqlite', path })
      await connection.close()
      expect(await readFile('/proc/self/maps', 'utf8')).toContain('better-sqlite3')
    },
  )

  test('a temporary table is there for what is executed later, and filling it locks nobody out', async () => {
    const { path } = await makeFile()
    const connection = await connect({ kind: 'sqlite', path })
    const other = await connect({ kind: 'sqlite', path })
    await run(connection, 'CREATE TEMP TABLE incoming (n INT, x INT)')
    await other.transaction(async (on) => {
      await run(on, 'UPDATE t SET x = 11 WHERE n = 1')
      await run(connection, 'INSERT INTO temp.incoming VALUES (3, 30), (4, 40)')
    })
    await connection.transaction((on) => run(on, 'INSERT INTO t SELECT n, x FROM temp.incoming'))
    await run(connection, 'DROP TABLE temp.incoming')
    expect(await ask(other, 'SELECT group_concat(x) FROM t')).toBe('11,20,30,40')
    await Promise.all([connection.close(), other.close()])
  })

  test('where the database undoes a transaction by itself nothing more is done in it, though the error was caught', async () => {
    const { path } = await makeFile()
    const connection = await connect({ kind: 'sqlite', path })
    const later: unknown[] = []
    const outer = connection.transaction(async (on) => {
      await run(on, 'INSERT INTO t VALUES (3, 30)')
      await on.transaction((inner) => run(inner, 'INSERT OR ROLLBACK INTO t VALUES (1, 0)')).catch(() => {})
      await run(on, 'INSERT INTO t VALUES (4, 40)').catch((error: unknown) => later.push(error))
    })
    await expect(outer).rejects.toMatchObject({ code: 'duplicate-entry' })
    expect(later).toMatchObject([{ code: 'transaction-undone' }])
    expect(await ask(connection, 'SELECT COUNT(*) FROM t')).toBe(2)
    await connection.close()
  })

  test('integers are exact whatever their size, also beside small ones', async () => {
    const { path } = await makeFile()
    const connection = await connect({ kind: 'sqlite', path })
    const sql = 'SELECT 9007199254740993, 1 UNION ALL SELECT 5, -9223372036854775808 UNION ALL SELECT NULL, 2.5'
    const rows = await connection.query({ sql, parameters: [] })
    expect(rows).toEqual([
      [9007199254740993n, 1],
      [5, -9223372036854775808n],
      [null, 2.5],
    ])
    await connection.close()
  })

  test('refuses fewer connections than a writer, a stream and another reader need', async () => {
    const { path } = await makeFile()
    await expect(connect({ kind: 'sqlite', path, connections: 2 })).rejects.toMatchObject({
      code: 'invalid-connections',
      connections: 2,
    })
  })
})

describe('a file opened read-only', () => {
  test('is read beside one who writes it, and not written', async () => {
    const { path } = await makeFile()
    const writer = await connect({ kind: 'sqlite', path })
    const reader = await connect({ kind: 'sqlite', path, readOnly: true })
    await run(writer, 'INSERT INTO t VALUES (3, 30)')
    expect(await ask(reader, 'SELECT COUNT(*) FROM t')).toBe(3)
    await expect(run(reader, 'DELETE FROM t')).rejects.toMatchObject({ code: 'read-only' })
    const [before, after] = await reader.transaction(async (on) => {
      const seen = await ask(on, 'SELECT COUNT(*) FROM t')
      await run(writer, 'INSERT INTO t VALUES (4, 40)')
      await expect(run(on, 'DELETE FROM t')).rejects.toMatchObject({ code: 'read-only' })
      await expect(on.query({ sql: 'DELETE FROM t RETURNING n', parameters: [] })).rejects.toMatchObject({
        code: 'access-denied',
      })
      return [seen, await ask(on, 'SELECT COUNT(*) FROM t')]
    })
    // a transaction sees one state
    expect([before, after]).toEqual([3, 3])
    expect(await ask(reader, 'SELECT COUNT(*) FROM t')).toBe(4)
    await Promise.all([reader.close(), writer.close()])
  })

  test('must be there, and be a database', async () => {
    const { folder } = await makeFile()
    const missing = connect({ kind: 'sqlite', path: join(folder, 'none.sqlite'), readOnly: true })
    await expect(missing).rejects.toMatchObject({ code: 'database-unavailable' })
    expect(await readdir(folder)).not.toContain('none.sqlite')
  })

  test('opens without the right to write it or its folder, and leaves nothing behind', async () => {
    const { folder, path } = await makeFile()
    const module = new URL('../../connection/connect.ts', import.meta.url).href
    const script = `
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
      const { connect } = await import(${JSON.stringify(module)})
      const connection = await connect({ kind: 'sqlite', path: ${JSON.stringify(path)}, readOnly: true })
      const rows = await connection.query({ sql: 'SELECT SUM(x) FROM t', parameters: [] })
      await connection.close()
      const unavailable = await connect({ kind: 'sqlite', path: ${JSON.stringify(path)} }).then(() => 'opened', (error) => error.code)
      console.log(JSON.stringify([rows, unavailable]))`
    await chmod(path, 0o444)
    await chmod(folder, 0o555)
    const temporary = await mkdtemp(join(tmpdir(), 'neurojoint-tmp-'))
    folders.push(temporary)
    await chmod(temporary, 0o777)
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...process.env, TMPDIR: temporary },
    })
    expect(JSON.parse(stdout)).toEqual([[[30]], 'database-unavailable'])
    expect(await readdir(folder)).toEqual(['lab.sqlite'])
    expect(await readdir(temporary)).toEqual([])
  })
})

describe('network file systems', () => {
  const mountinfo = [
    '22 27 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '40 22 0:40 / /home rw,relatime shared:2 - autofs systemd-1 rw,fd=30',
    '41 40 0:41 / /home rw,relatime shared:3 - nfs4 server:/home rw,vers=4.2',
    '42 22 0:42 / /mnt/my\\040lab rw - fuse.sshfs someone@server:/lab rw',
    '43 41 0:43 / /home/me/fast rw - xfs /dev/nvme0n1 rw',
    '44 22 0:44 / /mnt/share rw master:5 - cifs //server/share rw',
  ].join('\n')

  test('are found by the longest mount point above a path, the last where there are two', () => {
    const mounts = parseMountinfo(mountinfo)
    expect(fileSystemOf('/var/lib/lab.sqlite', mounts)).toBe('ext4')
    expect(fileSystemOf('/home/me/lab.sqlite', mounts)).toBe('nfs4')
    expect(fileSystemOf('/home/me/fast/lab.sqlite', mounts)).toBe('xfs')
    expect(fileSystemOf('/home/me/faster.sqlite', mounts)).toBe('nfs4')
    expect(fileSystemOf('/mnt/my lab/lab.sqlite', mounts)).toBe('fuse.sshfs')
    expect(fileSystemOf('/mnt/share', mounts)).toBe('cifs')
    expect(fileSystemOf('/lab.sqlite', [])).toBeNull()
  })

  test('are found in what macOS prints', () => {
    const text =
      '/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n' +
      '//me@server/lab on /Volumes/my lab (smbfs, nodev, nosuid, mounted by me)\n'
    expect(fileSystemOf('/Volumes/my lab/lab.sqlite', parseMountOutput(text))).toBe('smbfs')
    expect(fileSystemOf('/Users/me/lab.sqlite', parseMountOutput(text))).toBe('apfs')
  })

  test.each(['nfs', 'nfs4', 'cifs', 'smb3', 'smbfs', 'fuse.sshfs', 'ceph', 'lustre', 'beegfs', 'afs', 'webdav'])(
    '%s is one',
    (type) => expect(isNetwork(type)).toBe(true),
  )

  test.each([
    'ext4',
    'xfs',
    'btrfs',
    'zfs',
    'apfs',
    'tmpfs',
    'overlay',
    'fuse.ntfs-3g',
    'fuseblk',
    'fuse.fuse-overlayfs',
  ])('%s is none', (type) => expect(isNetwork(type)).toBe(false))
})
