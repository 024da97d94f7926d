import { AttributeTypeError } from '../attribute/errors.ts'
import type { Attribute, AttributeType, Default } from '../attribute/attribute.ts'
import { serves, type Storage } from '../attribute/storage.ts'
import type { Generation, Index, TableDeclaration } from '../definition/table-declaration.ts'
import { inGeneration } from '../definition/declaration-in.ts'
import { parseIndexItem } from '../definition/index-item.ts'
import { formatWithoutComment } from '../definition/format-definition.ts'
import { identifyTable } from '../query/dependencies.ts'

/** What a table in the database has other than its definition says: one sentence each, none where they agree. */
export function compareDeclarations(defined: TableDeclaration, stored: TableDeclaration): readonly string[] {
  return [
    ...compareAttributes(defined, stored),
    ...compareOrder(defined, stored),
    ...compareSets('reference', spellForeignKeys(defined), spellForeignKeys(stored)),
    ...compareSets('index', spellIndexes(defined), spellIndexes(stored)),
  ]
}

function compareAttributes(defined: TableDeclaration, stored: TableDeclaration): readonly string[] {
  const found = new Map(stored.heading.map((attribute) => [attribute.name, attribute]))
  const missing = defined.heading.flatMap((attribute) => {
    const other = found.get(attribute.name)
    if (!other) return [`\`${attribute.name} : ${attribute.type.text}\` is not in the database`]
    if (givesTheSame(other, attribute, stored.generation)) return []
    // in the words of a definition, unless they are those of both
    const lines = [formatWithoutComment(attribute), formatWithoutComment(other)]
    const [definition, database] = lines[0] === lines[1] ? [spellAttribute(attribute), spellAttribute(other)] : lines
    return [`\`${attribute.name}\` is defined as \`${definition}\`; the database has \`${database}\``]
  })
  const known = new Set(defined.heading.map(({ name }) => name))
  const extra = stored.heading.filter(({ name }) => !known.has(name))
  return [
    ...missing,
    ...extra.map(({ name, type }) => `the database has \`${name} : ${type.text}\`, which is not defined`),
  ]
}

/** The order matters in the primary key alone, where it is that of the index. */
function compareOrder(defined: TableDeclaration, stored: TableDeclaration): readonly string[] {
  const [definition, database] = [keyOf(defined), keyOf(stored)]
  if (stored.keyless && !defined.keyless)
    return [`the primary key is defined as (${definition}); the database has none`]
  return definition === database
    ? []
    : [`the primary key is defined as (${definition}); the database has (${database})`]
}

const keyOf = ({ heading }: TableDeclaration): string =>
  heading
    .filter(({ inKey }) => inKey)
    .map(({ name }) => name)
    .join(', ')

function compareSets(what: string, defined: readonly string[], stored: readonly string[]): readonly string[] {
  return [
    ...defined.filter((one) => !stored.includes(one)).map((one) => `the ${what} ${one} is not in the database`),
    ...stored
      .filter((one) => !defined.includes(one))
      .map((one) => `the database has the ${what} ${one}, which is not defined`),
  ]
}

const spellForeignKeys = ({ foreignKeys, indexes }: TableDeclaration): readonly string[] =>
  foreignKeys.map(({ attributes, parent, parentAttributes, unique }) => {
    const only = unique || indexes.some((index) => index.unique && isOn(index, attributes))
    return `${only ? 'unique ' : ''}(${attributes.join(', ')}) -> ${identifyTable(parent)} (${parentAttributes.join(', ')})`
  })

/** Those on the attributes of a reference are said by that: it has one in any case, which may be unique. */
const spellIndexes = ({ foreignKeys, indexes }: TableDeclaration): readonly string[] =>
  indexes
    .filter((index) => !foreignKeys.some(({ attributes }) => isOn(index, attributes)))
    .map(({ unique, attributes }) => `${unique ? 'unique ' : ''}(${attributes.map(spellItem).join(', ')})`)

/** A server shows an expression in its own words, of which only that they are one can be compared. */
const spellItem = (text: string): string => (parseIndexItem(text)?.kind === 'attribute' ? text : '(expression)')

const isOn = (index: Index, attributes: readonly string[]): boolean => index.attributes.join() === attributes.join()

/** Types are compared by the rows they give: by what is stored, how it is coded, and what may be missing. */
function givesTheSame(stored: Attribute, defined: Attribute, generation: Generation): boolean {
  const type = typeThere(defined.type, generation)
  return (
    servesType(stored.type, type) &&
    stored.nullable === defined.nullable &&
    isSameDefault(stored.default, defined.default, type.storage)
  )
}

/** Whether a column of one type gives the values of another: both are of one generation. */
export const servesType = (stored: AttributeType, type: AttributeType): boolean =>
  serves(stored.storage, type.storage) &&
  stored.codec?.name === type.codec?.name &&
  stored.codec?.store === type.codec?.store

/** Whether rows that leave an attribute out get the same; that NULL is the default is said by `nullable`. */
export const isSameDefault = (stored: Default, defined: Default, storage: Storage): boolean =>
  spellDefault(stored, storage) === spellDefault(defined, storage)

/** An item of an index as it is compared. */
export const comparableItem = (text: string): string => spellItem(text)

/** The type of a definition in a table of another generation, where that has one. */
function typeThere(type: AttributeType, generation: Generation): AttributeType {
  try {
    return inGeneration(type, generation)
  } catch (error) {
    if (error instanceof AttributeTypeError) return type
    throw error
  }
}

const spellAttribute = ({ type, nullable, default: fallback }: Attribute): string =>
  [
    spellStorage(type.storage),
    type.codec ? `as ${type.text}` : '',
    nullable ? 'nullable' : '',
    spellDefault(fallback, type.storage),
  ]
    .filter((word) => word !== '')
    .join(' ')

const spellStorage = ({ kind, ...facts }: Storage): string => {
  const values = Object.values(facts).flat()
  return values.length === 0 ? kind : `${kind}(${values.join(', ')})`
}

function spellDefault(fallback: Default, storage: Storage): string {
  switch (fallback.kind) {
    case 'literal':
      // what the database computes is like nothing that a definition says
      if (fallback.value === null) return '= an expression'
      // a server shows six digits of a default of single precision, and uses all that it was given
      if (storage.kind === 'float' && storage.bits === 32) return `= ${Number(fallback.value).toPrecision(6)}`
      return `= ${fallback.value instanceof Uint8Array ? Buffer.from(fallback.value).toString('hex') : String(fallback.value)}`
    case 'current-timestamp':
      return '= CURRENT_TIMESTAMP'
    // Whether NULL is the default is said by `nullable`.
    case 'required':
    case 'null':
    // a definition has each row say its number
    case 'numbered':
      return ''
  }
}
