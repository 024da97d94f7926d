import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readable } from '../../definition/testing/corpus.ts'
import { resolveDefinition } from '../../definition/resolve-definition.ts'
import { benchFor } from './bench.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'

/** What ends a text, a name, a comment or a statement in one database or another. */
const units = [
  "'",
  '"',
  '`',
  '\\',
  ';',
  '--',
  '#',
  '/*',
  '*/',
  '%s',
  '?',
  '$1',
  ':a',
  '@x',
  '(',
  ')',
  ' ',
  'é',
  '￼',
  '\u001a',
]
const text = fc
  .string({ unit: fc.constantFrom(...units), maxLength: 12 })
  .map((one) => one.trim())
  .filter((one) => !one.startsWith(':'))
const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`
const enumValue = text.map((one) => one.replaceAll(':', '').trim())

const definitions = fc
  .record({
    title: text,
    comments: fc.tuple(text, text, text),
    values: fc.uniqueArray(enumValue, { minLength: 1, maxLength: 4 }),
    initial: text,
  })
  .map(
    ({ title, comments, values, initial }) =>
      `# ${title}\nid : int32  # ${comments[0]}\n---\n` +
      `kind = ${quote(values[0] ?? '')} : enum(${values.map(quote).join(', ')})  # ${comments[1]}\n` +
      `note = ${quote(initial)} : varchar(60)  # ${comments[2]}`,
  )

/** Text that a definition brings into a statement where no value can be bound: it is kept, and never becomes SQL. */
export function testOddText(dialect: DialectUnderTest): void {
  describe('text in definitions', () => {
    const open = benchFor(dialect)

    test('comments, enum values and defaults of any characters are kept as they are', async () => {
      const bench = await open()
      const before = await bench.table('Before', 'id : int32')
      const { declaration, node } = await bench.table('Odd', readable.oddText)
      expect((await bench.readBack('lab')).find(({ name }) => name.table === 'odd')).toEqual(declaration)
      await bench.insert({ declaration, node }, [{ id: 1 }])
      expect(await bench.rows(node)).toEqual([{ id: 1n, kind: '%s "x" \\', path: 'C:\\data\\%USER%', quotes: `'""\`` }])
      expect(await bench.rows(before.node)).toEqual([])
    })

    test('whatever they say', async () => {
      const bench = await open()
      let made = 0
      await fc.assert(
        fc.asyncProperty(definitions, async (definition) => {
          const table = await bench.table(`Said${(made += 1)}`, definition)
          const stored = (await bench.readBack('lab')).find(({ name }) => name.table === table.declaration.name.table)
          expect(stored).toEqual(table.declaration)
          await bench.insert(table, [{ id: 1 }])
          const [row] = await bench.rows(table.node)
          const given = table.declaration.heading.map(({ default: one }) => (one.kind === 'literal' ? one.value : null))
          expect([row?.['kind'], row?.['note']]).toEqual(given.slice(1))
        }),
        { numRuns: 40 },
      )
    })

    const rare = [
      `# says 😀\nid : int8`,
      `id : int8  # says 😀`,
      `id : enum('😀')`,
      `id : int8\n---\nnote = '😀' : varchar(9)`,
    ]

    test.each(dialect.lacksCharacter === undefined ? rare : [])('any character is kept: %s', async (definition) => {
      const bench = await open()
      const { declaration } = await bench.table('Rare', definition)
      expect((await bench.readBack('lab')).find(({ name }) => name.table === 'rare')).toEqual(declaration)
    })

    test.each(dialect.lacksCharacter === undefined ? [] : rare)(
      'a lost character is refused: %s',
      async (definition) => {
        const bench = await open()
        const refused = { code: 'unsupported-text', text: dialect.lacksCharacter }
        await expect(bench.table('Rare', definition)).rejects.toMatchObject(refused)
      },
    )

    test.each(['a"', "a'", 'a`', 'a;b', 'a -- b', 'a b', 'a\\', 'a/*', 'a(', 'ä'])(
      'an attribute cannot be called %s, nor a table or a schema',
      (name) => {
        const table = { schema: 'lab', name: 'Odd', tier: 'manual', definition: 'id : int8', references: {} } as const
        const refused = (change: object) => () => resolveDefinition({ ...table, ...change })
        expect(refused({ definition: `${name} : int32` })).toThrow(expect.objectContaining({ line: 1 }))
        expect(refused({ name: `A${name}` })).toThrow(expect.objectContaining({ code: 'invalid-name' }))
        expect(refused({ schema: `a${name}` })).toThrow(expect.objectContaining({ code: 'invalid-name' }))
      },
    )
  })
}
