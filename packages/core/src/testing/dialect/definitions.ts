import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readable, readableIn014 } from '../../definition/testing/corpus.ts'
import { resolveDefinition } from '../../definition/resolve-definition.ts'
import type { Generation } from '../../definition/table-declaration.ts'
import { randomDefinitions } from '../../definition/testing/random-definition.ts'
import { type Bench, benchFor } from './bench.ts'
import { declareOn } from './declare-on.ts'
import type { DialectUnderTest } from './dialect-under-test.ts'

/** What a definition says comes back from the database, in the format of either generation. */
export function testDefinitions(dialect: DialectUnderTest): void {
  describe('definitions', () => {
    const open = benchFor(dialect)

    /** Declares a table and gives it as it was meant, and as it is read back. */
    async function declare(bench: Bench, name: string, definition: string, generation: Generation) {
      const schema = bench.schema(generation === '2.x' ? 'new' : 'old')
      const declaration = resolveDefinition({ schema, name, tier: 'manual', generation, definition, references: {} })
      await declareOn(bench.connection, declaration)
      const stored = await bench.readBack(generation === '2.x' ? 'new' : 'old')
      return [declaration, stored.find((table) => table.name.table === declaration.name.table)] as const
    }

    test.each([
      ['2.x', readable.everyNativeType],
      ['2.x', readable.defaults],
      ['2.x', readable.oddText],
      ['2.x', readable.setup],
      ['0.14', readable.everyNativeType],
      ['0.14', readable.defaults],
      ['0.14', readable.oddText],
      ['0.14', readableIn014.everyType],
    ] as const)('of %s are read back as they were declared: %s', async (generation, definition) => {
      const bench = await open()
      const [declared, stored] = await declare(bench, 'Read', definition, generation)
      expect(stored).toEqual(declared)
    })

    test.each(['2.x', '0.14'] as const)('whatever they say, in %s', async (generation) => {
      const bench = await open()
      let made = 0
      const definitions = randomDefinitions(generation).map((definition) =>
        definition
          .split('\n')
          .filter(
            (line) => !/^(->|(unique )?index\b)/i.test(line) && !dialect.lacks?.some((type) => line.includes(type)),
          )
          .join('\n')
          .replaceAll(dialect.lacksCharacter ?? '\0', '?'),
      )
      await fc.assert(
        fc.asyncProperty(definitions, async (definition) => {
          const [declared, stored] = await declare(bench, `Said${(made += 1)}`, definition, generation)
          expect(stored).toEqual(declared)
        }),
        { numRuns: 25 },
      )
    })
  })
}
