import type { Attribute } from '../../attribute/attribute.ts'
import type { Alterations, TableAlteration } from '../../compile/alter.ts'
import type { CollationOf } from '../../compile/dialect.ts'
import { isInherited } from '../../definition/column-comment.ts'
import { idOf } from './alter-surroundings.ts'
import { hasCollation, writeColumn } from './column.ts'
import { inheritedCollation } from './create-table.ts'
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
    const from = before.heading.find(({ name }) => name === attribute.name)
    if (!from) {
      const collation = inheritedCollation(attribute, after, variant.collation, afterwards(alterations))
      return [`ADD COLUMN ${writeColumn(attribute, after, collation)}${placeOf(attribute, alteration)}`]
    }
    const changed = changes.some((change) => change.kind === 'change-attribute' && change.to === attribute)
    if (!changed && !attribute.inKey) return []
    const collation = collationAfter(from, attribute, alteration, alterations, variant)
    return [`MODIFY COLUMN ${writeColumn(attribute, after, collation)}${placeOf(attribute, alteration)}`]
  })
}

/** By the new names. */
export function afterwards({ collationOf, tables }: Alterations): CollationOf {
  return (table, attribute) => {
    const found = tables.find(({ before }) => idOf(before.name) === idOf(table))
    const was = found?.stored.heading[found.before.heading.findIndex(({ name }) => name === attribute)]
    return found && was ? collationOf(found.stored.name, was.name) : collationOf(table, attribute)
  }
}

/** Attributes of new references whose text would be compared in another way than that of their parents. */
export function collatedOtherwise(
  { stored, before, after, changes }: TableAlteration,
  alterations: Alterations,
  variant: Variant,
): readonly string[] {
  const of = afterwards(alterations)
  const modified = new Set(changes.flatMap((change) => (change.kind === 'change-attribute' ? [change.to.name] : [])))
  return changes.flatMap((change) => {
    if (change.kind !== 'add-reference') return []
    const { attributes, parent, parentAttributes } = change.foreignKey
    return attributes.filter((name, at) => {
      const was = stored.heading[before.heading.findIndex((one) => one.name === name)]
      const attribute = after.heading.find((one) => one.name === name)
      if (!was || !attribute || modified.has(name) || !hasCollation(attribute.type.storage)) return false
      return of(before.name, name) !== (of(parent, parentAttributes[at] ?? '') ?? variant.collation)
    })
  })
}

/** Text keeps the collation that it has; what becomes a reference takes its parent's. */
export function collationAfter(
  from: Attribute,
  to: Attribute,
  { stored, before, after }: TableAlteration,
  alterations: Alterations,
  variant: Variant,
): string {
  if (!hasCollation(to.type.storage)) return ''
  if (isInherited(to, after.name)) return inheritedCollation(to, after, variant.collation, afterwards(alterations))
  const was = stored.heading[before.heading.indexOf(from)]
  const collation = was && hasCollation(was.type.storage) ? alterations.collationOf(stored.name, was.name) : null
  return collation === null ? '' : ` COLLATE ${collation}`
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
