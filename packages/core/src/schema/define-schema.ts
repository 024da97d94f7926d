import type { Codec } from '../codec/define-codec.ts'
import { resolveDefinition } from '../definition/resolve-definition.ts'
import type { Generation, TableDeclaration } from '../definition/table-declaration.ts'
import { requireSchemaName } from '../definition/table-name.ts'
import type { Tier } from '../definition/tier.ts'
import { identifyTable } from '../query/dependencies.ts'
import { isPlain, requireText } from '../options.ts'
import { made } from '../query/made.ts'
import type { AnyMake } from '../query/make.ts'
import { type AnyTable, isTable } from '../query/table.ts'
import { checkDeclaration, checkSchemaOptions, checkTableOptions } from './check-declaration.ts'
import { MissingMakeError, MissingReferenceError, NameTakenError } from './errors.ts'
import type { Schema, SchemaWith } from './schema.ts'

/** What the four tiers' options have in common, once their types have done their work. */
interface Options {
  readonly parts?: Readonly<Record<string, readonly [references: object, definition: string]>>
  readonly contents?: readonly object[]
}

type MakeOptions = Options & (AnyMake | { readonly make: null })

/** How a schema is declared. */
export interface SchemaOptions {
  /**
   * In whose format new tables are declared: with `python-0.14`, in that of DataJoint 0.14 and MATLAB, which cannot read
   * that of DataJoint 2. Tables that are there keep theirs, and new ones beside tables of 0.14 are of 0.14 in any case.
   */
  readonly compat?: 'python-0.14'
}

/** How a schema with codecs of its own is declared. */
export interface SchemaCodecsOptions<Own extends readonly Codec[]> extends SchemaOptions {
  /** What its types in `<…>` name, beside the codecs that every pipeline has: `defineCodec` makes them. */
  readonly codecs: Own
}

/** A schema without tables, to declare them on. */
export function defineSchema(name: string, options?: SchemaOptions): Schema
export function defineSchema<const Own extends readonly Codec[]>(
  name: string,
  options: SchemaCodecsOptions<Own>,
): SchemaWith<Own>
export function defineSchema(name: string, options: Partial<SchemaCodecsOptions<readonly Codec[]>> = {}): Schema {
  requireText('defineSchema()', 'the name of a schema', name)
  checkSchemaOptions(options)
  const { compat, codecs = [] } = options
  return schemaOf(requireSchemaName(name), compat === 'python-0.14' ? '0.14' : '2.x', [], codecs)
}

/** A schema that has some tables, to which it adds what is declared on it. */
export function schemaOf(
  name: string,
  generation: Generation,
  tables: AnyTable[],
  codecs: readonly Codec[] = [],
): Schema {
  const declare = (
    tier: Exclude<Tier, 'part'>,
    typeName: string,
    references: object,
    definition: string,
    options: Options,
    make: AnyMake | null,
    madeElsewhere = false,
  ) => {
    checkDeclaration(typeName, references, definition)
    checkTableOptions(tier, typeName, options)
    const parents = tablesIn(typeName, references)
    const declaration = resolveDefinition({
      schema: name,
      name: typeName,
      tier,
      generation,
      definition,
      references: parents,
      madeElsewhere,
    })
    refuseTaken(tables, declaration.name.table, typeName)
    const table = {
      typeName,
      declaration,
      parents: referred(declaration, parents),
      master: null,
      contents: options.contents ?? [],
      make,
    }
    const parts: Record<string, AnyTable> = {}
    const master = tableValue({ ...table, parts })
    for (const [partName, [partReferences, partDefinition]] of Object.entries(options.parts ?? {})) {
      checkDeclaration(`${typeName}.${partName}`, partReferences, partDefinition)
      const partParents = tablesIn(`${typeName}.${partName}`, partReferences)
      const partDeclaration = resolveDefinition({
        schema: name,
        name: partName,
        tier: 'part',
        generation,
        definition: partDefinition,
        references: partParents,
        // those before it can be referred to by their master's name
        master: { ...master, ...parts },
      })
      parts[partName] = tableValue({
        typeName: `${typeName}.${partName}`,
        declaration: partDeclaration,
        parents: referred(partDeclaration, { ...partParents, master }),
        master,
        parts: {},
        contents: [],
        make: null,
      })
    }
    // all or none: a definition that cannot be read leaves nothing behind
    tables.push(master, ...Object.values(parts))
    return Object.assign(master, parts)
  }

  const declareMade = (
    tier: 'imported' | 'computed',
    typeName: string,
    references: object,
    definition: string,
    make?: MakeOptions,
  ) => {
    checkDeclaration(typeName, references, definition)
    // from JavaScript, either may be forgotten
    if (typeof make !== 'object' || make === null) throw new MissingMakeError(typeName, tier)
    if ('make' in make && make.make === null) {
      return declare(tier, typeName, references, definition, make, null, true)
    }
    if (!('fetch' in make) || typeof make.fetch !== 'function' || typeof make.compute !== 'function')
      throw new MissingMakeError(typeName, tier)
    return declare(tier, typeName, references, definition, make, make)
  }

  const schema = {
    kind: 'schema',
    name,
    tables,
    codecs,
    manual: (typeName: string, references: object, definition: string, options: Options = {}) =>
      declare('manual', typeName, references, definition, options, null),
    lookup: (typeName: string, references: object, definition: string, options: Options = {}) =>
      declare('lookup', typeName, references, definition, options, null),
    imported: (typeName: string, references: object, definition: string, make?: MakeOptions) =>
      declareMade('imported', typeName, references, definition, make),
    computed: (typeName: string, references: object, definition: string, make?: MakeOptions) =>
      declareMade('computed', typeName, references, definition, make),
  } as const
  // The row types of Schema's signatures follow from the definition's text, which only the compiler reads.
  return schema as unknown as Schema
}

/** The types of a table's rows exist for the compiler alone: this is where a value gets them. */
const tableValue = (
  table: Omit<AnyTable, 'kind' | '~key' | '~secondary' | '~newKey' | '~newSecondary' | '~own'>,
): AnyTable => made({ kind: 'table', ...table }) as AnyTable

/** The references as tables: from JavaScript one may be missing, and all that are missing are told at once. */
function tablesIn(typeName: string, references: object): ReferenceTables {
  const missing: string[] = []
  const read = (group: object, prefix: string): ReferenceTables =>
    Object.fromEntries(
      Object.entries(group).flatMap(([name, value]): [string, AnyTable | ReferenceTables][] => {
        if (isTable(value)) return [[name, value]]
        if (isGroup(value)) return [[name, read(value, `${prefix}${name}.`)]]
        missing.push(prefix + name)
        return []
      }),
    )
  const tables = read(references, '')
  if (missing.length > 0) throw new MissingReferenceError(typeName, missing)
  return tables
}

interface ReferenceTables {
  readonly [name: string]: AnyTable | ReferenceTables
}

/** Tables of another schema under one name. */
const isGroup = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && isPlain(value) && Object.values(value).some(isTable)

const listTables = (group: ReferenceTables): readonly AnyTable[] =>
  Object.values(group).flatMap((value) => (isTable(value) ? [value, ...Object.values(value.parts)] : listTables(value)))

/** The tables that the foreign keys of a declaration lead to, each once; they may be parts of what was given. */
function referred({ foreignKeys }: TableDeclaration, given: ReferenceTables): readonly AnyTable[] {
  const known = new Map(listTables(given).map((table) => [identifyTable(table.declaration.name), table]))
  const names = new Set(foreignKeys.map(({ parent }) => identifyTable(parent)))
  return [...names].flatMap((name) => known.get(name) ?? [])
}

function refuseTaken(tables: readonly AnyTable[], table: string, typeName: string): void {
  const other = tables.find(({ declaration }) => declaration.name.table === table)
  if (other) throw new NameTakenError(typeName, table, other.typeName)
}
