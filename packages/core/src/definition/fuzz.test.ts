import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { long } from '../../test/long.ts'
import { randomFrom } from '../../test/random.ts'
import { DefinitionError } from './errors.ts'
import { parseDefinition } from './parse-definition.ts'
import { readable } from './testing/corpus.ts'
import { fuzzDefinition } from './testing/fuzz-definitions.ts'
import { refusedAtRunTime, refusedByCompiler } from './testing/refused-corpus.ts'

const inputs = long ? 100_000 : 20_000
const fixtures = join(import.meta.dirname, '../../../../fixtures/datajoint')

function recorded(file: string): readonly string[] {
  // the file is ours, and its README says what is in it
  const { tables } = JSON.parse(readFileSync(join(fixtures, file), 'utf8')) as {
    readonly tables: Readonly<Record<string, { readonly definition?: string }>>
  }
  return Object.values(tables).flatMap(({ definition }) => definition ?? [])
}

const refused = Object.values({ ...refusedByCompiler, ...refusedAtRunTime }).map(({ definition }) => definition)
const seeds: readonly [string, ...string[]] = [
  'id : int32',
  ...Object.values(readable),
  ...refused,
  ...recorded('schema-0.14.json'),
  ...recorded('schema-2.x.json'),
]

/** Reads a definition and says what came of it; throws if that is anything but a definition or an error that names its place. */
function read(text: string, generation: '2.x' | '0.14'): string {
  const start = performance.now()
  try {
    const parsed = parseDefinition(text, 'lab.Example', generation)
    if (performance.now() - start < 5000 && parsed.lines.length <= text.split('\n').length) return 'read'
  } catch (error) {
    if (error instanceof DefinitionError && performance.now() - start < 5000) {
      const line = text.split('\n')[error.line - 1]
      const inside = line !== undefined && error.column >= 1 && error.column <= line.length + 1
      if (inside && /^[a-z-]+$/.test(error.code) && error.advice !== '') return error.code
    }
    throw new Error(`of generation ${generation}: ${JSON.stringify(text)}`, { cause: error })
  }
  throw new Error(`of generation ${generation}, it took too long: ${JSON.stringify(text)}`)
}

test(`${inputs} made up definitions are read, or refused with a place inside of them`, { timeout: 300_000 }, () => {
  const random = randomFrom(20_260_101)
  const counts: Record<string, number> = {}
  for (let input = 0; input < inputs; input++) {
    const found = read(fuzzDefinition(random, seeds), input % 2 === 0 ? '2.x' : '0.14')
    counts[found] = (counts[found] ?? 0) + 1
  }
  // the inputs are neither all right nor all wrong, and not wrong in one way alone
  expect(counts['read']).toBeGreaterThan(inputs / 20)
  expect(Object.keys(counts).length).toBeGreaterThan(10)
})

test('a long definition is read in no time', () => {
  const text = Array.from({ length: 20_000 }, (_, line) => `attribute_${line} = null : int32  # one of many`).join('\n')
  const start = performance.now()
  expect(parseDefinition(`id : int32\n---\n${text}`).lines).toHaveLength(20_001)
  expect(performance.now() - start).toBeLessThan(5000)
})

test.each(['   ', '(', "'", ',', '->', ' =', '#:', '[', 'a.', '"\'', "enum('a',", '1', '\\'])(
  'a line full of %j is read or refused in no time',
  (piece) => {
    for (const before of ['', 'a : ', 'a = ', "a = 'x' : ", '-> ', 'index (', "a : enum('", '-> Subject.proj(']) {
      const line = (before + piece.repeat(16_384)).slice(0, 16_384)
      const start = performance.now()
      read(`id : int32\n---\n${line}`, '2.x')
      expect(performance.now() - start).toBeLessThan(2000)
    }
  },
)
