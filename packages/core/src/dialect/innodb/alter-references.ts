import type { Attribute } from '../../attribute/attribute.ts'
import type { Alterations, AlterStatement, TableAlteration } from '../../compile/alter.ts'
import type { ForeignKey, TableName } from '../../definition/table-declaration.ts'
import { idOf, same, statement, type Surroundings } from './alter-surroundings.ts'
import { quote, quoteList, quoteTable } from './quote.ts'

/** A server changes the type of no attribute that a reference has on either side. */
export function suspendedIn(tables: readonly TableAlteration[]): ReadonlyMap<TableAlteration, readonly ForeignKey[]> {
  const changing = new Map(
    tables.map(({ before, changes }) => [
      idOf(before.name),
      new Set(
        changes.flatMap((change) =>
          change.kind === 'change-attribute' && change.aspects.has('type') ? [change.to.name] : [],
        ),
      ),
    ]),
  )
  return new Map(
    tables.map((one) => {
      const own = changing.get(idOf(one.before.name))
      const found = one.before.foreignKeys.filter(
        (key) =>
          key.attributes.some((name) => own?.has(name)) ||
          key.parentAttributes.some((name) => changing.get(idOf(key.parent))?.has(name)),
      )
      return [one, found]
    }),
  )
}

/** A server renames the constraints that it has named itself with their table. */
export function constraintNames(
  { stored, before }: TableAlteration,
  key: ForeignKey,
  { details }: Alterations,
): readonly string[] {
  const own = stored.foreignKeys[before.foreignKeys.indexOf(key)]
  return details.foreignKeys
    .filter(
      ({ table, attributes, parent }) =>
        own &&
        idOf(table) === idOf(stored.name) &&
        same(attributes, own.attributes) &&
        idOf(parent) === idOf(own.parent),
    )
    .map(({ name }) => renamedConstraint(name, stored.name.table, before.name.table))
}

export const renamedConstraint = (name: string, from: string, to: string): string =>
  name.startsWith(`${from}_ibfk_`) ? `${to}${name.slice(from.length)}` : name

export function dropReferences(
  alteration: TableAlteration,
  { alterations, suspended }: Surroundings,
): AlterStatement[] {
  const names = (suspended.get(alteration) ?? []).flatMap((key) => constraintNames(alteration, key, alterations))
  if (names.length === 0) return []
  const { before, changes } = alteration
  const sql = names.map((name) => `DROP FOREIGN KEY ${quote(name)}`).join(', ')
  const because = changes.filter((change) => change.kind === 'change-attribute' && change.aspects.has('type'))
  return [
    statement(`ALTER TABLE ${quoteTable(before.name)} ${sql}`, before.name, because.length > 0 ? because : changes),
  ]
}

export function addReferences(alteration: TableAlteration, { suspended }: Surroundings): AlterStatement[] {
  const { before, after, changes } = alteration
  const added = changes.flatMap((change) => (change.kind === 'add-reference' ? [change] : []))
  const back = (suspended.get(alteration) ?? []).filter((key) =>
    after.foreignKeys.some((one) => same(one.attributes, key.attributes) && idOf(one.parent) === idOf(key.parent)),
  )
  const keys = [...added.map(({ foreignKey }) => foreignKey), ...back]
  if (keys.length === 0) return []
  const parts = keys.map(
    ({ attributes, parent, parentAttributes }) =>
      `ADD FOREIGN KEY (${quoteList(attributes)}) REFERENCES ${quoteTable(parent)} (${quoteList(parentAttributes)}) ` +
      'ON UPDATE CASCADE ON DELETE RESTRICT',
  )
  const types = changes.filter((change) => change.kind === 'change-attribute' && change.aspects.has('type'))
  const because = added.length > 0 ? added : types.length > 0 ? types : changes
  return [statement(`ALTER TABLE ${quoteTable(before.name)} ${parts.join(', ')}`, before.name, because)]
}

export const externalReference = ({ schema }: TableName, { name }: Attribute, store: string): string =>
  `ADD FOREIGN KEY (${quote(name)}) REFERENCES ${quoteTable({ schema, table: `~external_${store}` })} (\`hash\`) ` +
  'ON UPDATE RESTRICT ON DELETE RESTRICT'

export function dropIndex(
  attributes: readonly string[],
  unique: boolean,
  { stored, before, after }: TableAlteration,
  { details }: Alterations,
): readonly string[] {
  const was = attributes.map(
    (name) => stored.heading[before.heading.findIndex((one) => one.name === name)]?.name ?? name,
  )
  const index = details.indexes.find(
    (one) => idOf(one.table) === idOf(stored.name) && one.unique === unique && same(one.attributes, was),
  )
  if (!index) return []
  // a reference goes on needing one
  const needed = unique && after.foreignKeys.some((key) => same(key.attributes, attributes))
  return [...(needed ? [`ADD INDEX (${quoteList(attributes)})`] : []), `DROP INDEX ${quote(index.name)}`]
}
