import type { TableDeclaration } from '../definition/table-declaration.ts'
import type { AnyTable } from '../query/table.ts'
import type { Schema } from '../schema/schema.ts'

/**
 * A pipeline as Mermaid text: one box of tables per schema. A solid line is a reference in the primary key, a thick one
 * a reference that is the whole primary key, a dashed one a reference among the secondary attributes.
 */
export function formatMermaid(schemas: readonly Schema[]): string {
  const drawn = new Set(schemas.flatMap(({ tables }) => tables.map(nodeId)))
  const lines = [
    'flowchart LR',
    ...schemas.flatMap(formatSchema),
    ...schemas.flatMap(({ tables }) => tables.flatMap((table) => formatReferences(table, drawn))),
    '  classDef manual fill:#E8F0E9,stroke:#3E7A52,color:#28513A',
    '  classDef lookup fill:#F0F0F1,stroke:#808285,color:#5A5C5F',
    '  classDef imported fill:#E0F4FC,stroke:#00A0DF,color:#00537A',
    '  classDef computed fill:#FFEDE5,stroke:#FF5113,color:#B23200',
    '  classDef part fill:#FFFFFF,stroke:#B9BBBE,color:#55585C',
  ]
  return `${lines.join('\n')}\n`
}

function formatSchema({ name, tables }: Schema): readonly string[] {
  const masters = tables.filter(({ master }) => master === null)
  return [
    `  subgraph ${name}`,
    ...masters.flatMap((master) => {
      const parts = Object.values(master.parts)
      if (parts.length === 0) return [`    ${formatNode(master)}`]
      return [
        `    subgraph ${nodeId(master)}_group[" "]`,
        ...[master, ...parts].map((table) => `      ${formatNode(table)}`),
        '    end',
      ]
    }),
    '  end',
  ]
}

function formatNode(table: AnyTable): string {
  const { tier } = table.declaration
  const label = `"${table.typeName}"`
  const shape = tier === 'imported' || tier === 'computed' ? `([${label}])` : `[${label}]`
  return `${nodeId(table)}${shape}:::${tier}`
}

function formatReferences({ declaration }: AnyTable, drawn: ReadonlySet<string>): readonly string[] {
  const key = new Set(declaration.heading.filter(({ inKey }) => inKey).map(({ name }) => name))
  return declaration.foreignKeys.flatMap(({ attributes, parent }) => {
    const from = idOf(parent.schema, parent.table)
    if (!drawn.has(from)) return []
    const inKey = attributes.every((name) => key.has(name))
    const line = !inKey ? '-.-' : attributes.length === key.size ? '===' : '---'
    return [`  ${from} ${line} ${idOf(declaration.name.schema, declaration.name.table)}`]
  })
}

const nodeId = ({ declaration: { name } }: { readonly declaration: TableDeclaration }): string =>
  idOf(name.schema, name.table)

/** `#`, with which the names of lookup tables begin, means something to Mermaid; no table is called `l__...`. */
const idOf = (schema: string, table: string): string => `${schema}__${table.replace('#', 'l__')}`
