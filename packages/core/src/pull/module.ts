import { identifyTable } from '../query/dependencies.ts'
import type { StoredTable } from '../pipeline/read-tables.ts'
import type { Unit } from './unit.ts'

/** A module to write: a schema, or several that refer to each other in a circle, which no order of imports allows. */
export interface Module {
  /** Its file, without `.ts`. */
  readonly name: string
  readonly schemas: readonly string[]
  readonly units: readonly Unit[]
  /** What it calls the value of each of its schemas. */
  readonly schemaNames: ReadonlyMap<string, string>
  /** What it calls a master: its own, and those that it imports. */
  readonly nameOf: (master: StoredTable) => string
  readonly imports: readonly Import[]
}

/** Masters of another module, by the names that the two modules have for them. */
export interface Import {
  readonly from: string
  readonly names: readonly { readonly theirs: string; readonly here: string }[]
}

/**
 * Distributes units, which are in order, over modules, of which there is one for every schema; those come in an order in
 * which each follows what it imports.
 */
export function planModules(units: readonly Unit[], wanted: readonly string[]): readonly Module[] {
  const groups = groupSchemas(units, wanted)
  const files = distinct(
    groups.map(([first = '']) => first.replaceAll(/[^\w-]+/g, '-')),
    new Set(['index']),
    // file systems may not tell capitals apart
    (name) => name.toLowerCase(),
  )
  const drafts = groups.map((schemas, index) => {
    const own = units.filter(({ master }) => schemas.includes(master.declaration.name.schema))
    const names = namesOf(own, schemas.length > 1)
    return { name: files[index] ?? '', schemas, own, names }
  })
  return drafts.map(({ name, schemas, own, names }): Module => {
    const taken = new Set(names.values())
    const here = new Map(names)
    const imports = drafts.flatMap((other): Import[] => {
      if (other.name === name) return []
      const used = other.own.filter(({ master }) => own.some((unit) => refersTo(unit, master)))
      const imported = used.map(({ master }) => {
        const theirs = other.names.get(master) ?? ''
        const [alias = theirs] = distinct([taken.has(theirs) ? `${pascalCase(other.name)}${theirs}` : theirs], taken)
        taken.add(alias)
        here.set(master, alias)
        return { theirs, here: alias }
      })
      return imported.length === 0 ? [] : [{ from: other.name, names: imported }]
    })
    const values = schemas.length === 1 ? ['schema'] : distinct(schemas.map(schemaValue), new Set())
    return {
      name,
      schemas,
      units: own,
      schemaNames: new Map(schemas.map((schema, index) => [schema, values[index] ?? 'schema'])),
      nameOf: (master) => here.get(master) ?? master.typeName,
      imports,
    }
  })
}

/** Schemas that refer to each other in a circle are together; each group follows those to which it refers. */
function groupSchemas(units: readonly Unit[], wanted: readonly string[]): readonly (readonly string[])[] {
  const schemaOf = ({ declaration }: { readonly declaration: StoredTable['declaration'] }) => declaration.name.schema
  const schemas = [...new Set([...units.map(({ master }) => schemaOf(master)), ...wanted])]
  const known = new Set(
    units.flatMap(({ master, parts }) => [master, ...parts]).map(({ declaration }) => identifyTable(declaration.name)),
  )
  const above = new Map(schemas.map((schema) => [schema, new Set([schema])]))
  for (const { master, parts } of units) {
    for (const { foreignKeys } of [master, ...parts].map(({ declaration }) => declaration)) {
      for (const { parent } of foreignKeys)
        if (known.has(identifyTable(parent))) above.get(schemaOf(master))?.add(parent.schema)
    }
  }
  // as far as it goes: there are few schemas
  for (let grown = true; grown;) {
    grown = false
    for (const reached of above.values()) {
      for (const schema of [...reached].flatMap((one) => [...(above.get(one) ?? [])])) {
        if (reached.has(schema)) continue
        reached.add(schema)
        grown = true
      }
    }
  }
  const reaches = (from: string, to: string): boolean => above.get(from)?.has(to) ?? false
  const groups = schemas.map((schema) => schemas.filter((other) => reaches(schema, other) && reaches(other, schema)))
  return groups
    .filter((group, index) => group[0] === schemas[index])
    .toSorted(([a = ''], [b = '']) => (above.get(a)?.size ?? 0) - (above.get(b)?.size ?? 0))
}

const refersTo = ({ master, parts }: Unit, other: StoredTable): boolean =>
  [master, ...parts].some(({ declaration }) =>
    declaration.foreignKeys.some(({ parent }) =>
      [other, ...Object.values(other.parts)].some(
        (table) => identifyTable(table.declaration.name) === identifyTable(parent),
      ),
    ),
  )

/** What a module calls its tables: by their types, unless that means something else in JavaScript. */
function namesOf(units: readonly Unit[], prefixed: boolean): ReadonlyMap<StoredTable, string> {
  const wanted = units.map(({ master: { typeName, declaration } }) => {
    const safe = globals.has(typeName) ? `${typeName}Table` : typeName
    const others = units.filter(({ master }) => master.typeName === typeName)
    return prefixed && others.length > 1 ? `${pascalCase(declaration.name.schema)}${safe}` : safe
  })
  const names = distinct(wanted, new Set())
  return new Map(units.map(({ master }, index) => [master, names[index] ?? master.typeName]))
}

/** What every program may mean by them. */
const globals: ReadonlySet<string> = new Set(
  (
    'Array ArrayBuffer BigInt Boolean DataView Date Error Function Infinity Intl Iterator JSON Map Math NaN Number Object ' +
    'Promise Proxy Reflect RegExp Set String Symbol Temporal Uint8Array WeakMap WeakRef WeakSet'
  ).split(' '),
)

/** Names, the second and third of one kind with a number. */
export function distinct(
  names: readonly string[],
  taken: ReadonlySet<string>,
  fold: (name: string) => string = (name) => name,
): readonly string[] {
  const all = new Set([...taken].map(fold))
  return names.map((name) => {
    let free = name
    for (let number = 2; all.has(fold(free)); number += 1) free = `${name}${number}`
    all.add(fold(free))
    return free
  })
}

/** What names begin with that tell by their schema what they mean. */
const pascalCase = (name: string): string =>
  name.replaceAll(/(?:[\W_]+|^)([a-z0-9]?)/gi, (_, first: string) => first.toUpperCase()).replace(/^(?=\d)/, 'Schema')

/** The name of the value of a schema beside others. */
export const schemaValue = (schema: string): string =>
  `${pascalCase(schema).replace(/^./, (first) => first.toLowerCase())}Schema`
