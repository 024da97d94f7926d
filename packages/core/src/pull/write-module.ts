import { builtinCodecs } from '../codec/codecs.ts'
import { describe } from '../schema/describe.ts'
import type { Generation } from '../definition/table-declaration.ts'
import { requireSchemaName, typeName } from '../definition/table-name.ts'
import type { StoredTable } from '../pipeline/read-tables.ts'
import { distinct, type Module, schemaValue } from './module.ts'
import { writeComment, writeString, writeTemplate } from './write-text.ts'
import { partName, type WrittenDefinition } from './write-table.ts'

/** What a module says of a table, in order. */
export type ModuleItem =
  | {
      readonly kind: 'table'
      readonly master: WrittenDefinition
      readonly parts: readonly WrittenDefinition[]
      /** Rows, as lines of JavaScript. */
      readonly contents: readonly string[]
      readonly problems: readonly string[]
    }
  | { readonly kind: 'left-out'; readonly table: StoredTable; readonly problems: readonly string[] }

/** What was asked for. */
export interface Asked {
  readonly generations: ReadonlyMap<string, Generation>
  /** The schemas; of others, some tables are written to which these refer. */
  readonly wanted: readonly string[]
}

/** The text of a module that declares tables. */
export function writeModule(module: Module, items: readonly ModuleItem[], { generations, wanted }: Asked): string {
  const used = new Set(
    items.flatMap((item) =>
      item.kind === 'table' ? [item.master, ...item.parts].flatMap(({ references }) => references) : [],
    ),
  )
  const imports = module.imports.flatMap(({ from, names }) => {
    const needed = names.filter(({ here }) => used.has(here))
    const list = needed.map(({ theirs, here }) => (theirs === here ? here : `${theirs} as ${here}`))
    return needed.length === 0 ? [] : [`import { ${list.toSorted().join(', ')} } from './${from}.ts'`]
  })
  const schemas = module.schemas.map((schema) => {
    if (!isNameable(schema)) return writeComment(`No definition gives a schema the name ${schema}.`)
    const compat = generations.get(schema) === '0.14' ? ", { compat: 'python-0.14' }" : ''
    return `export const ${module.schemaNames.get(schema) ?? 'schema'} = defineSchema(${writeString(schema)}${compat})`
  })
  const head = [
    writeComment(`The tables of ${module.schemas.join(' and ')} as they stood in a database, written by pull().`),
    ...module.schemas.flatMap((schema) =>
      wanted.includes(schema) ? [] : [writeComment(`Of ${schema}, only those to which others refer.`)],
    ),
    ...writeNeeds(items),
    "import { defineSchema } from '@neurojoint/core'",
    ...imports,
  ]
  return `${[head.join('\n'), schemas.join('\n'), ...items.map((item) => writeItem(item, module))].join('\n\n')}\n`
}

/** What a pipeline of these tables must be given. */
function writeNeeds(items: readonly ModuleItem[]): readonly string[] {
  const tables = items.flatMap((item) => (item.kind === 'table' ? [item.master, ...item.parts] : []))
  const codecs = tables.flatMap(({ table }) => table.declaration.heading.flatMap(({ type }) => type.codec ?? []))
  const own = codecs.filter(({ name }) => !builtinCodecs.names.includes(name) && !name.startsWith('external-'))
  const needs: readonly (readonly [string, readonly (string | null)[]])[] = [
    ['stores', codecs.map(({ store }) => store)],
    ['codecs', own.map(({ name }) => name)],
  ]
  return needs.flatMap(([what, names]) => {
    const named = [...new Set(names.flatMap((name) => name || []))].toSorted((a, b) => (a < b ? -1 : 1))
    return named.length === 0 ? [] : [writeComment(`Its pipeline needs the ${what} ${named.join(', ')}.`)]
  })
}

function writeItem(item: ModuleItem, module: Module): string {
  if (item.kind === 'left-out') {
    const { name } = item.table.declaration
    return [
      writeComment(`Left out: ${name.schema}.${name.table}`),
      ...item.problems.map((problem) => writeComment(`- ${problem}`)),
      ...describe(item.table)
        .split('\n')
        .map((line) => writeComment(`  ${line}`)),
    ].join('\n')
  }
  const { master, parts, contents } = item
  const { tier, name } = master.table.declaration
  const isMade = tier === 'imported' || tier === 'computed'
  const options = [
    // two lines that say so where somebody looks for the make
    ...(isMade
      ? ['  // filled by other programs: in its place, { fetch, compute } populate it here', '  make: null,']
      : []),
    ...(contents.length === 0 ? [] : ['  contents: [', ...contents.map((row) => `    ${row},`), '  ],']),
    ...(parts.length === 0
      ? []
      : [
          '  parts: {',
          ...parts.map((part) => `    ${partName(part.table)}: [${listNames(part)}, ${writeDefinition(part, 6)}],`),
          '  },',
        ]),
  ]
  const last = options.length === 0 ? ')' : `, {\n${options.join('\n')}\n})`
  const schema = module.schemaNames.get(name.schema) ?? 'schema'
  const call = `${schema}.${tier}(${writeString(typeName(name.table))}, ${listNames(master)}, ${writeDefinition(master, 2)}${last}`
  return [
    ...item.problems.map((problem) => writeComment(problem)),
    `export const ${module.nameOf(master.table)} = ${call}`,
  ].join('\n')
}

const listNames = ({ references }: WrittenDefinition): string =>
  references.length === 0 ? '{}' : `{ ${references.join(', ')} }`

/** A definition on lines of its own, whose space around it means nothing. */
function writeDefinition({ definition }: WrittenDefinition, indent: number): string {
  const space = ' '.repeat(indent)
  const lines = definition.split('\n').map((line) => `${space}${line}\n`)
  return writeTemplate(`\n${lines.join('')}${' '.repeat(indent - 2)}`)
}

/** A module that has the schemas in the order in which they refer to each other. */
export function writeIndex(modules: readonly Module[]): string {
  const found = modules.flatMap((module) =>
    module.schemas.filter(isNameable).map((schema) => ({ schema, module, value: schemaValue(schema) })),
  )
  const values = distinct(
    found.map(({ value }) => value),
    new Set(),
  )
  const imports = found.map(
    ({ schema, module }, index) =>
      `import { ${module.schemaNames.get(schema) ?? 'schema'} as ${values[index] ?? ''} } from './${module.name}.ts'`,
  )
  return `${imports.join('\n')}

/** All schemas, each after those to which it refers: for definePipeline(). */
export const schemas = [${values.join(', ')}]
`
}

function isNameable(schema: string): boolean {
  try {
    requireSchemaName(schema)
    return true
  } catch {
    return false
  }
}
