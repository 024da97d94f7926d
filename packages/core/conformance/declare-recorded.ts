import { resolveDefinition } from '../src/definition/resolve-definition.ts'
import { type AnyTable, defineSchema, type Schema } from '../src/index.ts'
import { made } from '../src/query/made.ts'
import type { RecordedSet, RecordedTable } from './recorded.ts'

/** A recorded schema in our engine, and its tables by the names that expressions use. */
export interface DeclaredSchema {
  readonly schema: Schema
  readonly tables: ReadonlyMap<string, AnyTable>
}

/** Declares the tables of a recorded set by their definitions, in the order in which they were declared. */
export function declareRecorded(schemas: RecordedSet['schemas']): ReadonlyMap<string, DeclaredSchema> {
  return new Map(
    Object.entries(schemas).map(([name, recorded]) => {
      const schema = defineSchema(name)
      const tables = new Map<string, AnyTable>()
      for (const table of recorded) tables.set(table.name, declareTable(schema, table, tables))
      return [name, { schema: { ...schema, tables: [...tables.values()] }, tables }]
    }),
  )
}

function declareTable(schema: Schema, recorded: RecordedTable, earlier: ReadonlyMap<string, AnyTable>): AnyTable {
  const { name, tier, definition } = recorded
  const references = Object.fromEntries([...earlier].filter(([other]) => !other.includes('.')))
  switch (tier.toLowerCase()) {
    case 'manual':
      return schema.manual(name, references, definition)
    case 'lookup':
      return schema.lookup(name, references, definition)
    case 'imported':
    case 'computed': {
      const make = { fetch: () => null, compute: () => ({ row: {}, parts: {} }) }
      return schema.computed(name, references, definition, make)
    }
    case 'part':
      return declarePart(schema.name, name, definition, references)
    default:
      throw new RangeError(`${name} is of the tier ${tier}, which is not known.`)
  }
}

/**
 * A part that refers to tables which were declared after its master. A schema takes parts with their master alone; in the
 * recorded sets they may come later.
 */
function declarePart(
  schema: string,
  name: string,
  definition: string,
  references: Readonly<Record<string, AnyTable>>,
): AnyTable {
  const [masterName = '', partName = ''] = name.split('.')
  const master = references[masterName]
  if (!master) throw new RangeError(`${name} comes before its master.`)
  const declaration = resolveDefinition({ schema, name: partName, tier: 'part', definition, references, master })
  const known = Object.values(references).flatMap((table) => [table, ...Object.values(table.parts)])
  const parents = known.filter(({ declaration: { name: other } }) =>
    declaration.foreignKeys.some(({ parent }) => parent.schema === other.schema && parent.table === other.table),
  )
  // the members for the compiler are on no table
  const part = made({
    kind: 'table',
    typeName: name,
    declaration,
    parents,
    master,
    parts: {},
    contents: [],
    make: null,
  }) as unknown as AnyTable
  Object.assign(master, { [partName]: part })
  Object.assign(master.parts, { [partName]: part })
  return part
}
