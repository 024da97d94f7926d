import { resolveDefinition } from '../definition/resolve-definition.ts'
import { requireSchemaName } from '../definition/table-name.ts'
import type { Tier } from '../definition/tier.ts'
import type { AnyMake } from '../query/make.ts'
import { type AnyTable, isTable } from '../query/table.ts'
import { MissingReferenceError, NameTakenError } from './errors.ts'
import type { Schema } from './schema.ts'

/** What the four tiers' options have in common, once their types have done their work. */
interface Options {
  readonly parts?: Readonly<Record<string, readonly [references: object, definition: string]>>
  readonly contents?: readonly object[]
}

/** A schema without tables, to declare them on. */
export function defineSchema(name: string): Schema {
  requireSchemaName(name)
  const tables: AnyTable[] = []

  const declare = (
    tier: Tier,
    typeName: string,
    references: object,
    definition: string,
    options: Options,
    make: AnyMake | null,
  ) => {
    const parents = tablesIn(typeName, references)
    const declaration = resolveDefinition({ schema: name, name: typeName, tier, definition, references: parents })
    refuseTaken(tables, declaration.name.table, typeName)
    const table = {
      typeName,
      declaration,
      parents: Object.values(parents),
      master: null,
      contents: options.contents ?? [],
      make,
    }
    const parts: Record<string, AnyTable> = {}
    const master = tableValue({ ...table, parts })
    tables.push(master)
    for (const [partName, [partReferences, partDefinition]] of Object.entries(options.parts ?? {})) {
      const partParents = tablesIn(`${typeName}.${partName}`, partReferences)
      const part = tableValue({
        typeName: `${typeName}.${partName}`,
        declaration: resolveDefinition({
          schema: name,
          name: partName,
          tier: 'part',
          definition: partDefinition,
          references: partParents,
          master,
        }),
        parents: [master, ...Object.values(partParents)],
        master,
        parts: {},
        contents: [],
        make: null,
      })
      parts[partName] = part
      tables.push(part)
    }
    return Object.assign(master, parts)
  }

  const schema = {
    kind: 'schema',
    name,
    tables,
    manual: (typeName: string, references: object, definition: string, options: Options = {}) =>
      declare('manual', typeName, references, definition, options, null),
    lookup: (typeName: string, references: object, definition: string, options: Options = {}) =>
      declare('lookup', typeName, references, definition, options, null),
    imported: (typeName: string, references: object, definition: string, make: Options & AnyMake) =>
      declare('imported', typeName, references, definition, make, make),
    computed: (typeName: string, references: object, definition: string, make: Options & AnyMake) =>
      declare('computed', typeName, references, definition, make, make),
  } as const
  // The row types of Schema's signatures follow from the definition's text, which only the compiler reads.
  return schema as unknown as Schema
}

/** The types of a table's rows exist for the compiler alone: this is where a value gets them. */
const tableValue = (table: Omit<AnyTable, 'kind' | '~key' | '~secondary' | '~optional'>): AnyTable =>
  ({ kind: 'table', ...table }) as AnyTable

/** The references as tables: from JavaScript one may be missing, and all that are missing are told at once. */
function tablesIn(typeName: string, references: object): Record<string, AnyTable> {
  const entries = Object.entries(references)
  const missing = entries.filter(([, table]) => !isTable(table)).map(([name]) => name)
  if (missing.length > 0) throw new MissingReferenceError(typeName, missing)
  return Object.fromEntries(entries)
}

function refuseTaken(tables: readonly AnyTable[], table: string, typeName: string): void {
  const other = tables.find(({ declaration }) => declaration.name.table === table)
  if (other) throw new NameTakenError(typeName, table, other.typeName)
}
