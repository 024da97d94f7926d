import type { Attribute } from '../attribute/attribute.ts'
import type { AttributeAspect, TableChange } from '../compile/alter.ts'
import { isInherited } from '../definition/column-comment.ts'
import type { ForeignKey, Index, TableDeclaration } from '../definition/table-declaration.ts'
import { identifyTable } from '../query/dependencies.ts'
import { keyNames } from '../query/key-names.ts'
import { comparableItem, isSameDefault, servesType } from '../schema/compare.ts'

/**
 * A definition with the types that the table has, where those serve: `tinyint unsigned` stays what it is under a definition
 * that says int16.
 */
export function keepServingTypes(before: TableDeclaration, after: TableDeclaration): TableDeclaration {
  const heading = after.heading.map((attribute) => {
    const present = before.heading.find(({ name }) => name === attribute.name)
    return present && servesType(present.type, attribute.type) ? { ...attribute, type: present.type } : attribute
  })
  return { ...after, heading }
}

/** In what a table, under its new names, is not what it is to become. */
export function changesBetween(before: TableDeclaration, after: TableDeclaration): readonly TableChange[] {
  const present = new Map(before.heading.map((attribute) => [attribute.name, attribute]))
  const wanted = new Set(after.heading.map(({ name }) => name))
  const [oldKey, newKey] = [keyNames(before), keyNames(after)]
  const references = compareReferences(before, after)
  return [
    ...references.filter(({ kind }) => kind === 'drop-reference'),
    ...compareIndexes(before, after),
    ...before.heading
      .filter(({ name }) => !wanted.has(name))
      .map((attribute): TableChange => ({ kind: 'drop-attribute', attribute })),
    ...after.heading.flatMap((attribute): readonly TableChange[] => {
      const from = present.get(attribute.name)
      if (!from) return [{ kind: 'add-attribute', attribute }]
      const aspects = aspectsOf(from, attribute, before, after)
      return aspects.size === 0 ? [] : [{ kind: 'change-attribute', from, to: attribute, aspects }]
    }),
    ...(oldKey.join() === newKey.join() && !before.keyless
      ? []
      : [{ kind: 'change-key', from: oldKey, to: newKey } as const]),
    ...(before.comment === after.comment
      ? []
      : [{ kind: 'change-comment', from: before.comment, to: after.comment } as const]),
    ...references.filter(({ kind }) => kind === 'add-reference'),
  ]
}

function aspectsOf(
  from: Attribute,
  to: Attribute,
  before: TableDeclaration,
  after: TableDeclaration,
): ReadonlySet<AttributeAspect> {
  const aspects = new Set<AttributeAspect>()
  if (!servesType(from.type, to.type)) aspects.add('type')
  if (from.nullable !== to.nullable) aspects.add('nullability')
  if (!isSameDefault(from.default, to.default, to.type.storage)) aspects.add('default')
  if (from.comment !== to.comment) aspects.add('comment')
  const refers = ({ foreignKeys }: TableDeclaration) => foreignKeys.some((key) => key.attributes.includes(to.name))
  if (isInherited(from, before.name) !== isInherited(to, after.name) && refers(before) !== refers(after)) {
    aspects.add('origin')
  }
  return aspects
}

const spellReference = ({ attributes, parent, parentAttributes }: ForeignKey): string =>
  JSON.stringify([attributes, identifyTable(parent), parentAttributes])

function compareReferences(before: TableDeclaration, after: TableDeclaration): readonly TableChange[] {
  const [old, wanted] = [before, after].map(({ foreignKeys }) => new Set(foreignKeys.map(spellReference)))
  return [
    ...before.foreignKeys.flatMap((foreignKey): readonly TableChange[] =>
      wanted?.has(spellReference(foreignKey)) ? [] : [{ kind: 'drop-reference', foreignKey }],
    ),
    ...after.foreignKeys.flatMap((foreignKey): readonly TableChange[] =>
      old?.has(spellReference(foreignKey)) ? [] : [{ kind: 'add-reference', foreignKey }],
    ),
  ]
}

/** Of references only whether they are unique: an index they have in any case. */
function compareIndexes(before: TableDeclaration, after: TableDeclaration): readonly TableChange[] {
  const [old, wanted] = [indexesOf(before), indexesOf(after)]
  // an index that is not unique on the attributes of a reference is that of the reference
  const needed = ({ unique, attributes }: Index, { foreignKeys }: TableDeclaration): boolean =>
    unique || !foreignKeys.some((key) => key.attributes.join() === attributes.join())
  return [
    ...[...old].flatMap(([text, index]): readonly TableChange[] =>
      wanted.has(text) || !needed(index, before) || goesWithReference(index, before, after)
        ? []
        : [{ kind: 'drop-index', index }],
    ),
    ...[...wanted].flatMap(([text, index]): readonly TableChange[] =>
      old.has(text) || !needed(index, after) ? [] : [{ kind: 'add-index', index }],
    ),
  ]
}

/** The index of a unique reference that is dropped is dropped with it. */
const goesWithReference = ({ attributes }: Index, before: TableDeclaration, after: TableDeclaration): boolean =>
  before.foreignKeys.some((key) => key.unique && key.attributes.join() === attributes.join()) &&
  ![...after.foreignKeys, ...after.indexes].some((one) => one.attributes.join() === attributes.join())

function indexesOf({ foreignKeys, indexes }: TableDeclaration): ReadonlyMap<string, Index> {
  const unique = foreignKeys.filter((key) => key.unique).map(({ attributes }) => ({ unique: true, attributes }))
  return new Map(
    [...indexes, ...unique].map((index) => [
      `${index.unique ? 'unique ' : ''}${index.attributes.map(comparableItem).join(',')}`,
      { unique: index.unique, attributes: index.attributes },
    ]),
  )
}
