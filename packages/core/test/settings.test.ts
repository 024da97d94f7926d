import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type DatabaseSettings, definePipeline } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

const open = (database: DatabaseSettings, readOnly = false) =>
  definePipeline({ schemas: [], tables: {}, database }).open({ readOnly })

/** As JavaScript gives them. */
const settings = (given: unknown): DatabaseSettings => given as DatabaseSettings

test('settings that lead to no database are refused, and a password is not shown', async () => {
  const server = { kind: 'mysql', host: '127.0.0.1', port: 3306, user: 'root', password: 'secret' }
  const wrong: readonly (readonly [given: unknown, message: string])[] = [
    [undefined, 'there are none'],
    [{ kind: 'postgres', path: 'x' }, "`kind` is 'postgres'"],
    [{ kind: 'sqlite' }, '`path` is undefined'],
    [{ kind: 'sqlite', path: '' }, "`path` is ''"],
    [{ kind: 'sqlite', path: ':memory:' }, 'A database is kept in a file'],
    [{ kind: 'sqlite', path: 'a\0b' }, '`path`'],
    [{ kind: 'sqlite', path: new URL('file:///lab.sqlite') }, '`path` is'],
    [{ ...server, port: Number.NaN }, '`port` is NaN'],
    [{ ...server, host: undefined }, '`host` is undefined'],
    [{ ...server, user: '' }, "`user` is ''"],
    [{ ...server, host: 'mariadb://ann:secret@db.lab.org' }, '`host` is no name of a computer'],
    [{ ...server, password: { secret: 1 } }, '`password` is no text'],
  ]
  for (const [given, message] of wrong) {
    await expect(open(settings(given))).rejects.toMatchObject({
      code: 'invalid-settings',
      message: expect.stringContaining(message),
    })
    await expect(open(settings(given))).rejects.toMatchObject({ message: expect.not.stringContaining('secret') })
  }
})

test('a path that is no SQLite file says what it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  try {
    const text = join(folder, 'notes.txt')
    await writeFile(text, 'notes of an experiment\n'.repeat(100))
    for (const readOnly of [false, true]) {
      await expect(open({ kind: 'sqlite', path: text }, readOnly)).rejects.toMatchObject({
        code: 'database-unavailable',
        location: text,
        message: expect.stringContaining('The file is none of SQLite'),
      })
      for (const path of [folder, join(folder, 'none', 'lab.sqlite')]) {
        await expect(open({ kind: 'sqlite', path }, readOnly)).rejects.toMatchObject({
          code: 'database-unavailable',
          location: path,
          message: expect.stringContaining('not of a folder'),
        })
      }
    }
    await expect(open({ kind: 'sqlite', path: join(folder, 'new.sqlite') }, true)).rejects.toMatchObject({
      code: 'database-unavailable',
      message: expect.not.stringContaining('copy'),
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

onEveryDatabase('the kind of a server', (database) => {
  test.skipIf(database.name === 'sqlite')('that is another than was said is told', async () => {
    const { settings: own } = await database.shared()
    const kind = own.kind === 'mysql' ? 'mariadb' : 'mysql'
    await expect(open(settings({ ...own, kind }))).rejects.toMatchObject({
      code: 'other-server',
      found: own.kind,
      expected: kind,
      message: expect.stringContaining(`Write \`kind: '${own.kind}'\`.`),
    })
  })
})
