import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
const TABLES = 200

/** A chain of tables, each of which refers to the one before it. */
function writeTables(count: number): string {
  const lines = [
    "import { defineSchema, type Row } from '../../src/index.ts'",
    "const schema = defineSchema('bench')",
    "const T0 = schema.manual('T0', {}, 'subject : varchar(8)')",
  ]
  for (let table = 1; table <= count; table += 1) {
    const parent = table % 8 === 0 ? 0 : table - 1
    lines.push(
      `const T${table} = schema.manual('T${table}', { T${parent} }, \``,
      `  # table ${table}`,
      `  -> T${parent}`,
      `  key_${table} : int16`,
      '  ---',
      `  value_${table} = null : float32   # (Hz)`,
      `  kind_${table} = 'a' : enum('a', 'b', 'c')`,
      '`)',
      `export type Row${table} = Row<typeof T${table}>`,
      `export const row${table} = (row: Row${table}): string => row.subject + row.key_${table}.toFixed()`,
    )
  }
  return `${lines.join('\n')}\n`
}

const folder = await mkdtemp(join(import.meta.dirname, '.types-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function check(name: string): Promise<void> {
  await run(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '--project',
    join(folder, `${name}.json`),
  ])
}

for (const [name, count] of [
  ['many', TABLES],
  ['none', 0],
] as const) {
  await writeFile(join(folder, `${name}.ts`), writeTables(count))
  const settings = { extends: join(root, 'tsconfig.base.json'), files: [`${name}.ts`] }
  await writeFile(join(folder, `${name}.json`), JSON.stringify(settings))
}

test(`checking the types of ${TABLES} tables`, async ({ bench }) => {
  await bench.compare(
    bench(`${TABLES} tables`, () => check('many')),
    bench('the engine alone', () => check('none')),
    { iterations: 3, warmupIterations: 1, time: 0 },
  )
}, 300_000)
