import { expect, test } from 'vitest'
import { declare, definePipeline, planDeclare } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('two databases in one process', (database) => {
  /** The same tables on this database and in a file, opened at once. */
  const open = async () => {
    const schemas = labSchemas(database.prefix())
    const [one, other] = await Promise.all([database.pipeline([schemas.lab]), database.pipeline([])])
    const { settings, dispose } = await database.shared()
    // a server has one schema of a name, so that the second is a file
    const second =
      settings.kind === 'sqlite' ? settings : { kind: 'sqlite' as const, path: `${other.folder}/second.sqlite` }
    const file = await definePipeline({ schemas: [schemas.lab], tables: {}, database: second }).open()
    await declare(file, await planDeclare(file, [schemas.lab]))
    return {
      ...schemas,
      db: one.db,
      file,
      async [Symbol.asyncDispose]() {
        await file.close()
        await Promise.all([one[Symbol.asyncDispose](), other[Symbol.asyncDispose](), dispose()])
      },
    }
  }

  test('share tables, and nothing of what is in them', async () => {
    await using lab = await open()
    await Promise.all([
      lab.db(lab.Subject).insert([{ subject: 'a' }, { subject: 'b' }]),
      lab.file(lab.Subject).insert([{ subject: 'c' }]),
    ])
    await lab.db.transaction(async (db) => {
      await db(lab.Subject).insert1({ subject: 'd' })
      // a transaction of the other one is no part of this one
      await lab.file.transaction((file) => file(lab.Subject).insert1({ subject: 'e' }))
      await lab.file(lab.Subject).insert1({ subject: 'f' })
      expect(await lab.file(lab.Subject).count()).toBe(3)
    })
    const names = async (db: typeof lab.db) =>
      (await db(lab.Subject).keys({ order: ['subject'] })).map(({ subject }) => subject)
    expect(await names(lab.db)).toEqual(['a', 'b', 'd'])
    expect(await names(lab.file)).toEqual(['c', 'e', 'f'])
    // rows go from one to the other as rows
    await lab.file(lab.Subject).insert(lab.db(lab.Subject).stream())
    expect(await names(lab.file)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  test('are not mixed in one expression, which is refused by name', async () => {
    await using lab = await open()
    const here = lab.db(lab.Subject)
    const there = lab.file(lab.Session)
    const refused: readonly (readonly [verb: string, mix: () => unknown])[] = [
      ['restrict', () => here.restrict(there)],
      ['exclude', () => here.exclude(there)],
      ['join', () => there.join(here)],
      ['extend', () => there.extend(here)],
      ['aggregate', () => here.aggregate(there, {})],
      ['union', () => here.project().union(lab.file(lab.Subject).project())],
      ['insert', () => here.insert(lab.file(lab.Subject))],
    ]
    for (const [, mix] of refused) {
      await expect((async () => mix())()).rejects.toMatchObject({
        code: 'other-database',
        message: expect.stringContaining('database'),
      })
    }
  })

  test('close one by one', async () => {
    await using lab = await open()
    await lab.file.close()
    expect(await lab.db(lab.Subject).count()).toBe(0)
    await expect(lab.file(lab.Subject).count()).rejects.toMatchObject({ code: 'connection-closed' })
  })
})
