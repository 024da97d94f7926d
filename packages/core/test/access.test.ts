import { chmod } from 'node:fs/promises'
import { describe, expect, inject, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import { declare, definePipeline, defineSchema, planDeclare, type DatabaseSettings } from '../src/index.ts'
import { temporaryPipeline } from '../src/testing/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('opening read-only', (database) => {
  test('reads, says which tables are not there, and refuses to write', async () => {
    const { lab, Species } = labSchemas(database.prefix())
    const { settings, dispose } = await database.shared()
    const pipeline = definePipeline({ schemas: [lab], tables: {}, database: settings })
    const writing = await pipeline.open()
    expect(writing.readOnly).toBe(false)
    expect(writing.undeclared.map(({ table }) => table)).toEqual(['#species', 'subject', 'subject__tag', 'session'])
    await declare(writing, await planDeclare(writing, [lab]))
    const other = defineSchema(`${lab.name}_other`)
    other.manual('Note', { Species }, '-> Species\nnote : int16')
    const both = definePipeline({ schemas: [lab, other], tables: {}, database: settings })
    const db = await both.open({ readOnly: true })
    expect(db.readOnly).toBe(true)
    expect(db.undeclared).toEqual([{ schema: other.name, table: 'note' }])
    expect(await db(Species).count()).toBe(2)
    const plan = await planDeclare(db, both.schemas)
    expect(plan.tables).toHaveLength(1)
    await expect(declare(db, plan)).rejects.toMatchObject({ code: 'read-only' })
    await expect(db(Species).insert1({ species: 'fish' })).rejects.toMatchObject({ code: 'read-only' })
    await Promise.all([db.close(), writing.close()])
    await dispose()
  })
})

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  describe.runIf(settings !== null)(`a user of ${kind} who may only read`, () => {
    test('opens and reads, and is told the missing right where it writes or declares', async () => {
      if (!settings) throw new RangeError('there is no server')
      const prefix = `access${process.pid}_${Date.now().toString(36)}_`
      const { lab, Species, Subject } = labSchemas(prefix)
      await using declared = await temporaryPipeline({ schemas: [lab], database: settings })
      expect(await declared.db(Species).count()).toBe(2)
      const administrator = await connect(settings)
      const run = (sql: string) => administrator.execute({ sql, parameters: [] })
      const user = `reader${process.pid}`
      await run(`CREATE USER '${user}'@'%' IDENTIFIED BY 'secret'`)
      const named = lab.name.replaceAll('_', '\\_')
      await run(`GRANT SELECT ON \`${named}\`.* TO '${user}'@'%'`)
      const reader: DatabaseSettings = { ...settings, user, password: 'secret' }
      const other = defineSchema(`${prefix}other`)
      other.manual('Note', { Species }, '-> Species\nnote : int16')
      const more = defineSchema(lab.name)
      more.manual('Note', { Species }, '-> Species\nnote : int16')
      const pipeline = definePipeline({ schemas: [lab, other, more], tables: {}, database: reader })
      const db = await pipeline.open()
      try {
        expect(db.undeclared.map(({ schema }) => schema)).toEqual([other.name, lab.name])
        expect(await db(Species).count()).toBe(2)
        await expect(db(Subject).insert1({ subject: 'm1' })).rejects.toMatchObject({
          code: 'access-denied',
          privilege: 'INSERT',
          on: `\`${lab.name}\`.*`,
          grant: `GRANT INSERT ON \`${named}\`.* TO '${user}'@'%'`,
        })
        const inNew = await planDeclare(db, [other])
        await expect(declare(db, inNew)).rejects.toMatchObject({
          code: 'access-denied',
          privilege: 'CREATE',
          on: `\`${other.name}\`.*`,
        })
        const inOld = await planDeclare(db, [more])
        await expect(declare(db, inOld)).rejects.toMatchObject({
          code: 'access-denied',
          privilege: 'CREATE',
          on: `\`${lab.name}\`.*`,
        })
      } finally {
        await db.close()
        await run(`DROP USER '${user}'@'%'`)
        await administrator.close()
      }
    })
  })
}

test('a file that may only be read opens, and what writes to it is refused', async () => {
  const { lab, Species } = labSchemas('')
  await using pipeline = await temporaryPipeline({ schemas: [lab] })
  const path = `${pipeline.folder}/pipeline.sqlite`
  await pipeline.db.close()
  await chmod(path, 0o444)
  const db = await definePipeline({
    schemas: [lab],
    tables: {},
    database: { kind: 'sqlite', path, readOnly: true },
  }).open()
  expect(db.readOnly).toBe(true)
  expect(await db(Species).count()).toBe(2)
  await expect(db(Species).insert1({ species: 'fish' })).rejects.toMatchObject({ code: 'read-only' })
  await db.close()
})
