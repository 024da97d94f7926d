import type { Attribute } from '../../attribute/attribute.ts'
import { externalStoreOf } from '../../attribute/legacy-type.ts'
import type { CollationOf, Dialect } from '../../compile/dialect.ts'
import { isInherited } from '../../definition/column-comment.ts'
import { parseIndexItem } from '../../definition/index-item.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import type { Statement } from '../../driver/driver.ts'
import { UnsupportedTextError } from '../../driver/errors.ts'
import { lineageRows } from '../hidden-table.ts'
import { hasCollation, writeColumn } from './column.ts'
import {
  createExternal,
  createHiddenTable,
  forgetLineage,
  logDeclared,
  logDropped,
  writeLineage,
} from './hidden-tables.ts'
import { quote, quoteList, quoteTable, quoteText } from './quote.ts'

const statement = (sql: string): Statement => ({ sql, parameters: [] })

type TableStatements = Pick<Dialect, 'createSchema' | 'createTable' | 'createExternal' | 'recordTable' | 'dropTable'>

/** The statements that make and drop schemas and tables; `collation` is that of new schemas. */
export const tableStatements = (collation: string): TableStatements => ({
  createSchema: (schema, generation, exists) => [
    ...(exists
      ? []
      : [statement(`CREATE DATABASE IF NOT EXISTS ${quote(schema)} CHARACTER SET utf8mb4 COLLATE ${collation}`)]),
    createHiddenTable(schema, generation),
  ],

  createTable: (declaration, collationOf) => [
    ...[...new Set(declaration.heading.map(({ type }) => externalStoreOf(type)))].flatMap((store) =>
      store === null ? [] : [createExternal(declaration.name.schema, store)],
    ),
    createTable(declaration, collation, collationOf),
    ...(declaration.generation === '2.x'
      ? writeLineage(declaration.name, lineageRows(declaration))
      : [logDeclared(declaration)]),
  ],

  createExternal,

  recordTable: (declaration) => writeLineage(declaration.name, lineageRows(declaration)),

  dropTable: (name, hidden) => [
    statement(`DROP TABLE IF EXISTS ${quoteTable(name)}`),
    ...(hidden.includes('~lineage') ? [forgetLineage(name)] : []),
    ...(hidden.includes('~log') ? [logDropped(name)] : []),
  ],
})

function createTable(declaration: TableDeclaration, collation: string, collationOf: CollationOf): Statement {
  const { name, heading, foreignKeys, indexes, comment } = declaration
  const key = heading.filter(({ inKey }) => inKey).map((attribute) => attribute.name)
  const singleton = `\`_singleton\` tinyint NOT NULL DEFAULT 1 COMMENT ':bool:singleton primary key'`
  const parts = [
    ...heading.map((attribute) =>
      writeColumn(attribute, declaration, inheritedCollation(attribute, declaration, collation, collationOf)),
    ),
    ...(key.length === 0 ? [singleton] : []),
    `PRIMARY KEY (${quoteList(key.length === 0 ? ['_singleton'] : key)})`,
    ...foreignKeys.flatMap(({ attributes, parent, parentAttributes, unique }) => [
      `FOREIGN KEY (${quoteList(attributes)}) REFERENCES ${quoteTable(parent)} (${quoteList(parentAttributes)}) ` +
        'ON UPDATE CASCADE ON DELETE RESTRICT',
      ...(unique ? [`UNIQUE INDEX (${quoteList(attributes)})`] : []),
    ]),
    ...heading.flatMap((attribute) => {
      const store = externalStoreOf(attribute.type)
      if (store === null) return []
      const external = quoteTable({ schema: name.schema, table: `~external_${store}` })
      return [
        `FOREIGN KEY (${quote(attribute.name)}) REFERENCES ${external} (\`hash\`) ON UPDATE RESTRICT ON DELETE RESTRICT`,
      ]
    }),
    ...indexes.map(
      ({ unique, attributes }) => `${unique ? 'UNIQUE ' : ''}INDEX (${attributes.map(indexItem).join(', ')})`,
    ),
  ]
  const sql = `CREATE TABLE IF NOT EXISTS ${quoteTable(name)} (${parts.join(', ')}) ENGINE=InnoDB, COMMENT ${quoteText(comment)}`
  const [lost] = /[\u{10000}-\u{10FFFF}]/u.exec(sql) ?? []
  if (lost === undefined) return statement(sql)
  throw new UnsupportedTextError(
    `${name.schema}.${name.table}`,
    lost,
    'and a server keeps comments, enum values and defaults in characters up to U+FFFF alone',
    'Write another: in values of rows every character is kept.',
  )
}

/**
 * A text column and its parent's must have one collation, or the reference is refused. That of a parent is whatever its
 * maker chose, which a new column here has by itself only where it is that of the schema.
 */
function inheritedCollation(
  attribute: Attribute,
  declaration: TableDeclaration,
  collation: string,
  collationOf: CollationOf,
): string {
  const { name, foreignKeys } = declaration
  if (!hasCollation(attribute.type.storage) || !isInherited(attribute, name)) return ''
  for (const { attributes, parent, parentAttributes } of foreignKeys) {
    const column = parentAttributes[attributes.indexOf(attribute.name)]
    if (column === undefined) continue
    // of a table that is not there, `collationOf` tells what its schema gives to a new column
    const own = collationOf({ ...name, table: '' }, attribute.name) ?? collation
    const inherited = collationOf(parent, column) ?? collation
    return inherited === own ? '' : ` COLLATE ${inherited}`
  }
  return ''
}

/** What a definition calls an item of an index, as DataJoint 2 writes it. */
export function indexItem(text: string): string {
  const item = parseIndexItem(text)
  switch (item?.kind) {
    case 'member': {
      const returning = item.type === null ? '' : ` RETURNING ${item.type}`
      return `(JSON_VALUE(${quote(item.name)}, ${quoteText(item.path)}${returning}))`
    }
    case 'expression':
      return item.sql
    default:
      return quote(text)
  }
}
