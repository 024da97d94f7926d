import type { Attribute, Heading } from '../attribute/attribute.ts'
import { markerOf } from '../attribute/vocabulary.ts'
import type { Generation } from '../attribute/generation.ts'
import { isSameStorage } from '../attribute/storage.ts'
import { formatColumnComment, formatLineage, longestColumnComment } from './column-comment.ts'
import { isIndexable } from './attribute-line.ts'
import { parseIndexItem } from './index-item.ts'
import { DefinitionError, type DefinitionErrorCode } from './errors.ts'
import { parseDefinition } from './parse-definition.ts'
import { adviseOnReference, findReference, type Referable, type ReferableGroup } from './reference.ts'
import type { ForeignKey, Index, TableDeclaration, TableName } from './table-declaration.ts'
import type { AttributeLine, IndexLine, Position, ReferenceLine, TableDefinition } from './table-definition.ts'
import { masterTable, requireSchemaName, tableName } from './table-name.ts'
import type { Tier } from './tier.ts'

/** A definition and what it is to be resolved against. */
export interface UnresolvedTable {
  readonly schema: string
  /** The name of the type: `ProbeInsertion`. */
  readonly name: string
  readonly tier: Tier
  /** In whose format the table is declared: `2.x` unless it is said. */
  readonly generation?: Generation
  readonly definition: string | TableDefinition
  /** The tables that the definition may refer to, by name; parts are properties of their masters. */
  readonly references: ReferableGroup
  /** The master of a part, to which `-> master` refers. */
  readonly master?: Referable | undefined
  /** Other programs fill it, however they tell its rows apart. */
  readonly madeElsewhere?: boolean
}

type Fail = (code: DefinitionErrorCode, at: Position, text: string, problem: string, advice: string) => DefinitionError

/** What a declaration has after some of its lines. */
interface Draft {
  readonly heading: Heading
  readonly foreignKeys: readonly ForeignKey[]
  readonly indexes: readonly Index[]
}

/**
 * Turns a definition into the declaration of a table: references become attributes and foreign keys.
 *
 * @throws DefinitionError where the definition cannot be read or does not make a table
 * @throws InvalidNameError where the schema or the table cannot have its name
 */
export function resolveDefinition(table: UnresolvedTable): TableDeclaration {
  const label = `${table.schema}.${table.name}`
  const fail: Fail = (code, at, text, problem, advice) =>
    new DefinitionError({ code, at, text, problem, advice }, label)
  const name = {
    schema: requireSchemaName(table.schema),
    table: tableName(table.name, table.tier, table.master?.declaration.name.table),
  }
  const { tier, generation = '2.x' } = table
  const definition =
    typeof table.definition === 'string' ? parseDefinition(table.definition, label, generation) : table.definition
  let draft: Draft = { heading: [], foreignKeys: [], indexes: [] }
  for (const line of definition.lines) draft = addLine(draft, line, name, table, fail)
  for (const line of definition.lines) if (line.kind === 'index') requireIndexable(line, draft.heading, fail)
  const declaration = { name, tier, generation, comment: definition.comment, ...draft }
  requireTable(declaration, table, fail)
  return declaration
}

function addLine(
  draft: Draft,
  line: TableDefinition['lines'][number],
  name: TableName,
  table: UnresolvedTable,
  fail: Fail,
): Draft {
  switch (line.kind) {
    case 'attribute':
      return {
        ...draft,
        heading: [
          ...draft.heading,
          declareAttribute(line, { name, generation: table.generation ?? '2.x' }, draft.heading, fail),
        ],
      }
    case 'reference': {
      const { inherited, foreignKey } = inherit(line, table, fail)
      const added = inherited.filter((attribute) => !isShared(attribute, line, draft, fail))
      return { ...draft, heading: [...draft.heading, ...added], foreignKeys: [...draft.foreignKeys, foreignKey] }
    }
    case 'index':
      return { ...draft, indexes: [...draft.indexes, { unique: line.unique, attributes: line.attributes }] }
  }
}

function declareAttribute(
  line: AttributeLine,
  table: Pick<TableDeclaration, 'name' | 'generation'>,
  heading: Heading,
  fail: Fail,
): Attribute {
  const { name, type, comment, inKey, at } = line
  if (heading.some((attribute) => attribute.name === name)) {
    const advice = 'Remove this line, or rename what the reference brings.'
    throw fail('duplicate-attribute', at, name, `\`${name}\` is already there by a reference`, advice)
  }
  const { storage } = type
  const isMarked = markerOf(type, table.generation) !== null
  const colon = isMarked && storage.kind === 'enum' ? storage.values.find((value) => value.includes(':')) : undefined
  if (colon !== undefined) {
    const problem = `the enum value '${colon}' holds a colon, which ends the type in a comment of the 2.x format`
    throw fail('colon-in-enum', at, type.text, problem, 'Write the value without `:`.')
  }
  const nullable = line.default.kind === 'null'
  const lineage = inKey ? formatLineage(table.name, name) : null
  const attribute = { name, type, inKey, nullable, default: line.default, comment, lineage }
  const length = formatColumnComment(attribute, table).length
  if (length > longestColumnComment) {
    const problem = `the comment of \`${name}\` and its type have ${length} characters, and databases take ${longestColumnComment}`
    throw fail('comment-too-long', at, comment, problem, 'Shorten the comment.')
  }
  return attribute
}

/** What MySQL and MariaDB take, in characters. */
const longestTableComment = 2048

/** The attributes that a reference brings, under their names here, and the foreign key over them. */
function inherit(line: ReferenceLine, table: UnresolvedTable, fail: Fail) {
  const { target, renames, nullable, inKey, unique, at } = line
  const parent = findReference(table, target)?.declaration
  if (!parent) {
    const problem = `\`${target}\` is not among the referenced tables`
    throw fail('unknown-reference', at, target, problem, adviseOnReference(table, target))
  }
  const key = parent.heading.filter((attribute) => attribute.inKey)
  if (key.length === 0) {
    const problem = `${target} has one row and no key to refer to`
    throw fail('unknown-attribute', at, target, problem, 'Remove the reference: a query can read that row.')
  }
  for (const [, original] of renames) {
    if (key.some(({ name }) => name === original)) continue
    const advice = `The key has ${key.map(({ name }) => name).join(', ')}.`
    throw fail('unknown-attribute', at, original, `\`${original}\` is not in the primary key of ${target}`, advice)
  }
  const nameHere = (name: string) => renames.find(([, original]) => original === name)?.[0] ?? name
  const inherited = key.map((attribute): Attribute => ({
    name: nameHere(attribute.name),
    type: attribute.type,
    inKey,
    nullable,
    default: nullable ? { kind: 'null' } : { kind: 'required' },
    comment: attribute.comment,
    lineage: attribute.lineage ?? formatLineage(parent.name, attribute.name),
  }))
  const attributes = inherited.map(({ name }) => name)
  const twice = attributes.find((name, index) => attributes.indexOf(name) !== index)
  if (twice !== undefined || new Set(renames.map(([, original]) => original)).size < renames.length) {
    const advice = 'Give each attribute of the key one name of its own.'
    throw fail('bad-rename', at, target, `the renaming of ${target} does not keep its attributes apart`, advice)
  }
  const parentAttributes = key.map(({ name }) => name)
  return { inherited, foreignKey: { attributes, parent: parent.name, parentAttributes, unique } }
}

/** Whether an attribute that a reference brings is already there by another reference, and may be shared with it. */
function isShared(attribute: Attribute, line: ReferenceLine, { heading, foreignKeys }: Draft, fail: Fail): boolean {
  const { name, type } = attribute
  const present = heading.find((other) => other.name === name)
  if (!present) return false
  if (!foreignKeys.some((foreignKey) => foreignKey.attributes.includes(name))) {
    const problem = `\`${name}\` is declared and also comes by the reference to ${line.target}`
    throw fail('duplicate-attribute', line.at, name, problem, 'Remove its own line, or rename it in the reference.')
  }
  if (!isSameStorage(present.type.storage, type.storage)) {
    const problem = `\`${name}\` comes as ${present.type.text} and, by ${line.target}, as ${type.text}`
    throw fail('conflicting-reference', line.at, name, problem, `Rename one: \`.proj(new_name='${name}')\`.`)
  }
  if (present.nullable && !attribute.nullable) {
    const problem = `\`${name}\` is nullable by an earlier reference and required by ${line.target}`
    throw fail('conflicting-reference', line.at, name, problem, 'Write the required reference first, or rename one.')
  }
  return true
}

function requireIndexable({ attributes, at }: IndexLine, heading: Heading, fail: Fail): void {
  const twice = attributes.find((name, index) => attributes.indexOf(name) !== index)
  if (twice !== undefined) {
    throw fail('duplicate-attribute', at, twice, `an index names \`${twice}\` twice`, 'Name each attribute once.')
  }
  for (const item of attributes.map(parseIndexItem)) {
    if (item === null || item.kind === 'expression') continue
    const { name } = item
    const attribute = heading.find((candidate) => candidate.name === name)
    if (!attribute) {
      const advice = `The attributes are ${heading.map((candidate) => candidate.name).join(', ')}.`
      throw fail('unknown-attribute', at, name, `an index names \`${name}\`, which the table does not have`, advice)
    }
    if (item.kind === 'member' ? attribute.type.storage.kind === 'json' : isIndexable(attribute.type)) continue
    const problem =
      item.kind === 'member'
        ? `\`${name}\` of type ${attribute.type.text} has no members to index`
        : `\`${name}\` of type ${attribute.type.text} cannot be in an index`
    const advice =
      attribute.type.storage.kind === 'json' && item.kind === 'attribute'
        ? `Index a member of it: ${name}.path:type.`
        : 'Index an attribute of another type.'
    throw fail('unindexable-type', at, name, problem, advice)
  }
}

function requireTable(declaration: TableDeclaration, table: UnresolvedTable, fail: Fail): void {
  const { heading, foreignKeys, comment, tier, generation } = declaration
  const start = { line: 1, column: 1 }
  if (heading.length === 0) {
    const advice = 'Write `name : type`, those that identify a row above `---`.'
    throw fail('no-attributes', start, table.name, 'the table has no attributes', advice)
  }
  const hasKey = heading.some(({ inKey }) => inKey)
  if (!hasKey && generation === '0.14') {
    const advice = 'Write the attributes that identify a row above `---`.'
    throw fail('empty-primary-key', start, table.name, 'the primary key has no attributes', advice)
  }
  const populated = (tier === 'imported' || tier === 'computed') && table.madeElsewhere !== true
  if (!hasKey && populated) {
    const problem = 'a table of one row cannot fill itself: it refers to nothing that there are several of'
    throw fail('empty-primary-key', start, table.name, problem, 'Refer to what its rows are made of above `---`.')
  }
  if (comment.length > longestTableComment) {
    const problem = `the comment of the table has ${comment.length} characters, and databases take 2048`
    throw fail('comment-too-long', start, comment, problem, 'Shorten the comment.')
  }
  const master = table.master?.declaration.name
  // a part may also refer to another one, which does
  const leads = ({ schema, table: name }: TableName) =>
    master?.schema === schema && (master.table === name || master.table === masterTable(name))
  if (tier === 'part' && !foreignKeys.some(({ parent }) => leads(parent))) {
    throw fail('missing-master', start, table.name, 'a part does not refer to its master', 'Write `-> master` first.')
  }
  if (!populated) return
  const own = heading.find(({ name, inKey }) => inKey && !foreignKeys.some((key) => key.attributes.includes(name)))
  if (!own) return
  const problem = `\`${own.name}\` in the key of a table that is populated comes by no reference`
  const advice = 'Put it in a part, or in a table of its own to refer to.'
  throw fail('new-key-attribute', start, own.name, problem, advice)
}
