import { expect, test } from 'vitest'
import { declare, definePipeline, defineSchema, describe, planDeclare } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { labSchemas } from './lab.ts'

onEveryDatabase('declaring', (database) => {
  test('is planned, then done; done again it does nothing', async () => {
    const { lab, Species } = labSchemas(database.prefix())
    const { settings, dispose } = await database.shared()
    const pipeline = definePipeline({ schemas: [lab], tables: {}, database: settings })
    const db = await pipeline.open()
    try {
      const plan = await planDeclare(db, pipeline.schemas)
      expect(plan.tables.map(({ typeName }) => typeName)).toEqual(['Species', 'Subject', 'Subject.Tag', 'Session'])
      expect(plan.schemas).toEqual([lab.name])
      await declare(db, plan)
      expect(await planDeclare(db, pipeline.schemas)).toEqual({ schemas: [], tables: [], contents: [] })
      expect(await db(Species).keys({ order: ['species'] })).toEqual([{ species: 'mouse' }, { species: 'rat' }])
    } finally {
      await db.close()
      await dispose()
    }
  })

  test('a table in the database that is not as defined is an error that shows the difference', async () => {
    const prefix = database.prefix()
    const { settings, dispose } = await database.shared()
    const before = defineSchema(`${prefix}lab`)
    before.manual('Subject', {}, `
      subject : varchar(8)
      ---
      sex = 'U' : enum('M', 'F', 'U')
      notes = '' : varchar(64)
    `)
    const first = definePipeline({ schemas: [before], tables: {}, database: settings })
    const db = await first.open()
    await declare(db, await planDeclare(db, first.schemas))
    await db.close()
    const after = defineSchema(`${prefix}lab`)
    after.manual('Subject', {}, `
      subject : varchar(16)
      ---
      sex = 'M' : enum('M', 'F', 'U')
      weight : float32
    `)
    const second = definePipeline({ schemas: [after], tables: {}, database: settings })
    await expect(second.open()).rejects.toMatchObject({
      code: 'table-differs',
      tables: [
        {
          differences: [
            '`subject` is defined as text(16, false); the database has text(8, false)',
            "`sex` is defined as enum(M, F, U) = M; the database has enum(M, F, U) = U",
            '`weight : float32` is not in the database',
            'the database has `notes : varchar(64)`, which is not defined',
          ],
        },
      ],
    })
    await dispose()
  })

  test('describe gives a definition that declares the same table', () => {
    const { Session, Subject } = labSchemas(database.prefix())
    expect(describe(Session)).toContain('-> Subject')
    const again = defineSchema(Session.declaration.name.schema).manual('Session', { Subject }, describe(Session))
    expect(again.declaration).toEqual(Session.declaration)
    expect(describe(Subject.Tag)).toContain('-> master')
  })
})
