import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomDefinitions } from '../src/definition/testing/random-definition.ts'
import { type Database, defineSchema, planDeclare, pull, readTables, type Schema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'
import { long } from './long.ts'
import { makeTables, randomTables } from './random-schema.ts'

let folder: string
let made = 0
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, '.pulled-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** What the modules declare that are pulled from a schema. */
async function pullAgain(db: Database, name: string): Promise<readonly Schema[]> {
  const { files, notes } = await pull(db, [name])
  expect(notes).toEqual([])
  const own = join(folder, String((made += 1)))
  await mkdir(own)
  for (const { path, text } of files) await writeFile(join(own, path), text)
  const { schemas }: { readonly schemas: readonly Schema[] } = await import(join(own, 'index.ts'))
  return schemas
}

/** Asserts that what is pulled declares what is there, to the last comment. */
async function expectSame(db: Database, name: string): Promise<void> {
  const schemas = await pullAgain(db, name)
  expect(await planDeclare(db, schemas)).toMatchObject({ schemas: [], tables: [], records: [] })
  const stored = await readTables(db, [name])
  const own = schemas.flatMap(({ tables }) => tables)
  expect(own).toHaveLength(stored.length)
  for (const { declaration } of stored) {
    const found = own.find((table) => table.declaration.name.table === declaration.name.table)
    expect(found?.declaration.comment).toBe(declaration.comment)
    const facts = ({ heading }: typeof declaration) =>
      new Map(heading.map((one) => [one.name, [one.inKey, one.nullable, one.default, one.comment, one.lineage]]))
    expect(found && facts(found.declaration)).toEqual(facts(declaration))
  }
}

onEveryDatabase('what is pulled', (database) => {
  test('declares the same, however tables refer to each other', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(randomTables, async (random) => {
        const { schema } = makeTables(`${database.prefix()}any`, random)
        await using pipeline = await database.pipeline([schema])
        await expectSame(pipeline.db, schema.name)
      }),
      { numRuns: long ? 10 : 5 },
    )
  })

  test.each(['2.x', '0.14'] as const)(
    'declares the same, whatever definitions of %s say',
    { timeout: 120_000 },
    async (generation) => {
      const definitions = randomDefinitions(generation).map((definition) =>
        definition
          .split('\n')
          // what refers to tables, stores and codecs that are not there; SQLite has no such numbers
          .filter(
            (line) =>
              !/^(->|(unique )?index\b)|bigint unsigned|decimal\(30|<graph>|(blob|attach|filepath|hash|npy|object)@/i.test(
                line,
              ),
          )
          .join('\n')
          // MySQL keeps no such characters in definitions
          .replaceAll('😀', '漢'),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(definitions, { minLength: 1, maxLength: 6 }), async (all) => {
          const schema = defineSchema(
            `${database.prefix()}said`,
            generation === '0.14' ? { compat: 'python-0.14' } : {},
          )
          for (const [index, definition] of all.entries()) {
            schema.manual(`Said${String.fromCharCode(65 + index)}`, {}, definition)
          }
          await using pipeline = await database.pipeline([schema])
          await expectSame(pipeline.db, schema.name)
        }),
        { numRuns: long ? 10 : 6 },
      )
    },
  )
})
