import type { ForeignKey, TableDeclaration, TableName } from '../definition/table-declaration.ts'
import { masterTable, tableName } from '../definition/table-name.ts'
import type { Stored } from '../pipeline/stored.ts'
import { checkOptions, show } from '../query/call.ts'
import { identifyTable } from '../query/dependencies.ts'
import { InvalidCallError } from '../query/errors.ts'
import { type AnyTable, isTable, type Row } from '../query/table.ts'
import { RenameError } from './errors.ts'

/** What a table, or attributes of it, were called before. */
export interface Renamed {
  readonly kind: 'renamed'
  readonly table: AnyTable
  readonly was: string | null
  /** New name to old name. */
  readonly attributes: Readonly<Record<string, string>>
}

/**
 * Says what a table, or attributes of it, were called before: nothing in a definition tells that, and it is never guessed.
 *
 * ```ts
 * planMigrate(db, [lab], { renames: [renamed(Subject, { attributes: { mass: 'weight' } }), renamed(Rig, { was: 'Setup' })] })
 * ```
 *
 * @param from `was`: the table's name in its definition (`Setup`), or in the database (`#setup`) where its tier was another;
 *   `attributes`: new name to old name, as in a projection. Attributes that others inherit are renamed there too.
 */
export function renamed<T extends AnyTable>(
  table: T,
  from: { readonly was?: string; readonly attributes?: { readonly [Name in keyof Row<T> & string]?: string } },
): Renamed {
  if (!isTable(table)) throw new InvalidCallError(`renamed(...) takes a table first, and was given ${show(table)}.`)
  checkOptions('renamed()', from, ['was', 'attributes'])
  const { was = null, attributes = {} } = from
  const names: Record<string, string> = {}
  for (const [name, old] of Object.entries(attributes)) {
    if (typeof old !== 'string' || !table.declaration.heading.some((one) => one.name === name)) {
      const known = table.declaration.heading.map((one) => one.name).join(', ')
      throw new InvalidCallError(
        `renamed(${table.typeName}) maps new names to old ones, { new_name: 'old_name' }, and was given ${name}: ${show(old)}. ` +
          `The table has ${known}.`,
      )
    }
    names[name] = old
  }
  return { kind: 'renamed', table, was, attributes: names }
}

export const isRenamed = (value: unknown): value is Renamed =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'renamed'

/** What is called how from now on: tables by `identifyTable` of what the database calls them. */
export interface Renames {
  readonly tables: ReadonlyMap<string, TableName>
  /** Old name to new name. */
  readonly attributes: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/**
 * Finds in the database what was renamed: what has its new name already is left out, so that an interrupted migration can
 * be planned again with the same renames.
 *
 * @throws RenameError `bad-rename` where neither name is there, or both are
 */
export function findRenames(renames: readonly Renamed[], defined: readonly AnyTable[], stored: Stored): Renames {
  const tables = new Map<string, TableName>()
  for (const { table, was } of renames) {
    if (was === null) continue
    const { name } = table.declaration
    const old = oldName(table, was, tables)
    if (!isNew(`the table \`${old.table}\``, name.table, stored.find(old), stored.find(name))) continue
    tables.set(identifyTable(old), name)
    for (const part of Object.values(table.parts)) {
      const suffix = part.declaration.name.table.slice(name.table.length)
      const before = { schema: old.schema, table: `${old.table}${suffix}` }
      if (stored.find(before) && !stored.find(part.declaration.name)) {
        tables.set(identifyTable(before), part.declaration.name)
      }
    }
  }
  const newNames = new Map([...tables].map(([old, name]) => [identifyTable(name), old]))
  const attributes = new Map<string, ReadonlyMap<string, string>>()
  // those that are renamed already tell as well what inherited attributes are called
  const all = new Map<string, Map<string, string>>()
  for (const { declaration } of defined) {
    const id = identifyTable(declaration.name)
    const old = newNames.get(id) ?? id
    const found = stored.tables.find((one) => identifyTable(one.name) === old)
    if (!found) continue
    const wanted = new Map<string, string>()
    for (const { table, attributes: given } of renames) {
      if (identifyTable(table.declaration.name) !== id) continue
      for (const [name, from] of Object.entries(given)) wanted.set(from, name)
    }
    for (const [from, name] of inherited(declaration, found, tables, all)) if (!wanted.has(from)) wanted.set(from, name)
    all.set(id, wanted)
    const pending = [...wanted].filter(([from, name]) => {
      const [before, after] = [from, name].map((one) => found.heading.find((attribute) => attribute.name === one))
      return isNew(`\`${from}\` of \`${id}\``, name, before, after)
    })
    attributes.set(old, new Map(pending))
  }
  return { tables, attributes }
}

/** Whether something is still under its old name. */
function isNew(what: string, name: string, before: unknown, after: unknown): boolean {
  if (before && after) throw new RenameError(what, name, 'the database has both')
  if (!before && !after) throw new RenameError(what, name, 'the database has neither')
  return before !== undefined
}

function oldName(
  { declaration, master, typeName }: AnyTable,
  was: string,
  renamedTables: Renames['tables'],
): TableName {
  const { schema } = declaration.name
  if (!/^[A-Z]/.test(was)) return { schema, table: was }
  const [, part = typeName] = /^(?:[^.]*\.)?(.*)$/.exec(was) ?? []
  if (!master) return { schema, table: tableName(part, declaration.tier) }
  const now = identifyTable(master.declaration.name)
  const above = [...renamedTables].find(([, name]) => identifyTable(name) === now)?.[0].slice(schema.length + 1)
  return { schema, table: tableName(part, 'part', above ?? masterTable(declaration.name.table) ?? '') }
}

/** A reference that was, and is, to the same attributes brings their new names, as far as it brought the old ones. */
function inherited(
  declaration: TableDeclaration,
  found: TableDeclaration,
  tables: Renames['tables'],
  all: ReadonlyMap<string, ReadonlyMap<string, string>>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const defined = new Set(declaration.heading.map(({ name }) => name))
  const present = new Set(found.heading.map(({ name }) => name))
  for (const key of found.foreignKeys) {
    const parent = identifyTable(tables.get(identifyTable(key.parent)) ?? key.parent)
    const above = all.get(parent) ?? new Map<string, string>()
    const parentAttributes = key.parentAttributes.map((name) => above.get(name) ?? name)
    const same = (one: ForeignKey): boolean =>
      identifyTable(one.parent) === parent && one.parentAttributes.join() === parentAttributes.join()
    for (const wanted of declaration.foreignKeys.filter(same)) {
      for (const [at, from] of key.attributes.entries()) {
        const to = wanted.attributes[at]
        const source = parentAttributes[at]
        const old = [...above].find(([, name]) => name === source)?.[0]
        // a name of its own stays, whatever its parent's is
        if (
          to === undefined ||
          to !== source ||
          old !== from ||
          defined.has(from) ||
          (present.has(to) && present.has(from))
        )
          continue
        names.set(from, to)
      }
    }
  }
  return names
}

/** A table as it will be called, with what it refers to. */
export function underNewNames(table: TableDeclaration, { tables, attributes }: Renames): TableDeclaration {
  const ofTable = (name: TableName): TableName => tables.get(identifyTable(name)) ?? name
  const ofAttribute = (name: TableName, attribute: string): string =>
    attributes.get(identifyTable(name))?.get(attribute) ?? attribute
  const own = (attribute: string): string => ofAttribute(table.name, attribute)
  const lineage = (text: string): string => {
    const [schema = '', name = '', attribute = ''] = text.split('.')
    const origin = { schema, table: name }
    const to = ofTable(origin)
    return `${to.schema}.${to.table}.${ofAttribute(origin, attribute)}`
  }
  return {
    ...table,
    name: ofTable(table.name),
    heading: table.heading.map((attribute) => ({
      ...attribute,
      name: own(attribute.name),
      lineage: attribute.lineage === null ? null : lineage(attribute.lineage),
    })),
    foreignKeys: table.foreignKeys.map((key) => ({
      ...key,
      attributes: key.attributes.map(own),
      parent: ofTable(key.parent),
      parentAttributes: key.parentAttributes.map((name) => ofAttribute(key.parent, name)),
    })),
    indexes: table.indexes.map((index) => ({
      ...index,
      attributes: index.attributes.map((text) => text.replace(/^[a-z][a-z0-9_]*/, own)),
    })),
  }
}
