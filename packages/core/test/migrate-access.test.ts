import { describe, expect, inject, test } from 'vitest'
import { connect } from '../src/connection/connect.ts'
import { type DatabaseSettings, definePipeline, defineSchema, migrate, planMigrate } from '../src/index.ts'
import { temporaryPipeline } from '../src/testing/index.ts'

for (const kind of ['mariadb', 'mysql'] as const) {
  const settings = inject(kind)
  describe.runIf(settings !== null)(`a user of ${kind} without the right to change tables`, () => {
    test('plans a migration, and is told the missing rights where it migrates', async () => {
      if (!settings) throw new RangeError('there is no server')
      const name = `migrate${process.pid}_${Date.now().toString(36)}_lab`
      const before = defineSchema(name)
      before.manual('Animal', {}, 'animal : varchar(8)')
      await using declared = await temporaryPipeline({ schemas: [before], database: settings })
      const after = defineSchema(name)
      after.manual('Animal', {}, 'animal : varchar(8)\n---\nlegs = 4 : int16\nindex (legs)')
      const administrator = await connect(settings)
      const run = (sql: string) => administrator.execute({ sql, parameters: [] })
      const user = `writer${process.pid}`
      const quoted = name.replaceAll('_', '\\_')
      await run(`CREATE USER '${user}'@'%' IDENTIFIED BY 'secret'`)
      await run(`GRANT SELECT, INSERT, UPDATE, DELETE, CREATE ON \`${quoted}\`.* TO '${user}'@'%'`)
      const writer: DatabaseSettings = { ...settings, user, password: 'secret' }
      const db = await definePipeline({ schemas: [after], tables: {}, database: writer }).open({ differences: 'allow' })
      try {
        const plan = await planMigrate(db, [after])
        expect(plan.tables[0]?.steps.map(({ kind: step }) => step)).toEqual(['add-index', 'add-attribute'])
        await expect(migrate(db, plan)).rejects.toMatchObject({
          code: 'access-denied',
          privilege: expect.stringContaining('ALTER'),
          on: `\`${name}\`.*`,
        })
        const log = await administrator.query({
          sql: `SELECT state, message <> '' FROM \`${name}\`.\`~migrations\``,
          parameters: [],
        })
        expect(log.map(([state, told]) => [state, Number(told)])).toEqual([['failed', 1]])
        await run(`GRANT ALTER, INDEX ON \`${quoted}\`.* TO '${user}'@'%'`)
        await migrate(db, await planMigrate(db, [after]))
        expect((await planMigrate(db, [after])).tables).toEqual([])
      } finally {
        await db.close()
        await run(`DROP USER '${user}'@'%'`)
        await administrator.close()
      }
      expect((await planMigrate(declared.db, [after])).tables).toEqual([])
    })
  })
}
