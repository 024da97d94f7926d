import type { Attribute } from '../../attribute/attribute.ts'
import type { Alterations, TableAlteration } from '../../compile/alter.ts'
import type { CollationOf } from '../../compile/dialect.ts'
import { isInherited } from '../../definition/column-comment.ts'
import type { TableName } from '../../definition/table-declaration.ts'
import { idOf } from './alter-surroundings.ts'
import { hasCollation, writeColumn } from './column.ts'
import { quote } from './quote.ts'
import type { Variant } from './variant.ts'

/** The columns of the key and those that are new or other than they were, each put after the one before it. */
export function columnsInOrder(
  alteration: TableAlteration,
  alterations: Alterations,
  variant: Variant,
): readonly string[] {
  const { before, after, changes } = alteration
  return after.heading.flatMap((attribute) => {
    const column = `COLUMN ${writeColumn(attribute, after, collationFor(attribute, alteration, alterations, variant))}`
    if (!before.heading.some(({ name }) => name === attribute.name))
      return [`ADD ${column}${placeOf(attribute, alteration)}`]
    const changed = changes.some((change) => change.kind === 'change-attribute' && change.to === attribute)
    return changed || attribute.inKey ? [`MODIFY ${column}${placeOf(attribute, alteration)}`] : []
  })
}

/** The collation that a text column will have: that of its parent, or the one it has; by the new names. */
export function afterwards(alterations: Alterations, { collation }: Variant): CollationOf {
  const { collationOf, tables } = alterations
  const of = (table: TableName, name: string): string => {
    const found = tables.find(({ before }) => idOf(before.name) === idOf(table))
    if (!found) return collationOf(table, name) ?? collation
    const attribute = found.after.heading.find((one) => one.name === name)
    const key = found.after.foreignKeys.find(({ attributes }) => attributes.includes(name))
    const source = key?.parentAttributes[key.attributes.indexOf(name)]
    if (attribute && key && source !== undefined && isInherited(attribute, found.after.name))
      return of(key.parent, source)
    const was = found.stored.heading[found.before.heading.findIndex((one) => one.name === name)]
    const place = was && hasCollation(was.type.storage) ? found.stored.name : { ...table, table: '' }
    return collationOf(place, was?.name ?? name) ?? collation
  }
  return of
}

/** What a column of text is written with. New text that no other has is as the table's is. */
export function collationFor(
  attribute: Attribute,
  { before, after }: TableAlteration,
  alterations: Alterations,
  variant: Variant,
): string {
  if (!hasCollation(attribute.type.storage)) return ''
  const isOwn = !isInherited(attribute, after.name)
  if (isOwn && !before.heading.some(({ name }) => name === attribute.name)) return ''
  return ` COLLATE ${afterwards(alterations, variant)(after.name, attribute.name)}`
}

/** Attributes of new references whose text would be compared in another way than that of their parents. */
export function collatedOtherwise(
  { stored, before, after, changes }: TableAlteration,
  alterations: Alterations,
  variant: Variant,
): readonly string[] {
  const of = afterwards(alterations, variant)
  const modified = new Set(changes.flatMap((change) => (change.kind === 'change-attribute' ? [change.to.name] : [])))
  return changes.flatMap((change) => {
    if (change.kind !== 'add-reference') return []
    const { attributes, parent, parentAttributes } = change.foreignKey
    return attributes.filter((name, at) => {
      const was = stored.heading[before.heading.findIndex((one) => one.name === name)]
      const attribute = after.heading.find((one) => one.name === name)
      if (!was || !attribute || modified.has(name) || !hasCollation(attribute.type.storage)) return false
      return alterations.collationOf(stored.name, was.name) !== of(parent, parentAttributes[at] ?? '')
    })
  })
}

/** New attributes stand where the definition has them, after the last one before them that is there. */
export function placeOf({ name }: Attribute, { after }: TableAlteration): string {
  const at = after.heading.findIndex((one) => one.name === name)
  const previous = after.heading[at - 1]
  return previous ? ` AFTER ${quote(previous.name)}` : ' FIRST'
}

/** A longer varchar with as many bytes for its length, and an enum with more values at its end. */
export function inPlace({ type: { storage: from } }: Attribute, { type: { storage: to } }: Attribute): boolean {
  if (from.kind === 'enum' && to.kind === 'enum') {
    const sized = (values: readonly string[]): boolean => values.length < 256
    return from.values.every((value, at) => to.values[at] === value) && sized(from.values) === sized(to.values)
  }
  if (from.kind !== 'text' || to.kind !== 'text' || from.form !== 'varchar' || to.form !== 'varchar') return false
  return to.length >= from.length && from.length * 4 < 256 === to.length * 4 < 256
}
