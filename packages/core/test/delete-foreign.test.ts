import { expect, test } from 'vitest'
import { defineSchema } from '../src/index.ts'
import { contextOf } from '../src/query/database.ts'
import { onEveryDatabase } from './databases.ts'

/** Tables that somebody else made beside ours, and that refer to them. */
onEveryDatabase('a delete among tables that nobody declared', (database) => {
  const open = async () => {
    const name = `${database.prefix()}foreign`
    const schema = defineSchema(name)
    const Root = schema.manual('Root', {}, 'root : int32\n---\nlabel = null : varchar(8)')
    const pipeline = await database.pipeline([schema])
    const { db } = pipeline
    const { connection } = contextOf(db)
    const table = (own: string) => (database.name === 'sqlite' ? `"${name}.${own}"` : `\`${name}\`.\`${own}\``)
    const run = (sql: string) => connection.execute({ sql, parameters: [] })
    const made: string[] = []
    const make = async (own: string, columns: string) => {
      await run(`CREATE TABLE ${table(own)} (${columns})`)
      made.push(own)
    }
    const ids = async (own: string) => {
      const rows = await connection.query({ sql: `SELECT id FROM ${table(own)} ORDER BY id`, parameters: [] })
      return rows.map(([id]) => Number(id))
    }
    const dispose = async () => {
      for (const own of made.toReversed()) {
        if (database.name === 'sqlite') await run(`DELETE FROM ${table(own)}`).catch(() => {})
        await run(`DROP TABLE ${table(own)}`)
      }
      await pipeline[Symbol.asyncDispose]()
    }
    await db(Root).insert([1, 2, 3].map((root) => ({ root, label: `r${root}` })))
    return { Root, db, run, make, table, ids, [Symbol.asyncDispose]: dispose }
  }

  test('follows a table that refers to itself, generation by generation, and deletes leaves first', async () => {
    await using lab = await open()
    await lab.make(
      'tree',
      `id INT NOT NULL PRIMARY KEY, root INT NULL, parent INT NULL, ` +
        `FOREIGN KEY (root) REFERENCES ${lab.table('root')} (root), FOREIGN KEY (parent) REFERENCES ${lab.table('tree')} (id)`,
    )
    await lab.make(
      'leaf',
      `id INT NOT NULL PRIMARY KEY, tree INT NULL, FOREIGN KEY (tree) REFERENCES ${lab.table('tree')} (id)`,
    )
    // 1 -> 2 -> 3 -> 4, 5 refers to itself, 6 hangs on 5, 7 is another root's; 8 belongs to root 1 and hangs on 7
    await lab.run(
      `INSERT INTO ${lab.table('tree')} VALUES (1, 1, NULL), (2, NULL, 1), (3, NULL, 2), (4, 1, 3), (5, 1, 5), (6, 2, 5), (7, 2, NULL), (8, 1, 7)`,
    )
    await lab.run(`INSERT INTO ${lab.table('leaf')} VALUES (1, 4), (2, 7), (3, NULL), (4, 6)`)
    const doomed = lab.db(lab.Root).restrict({ root: 1 })
    const plan = await doomed.planDelete()
    expect(plan.tables.map(({ table, rows, because }) => [table.table, rows, because.map((one) => one.table)])).toEqual(
      [
        ['root', 1, []],
        ['tree', 7, ['root', 'tree']],
        ['leaf', 2, ['tree']],
      ],
    )
    await doomed.delete(plan)
    expect(await lab.ids('tree')).toEqual([7])
    expect(await lab.ids('leaf')).toEqual([2, 3])
  })

  test('deletes rows that refer to each other in a circle, unless none of the references may be NULL', async () => {
    await using lab = await open()
    const [root, knot, tight] = ['root', 'knot', 'tight'].map(lab.table)
    const references = (own: string) =>
      `FOREIGN KEY (root) REFERENCES ${root} (root), FOREIGN KEY (other) REFERENCES ${own} (id)`
    await lab.make('knot', `id INT NOT NULL PRIMARY KEY, root INT NULL, other INT NULL, ${references(knot ?? '')}`)
    await lab.run(`INSERT INTO ${knot} VALUES (1, 1, NULL), (2, NULL, 1), (3, 1, 2), (4, 2, 4)`)
    await lab.run(`UPDATE ${knot} SET other = 2 WHERE id = 1`)
    const { tables } = await lab.db(lab.Root).restrict({ root: 1 }).delete()
    expect(tables.map(({ rows }) => rows)).toEqual([1, 3])
    expect(await lab.ids('knot')).toEqual([4])
    await lab.make(
      'tight',
      `id INT NOT NULL PRIMARY KEY, root INT NULL, other INT NOT NULL, ${references(tight ?? '')}`,
    )
    await lab.run(`INSERT INTO ${tight} VALUES (1, 2, 1)`)
    await lab.run(`INSERT INTO ${tight} VALUES (2, NULL, 1)`)
    await lab.run(`UPDATE ${tight} SET other = 2 WHERE id = 1`)
    await expect(lab.db(lab.Root).restrict({ root: 2 }).delete()).rejects.toMatchObject({
      code: 'circular-rows',
      rows: 2,
      message: expect.stringContaining('tight'),
    })
    expect(await lab.ids('tight')).toEqual([1, 2])
  })

  test('follows a reference to a unique index that is no primary key', async () => {
    await using lab = await open()
    await lab.make(
      'coded',
      `id INT NOT NULL PRIMARY KEY, root INT NOT NULL, code INT NULL UNIQUE, FOREIGN KEY (root) REFERENCES ${lab.table('root')} (root)`,
    )
    await lab.make(
      'use',
      `id INT NOT NULL PRIMARY KEY, code INT NULL, FOREIGN KEY (code) REFERENCES ${lab.table('coded')} (code)`,
    )
    await lab.run(`INSERT INTO ${lab.table('coded')} VALUES (1, 1, 10), (2, 2, 20), (3, 1, NULL)`)
    await lab.run(`INSERT INTO ${lab.table('use')} VALUES (1, 10), (2, 20), (3, NULL), (20, 10)`)
    const { tables } = await lab.db(lab.Root).restrict({ label: 'r1' }).delete()
    expect(tables.map(({ rows }) => rows)).toEqual([1, 2, 2])
    expect(await lab.ids('coded')).toEqual([2])
    expect(await lab.ids('use')).toEqual([2, 3])
  })
})
