import type { Attribute, AttributeType } from '../attribute/attribute.ts'
import { formatDefault } from './default.ts'
import type { ForeignKey, Index, TableDeclaration, TableName } from './table-declaration.ts'
import { masterTable, typeName } from './table-name.ts'

/** A line of a definition in its pieces, for those who align them. */
export interface DefinitionLine {
  /** `name = default` of an attribute, and all of any other line. */
  readonly text: string
  /** Of an attribute. */
  readonly type: string | null
  readonly comment: string
}

/**
 * Writes the definition that declares a table, one line per attribute, reference and index.
 *
 * @param nameOf what the definition calls another table: `Session`, `ProbeType.Electrode`; to a part its master is `master`
 */
export function formatDefinition(declaration: TableDeclaration, nameOf: (table: TableName) => string): string {
  return definitionLines(declaration, nameOf).map(formatLine).join('\n')
}

const formatLine = ({ text, type, comment }: DefinitionLine): string =>
  `${text}${type === null ? '' : ` : ${type}`}${comment === '' ? '' : `  # ${comment}`}`

/** The lines that `formatDefinition` writes. */
export function definitionLines(
  declaration: TableDeclaration,
  nameOf: (table: TableName) => string,
): readonly DefinitionLine[] {
  const { name, heading, foreignKeys, indexes, comment } = declaration
  const master = masterTable(name.table)
  const nameHere = (table: TableName) => {
    if (master === null || table.schema !== name.schema) return nameOf(table)
    if (table.table === master) return 'master'
    return masterTable(table.table) === master ? `master.${typeName(table.table).split('.')[1]}` : nameOf(table)
  }
  const title = formatComment(comment)
  const lines = title === '' ? [] : [whole(`# ${title}`)]
  const declared = new Set<string>()
  const waiting = [...foreignKeys]
  const key = heading.filter(({ inKey }) => inKey)
  const secondary = heading.filter(({ inKey }) => !inKey)
  lines.push(...key.flatMap((attribute) => formatAt(attribute, heading, declared, waiting, nameHere)))
  if (secondary.length + indexes.length > 0 || key.length === 0) lines.push(whole('---'))
  lines.push(...secondary.flatMap((attribute) => formatAt(attribute, heading, declared, waiting, nameHere)))
  return [...lines, ...indexes.map(formatIndex)]
}

const whole = (text: string): DefinitionLine => ({ text, type: null, comment: '' })

/**
 * The lines that bring an attribute: its own, or the first reference that brings it and others that follow it, and then
 * those references whose attributes are all there.
 */
function formatAt(
  attribute: Attribute,
  heading: readonly Attribute[],
  declared: Set<string>,
  waiting: ForeignKey[],
  nameOf: (table: TableName) => string,
): readonly DefinitionLine[] {
  if (declared.has(attribute.name)) return []
  const lines: DefinitionLine[] = []
  const formatFrom = (index: number) => {
    for (const foreignKey of waiting.splice(index, 1)) {
      const added = heading.filter(({ name }) => foreignKey.attributes.includes(name) && !declared.has(name))
      for (const { name } of added) declared.add(name)
      const nullable = added.some((one) => one.nullable)
      lines.push(whole(formatReference(foreignKey, nullable, nameOf)))
    }
  }
  const from = heading.indexOf(attribute)
  // a database gives its foreign keys back in an order of its own
  const bringer = waiting.findIndex(({ attributes }) => {
    const added = heading.filter(({ name }) => attributes.includes(name) && !declared.has(name))
    return (
      added[0] === attribute && added.every((one, index) => one === heading[from + index] && isLike(one, attribute))
    )
  })
  if (bringer === -1) {
    declared.add(attribute.name)
    lines.push(lineOf(attribute))
  } else {
    formatFrom(bringer)
  }
  while (waiting[0]?.attributes.every((name) => declared.has(name))) formatFrom(0)
  return lines
}

const isLike = (one: Attribute, other: Attribute): boolean =>
  one.inKey === other.inKey && one.nullable === other.nullable

function formatReference(foreignKey: ForeignKey, nullable: boolean, nameOf: (table: TableName) => string): string {
  const { attributes, parent, parentAttributes, unique } = foreignKey
  const options = [...(nullable ? ['nullable'] : []), ...(unique ? ['unique'] : [])]
  const renames = attributes.flatMap((name, index) => {
    const original = parentAttributes[index]
    return original === undefined || name === original ? [] : [`${name}='${original}'`]
  })
  const projection = renames.length === 0 ? '' : `.proj(${renames.join(', ')})`
  return `-> ${options.length === 0 ? '' : `[${options.join(', ')}] `}${nameOf(parent)}${projection}`
}

function lineOf(attribute: Attribute): DefinitionLine {
  const value = formatDefault(attribute)
  const text = `${attribute.name}${value === null ? '' : ` = ${value}`}`
  return { text, type: formatType(attribute.type), comment: formatComment(attribute.comment) }
}

/** The line of an attribute: `name = default : type`. */
export const formatWithoutComment = (attribute: Attribute): string => formatLine({ ...lineOf(attribute), comment: '' })

/** Raw bytes of a column that no definition made, `longblob` for instance, which 2.x would not read. */
const formatType = ({ text, storage, codec }: AttributeType): string =>
  storage.kind === 'bytes' && codec === null ? 'bytes' : text

const formatIndex = ({ unique, attributes }: Index): DefinitionLine =>
  whole(`${unique ? 'unique ' : ''}index (${attributes.join(', ')})`)

/** Another client may have written a comment of several lines, or one that begins as a type's marker would. */
const formatComment = (comment: string): string =>
  comment.replaceAll(/\s*\n\s*/g, ' ').replace(/^[ \t\r:]+|[ \t\r]+$/g, '')
