import { AttributeTypeError } from '../attribute/errors.ts'
import { declarationIn } from '../definition/declaration-in.ts'
import type { Generation, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { typeName } from '../definition/table-name.ts'
import { PipelineError } from '../errors.ts'
import type { StoredTable } from '../pipeline/read-tables.ts'
import type { Context } from '../query/context.ts'
import { identifyTable } from '../query/dependencies.ts'
import { declarationHere } from '../query/in-database.ts'
import { type AnyTable, isTable } from '../query/table.ts'
import { compareDeclarations } from '../schema/compare.ts'
import { defineSchema } from '../schema/define-schema.ts'
import { definitionText } from './definition-text.ts'
import type { Unit } from './unit.ts'
import type { TableNote } from './virtual-schema.ts'

/** What a table can be written with. */
export interface Surroundings {
  readonly context: Context
  /** That of the schema: in whose words the definitions are. */
  readonly generation: Generation
  /** What the module calls a master. */
  readonly nameOf: (master: StoredTable) => string
  readonly byName: ReadonlyMap<string, StoredTable>
  /** The tables that are written, as their definitions declare them. */
  readonly written: Map<StoredTable, AnyTable>
}

/** A definition, and the names of what it refers to. */
export interface WrittenDefinition {
  readonly table: StoredTable
  readonly references: readonly string[]
  readonly definition: string
}

/** A master with those of its parts that can be written. */
export interface WrittenUnit {
  readonly master: WrittenDefinition
  readonly parts: readonly WrittenDefinition[]
  readonly notes: readonly TableNote[]
}

/**
 * Writes the definitions of a table and its parts, and makes sure that they declare what is there. What cannot be is left
 * out and told: all of it where it is the master, which is then `null`.
 */
export function writeUnit(
  unit: Unit,
  around: Surroundings,
): WrittenUnit | { readonly master: null; readonly notes: readonly TableNote[] } {
  const notes: TableNote[] = []
  const noteOn = ({ declaration }: StoredTable, problem: string): void => {
    notes.push({ table: identifyTable(declaration.name), problem })
  }
  const master = tryDefinition(unit.master, around)
  const declared = typeof master === 'string' ? master : declareUnit(master, [], around)
  const problem = typeof declared === 'string' ? declared : differenceOf(declared, unit.master, around.context)
  if (typeof master === 'string' || typeof declared === 'string' || problem !== null) {
    noteOn(unit.master, problem ?? '')
    for (const part of unit.parts) noteOn(part, 'its master is not written')
    return { master: null, notes }
  }
  around.written.set(unit.master, declared)
  const parts: WrittenDefinition[] = []
  for (const part of unit.parts) {
    const definition = tryDefinition(part, around)
    const table = typeof definition === 'string' ? definition : declareUnit(master, [...parts, definition], around)
    const own = typeof table === 'string' ? table : table.parts[partName(part)]
    const wrong = typeof own === 'string' || !own ? (own ?? '') : differenceOf(own, part, around.context)
    if (
      typeof definition === 'string' ||
      typeof table === 'string' ||
      typeof own === 'string' ||
      !own ||
      wrong !== null
    ) {
      noteOn(part, wrong ?? '')
      continue
    }
    parts.push(definition)
    around.written.set(unit.master, table)
    around.written.set(part, own)
  }
  for (const table of [unit.master, ...parts.map((part) => part.table)]) {
    const lost = lostComments(around.written.get(table), table)
    if (lost.length > 0) noteOn(table, `comments are not written as they are, of ${lost.join(', ')}`)
  }
  return { master, parts, notes }
}

export const partName = ({ declaration }: StoredTable): string => typeName(declaration.name.table).split('.')[1] ?? ''

/** The definition, or what keeps it from being written. */
function tryDefinition(
  table: StoredTable,
  { generation, nameOf, byName, written }: Surroundings,
): WrittenDefinition | string {
  const { declaration, master } = table
  const references = new Set<string>()
  const missing: string[] = []
  for (const { parent } of declaration.foreignKeys) {
    const found = byName.get(identifyTable(parent))
    const top = found && ownMaster(found, byName)
    if (found === table) return 'it refers to itself, which no definition says'
    if (!found || !top || !(written.has(found) || top === master)) missing.push(`\`${identifyTable(parent)}\``)
    else if (top !== master) references.add(nameOf(top))
  }
  if (missing.length > 0)
    return `it refers to ${missing.join(', ')}, which ${missing.length === 1 ? 'is' : 'are'} not written`
  const nameHere = (name: TableName): string => {
    const found = byName.get(identifyTable(name))
    const top = found && ownMaster(found, byName)
    if (!found || !top) return typeName(name.table)
    return top === found ? nameOf(top) : `${nameOf(top)}.${partName(found)}`
  }
  try {
    const definition = definitionText(declarationIn(declaration, generation), nameHere)
    return { table, references: [...references].toSorted(), definition }
  } catch (error) {
    return problemOf(error)
  }
}

const ownMaster = (table: StoredTable, byName: Surroundings['byName']): StoredTable =>
  (table.master === null ? undefined : byName.get(identifyTable(table.master.declaration.name))) ?? table

/** Declares what was written, on a schema of no other use, or says why that cannot be. */
function declareUnit(
  { table, definition }: WrittenDefinition,
  parts: readonly WrittenDefinition[],
  around: Surroundings,
): AnyTable | string {
  const { tier, name } = table.declaration
  const own = typeName(name.table)
  const options = {
    make: null,
    parts: Object.fromEntries(
      parts.map((part) => [partName(part.table), [referencesOf(part.table, around), part.definition] as const]),
    ),
  } as const
  try {
    const schema = defineSchema(name.schema, around.generation === '0.14' ? { compat: 'python-0.14' } : {})
    if (tier === 'part') return 'its master is not there'
    const given = referencesOf(table, around)
    const { make: _, ...withParts } = options
    return tier === 'imported' || tier === 'computed'
      ? schema[tier](own, given, definition, options)
      : schema[tier](own, given, definition, withParts)
  } catch (error) {
    return problemOf(error)
  }
}

/** What a table refers to beside its own master, as it is called here: other modules may have tables of the same names. */
function referencesOf(
  { declaration, master }: StoredTable,
  { nameOf, byName, written }: Surroundings,
): Readonly<Record<string, AnyTable>> {
  return Object.fromEntries(
    declaration.foreignKeys.flatMap(({ parent }) => {
      const found = byName.get(identifyTable(parent))
      const top = found && ownMaster(found, byName)
      const value = top && written.get(top)
      return value && top !== master ? [[nameOf(top), value]] : []
    }),
  )
}

function problemOf(error: unknown): string {
  if (error instanceof PipelineError || error instanceof AttributeTypeError) return error.message
  throw error
}

/** What a definition declares other than what is there; `null` where that is nothing. */
function differenceOf(declared: AnyTable, { declaration: stored }: StoredTable, context: Context): string | null {
  const { name } = declared.declaration
  if (name.table !== stored.name.table) return 'no definition gives a table this name'
  try {
    const here = withKnownStorage(declarationHere(declared.declaration, stored.generation, context), stored, context)
    const [first] = compareDeclarations(here, stored)
    return first === undefined ? null : `no definition declares it: ${first}`
  } catch (error) {
    return problemOf(error)
  }
}

/** In what a codec keeps its values is known by the codec, which this database may not have been given. */
function withKnownStorage(declared: TableDeclaration, stored: TableDeclaration, { codecs }: Context): TableDeclaration {
  const heading = declared.heading.map((attribute) => {
    const { codec } = attribute.type
    const other = stored.heading.find(({ name }) => name === attribute.name)
    if (codec === null || !other || codecs.names.includes(codec.name)) return attribute
    return { ...attribute, type: { ...attribute.type, storage: other.type.storage } }
  })
  return { ...declared, heading }
}

function lostComments(written: AnyTable | undefined, { declaration: stored }: StoredTable): readonly string[] {
  if (!isTable(written)) return []
  const { comment, heading } = written.declaration
  const lost = stored.heading.filter(
    (attribute) => heading.find(({ name }) => name === attribute.name)?.comment !== attribute.comment,
  )
  return [...(comment === stored.comment ? [] : ['the table']), ...lost.map(({ name }) => `\`${name}\``)]
}
