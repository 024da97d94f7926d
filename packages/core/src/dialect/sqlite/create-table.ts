import { externalStoreOf } from '../../attribute/legacy-type.ts'
import { markerOf } from '../../attribute/vocabulary.ts'
import { quoteText } from '../../attribute/quoted-text.ts'
import type { Dialect } from '../../compile/dialect.ts'
import { formatColumnComment, isInherited } from '../../definition/column-comment.ts'
import { parseIndexItem } from '../../definition/index-item.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import type { Statement } from '../../driver/driver.ts'
import { lineageRows } from '../hidden-table.ts'
import { writeColumn } from './column.ts'
import { createExternal, createHiddenTables, forget, logDeclared, logDropped, note } from './hidden-tables.ts'
import { quote, quoteList, quoteTable } from './quote.ts'
import { joinName } from './table-name.ts'

const statement = (sql: string): Statement => ({ sql, parameters: [] })

/** The statements that make and drop schemas and tables. */
export const tableStatements: Pick<
  Dialect,
  'createSchema' | 'createTable' | 'createExternal' | 'recordTable' | 'dropTable'
> = {
  createSchema: createHiddenTables,

  createTable: (declaration) => [
    ...[...new Set(declaration.heading.map(({ type }) => externalStoreOf(type)))].flatMap((store) =>
      store === null ? [] : [createExternal(declaration.name.schema, store)],
    ),
    statement(
      `CREATE TABLE IF NOT EXISTS ${quoteTable(declaration.name)} (${tableParts(declaration).join(', ')}) STRICT`,
    ),
    ...createIndexes(declaration),
    ...recordTable(declaration),
    ...(declaration.generation === '0.14' ? [logDeclared(declaration.name)] : []),
  ],

  createExternal,

  recordTable,

  dropTable: (name, hidden) => [
    statement(`DROP TABLE IF EXISTS ${quoteTable(name)}`),
    ...['~lineage', '~columns', '~types', '~tables']
      .filter((table) => hidden.includes(table))
      .map((table) => forget({ ...name, table }, name.table)),
    ...(hidden.includes('~log') ? [logDropped(name)] : []),
  ],
}

export function recordTable(declaration: TableDeclaration): readonly Statement[] {
  const { name, generation, heading, comment } = declaration
  const key = ['table_name', 'attribute_name']
  // an inherited column has its parent's type, and a marked one that of its marker, where that tells it
  const unmarked = heading.filter(
    (attribute) =>
      !isInherited(attribute, name) &&
      (attribute.type.keptAs !== undefined || markerOf(attribute.type, generation) === null),
  )
  return [
    ...note({ ...name, table: '~tables' }, ['table_name'], 'comment', [[name.table, comment]]),
    ...note(
      { ...name, table: '~columns' },
      key,
      'comment',
      heading.map((attribute) => [name.table, attribute.name, formatColumnComment(attribute, declaration)]),
    ),
    ...note(
      { ...name, table: '~types' },
      key,
      'type',
      unmarked.map((attribute) => [name.table, attribute.name, attribute.type.keptAs ?? attribute.type.text]),
    ),
    ...(generation === '2.x'
      ? note(
          { ...name, table: '~lineage' },
          key,
          'lineage',
          lineageRows(declaration).map(([attribute, origin]) => [name.table, attribute, origin]),
        )
      : []),
  ]
}

export function tableParts({ name, heading, foreignKeys }: TableDeclaration): readonly string[] {
  const key = heading.filter(({ inKey }) => inKey).map((attribute) => attribute.name)
  const singleton = `"_singleton" INT NOT NULL DEFAULT 1 CHECK ("_singleton" = 1)`
  return [
    ...heading.map((attribute) => writeColumn(attribute, isInherited(attribute, name))),
    ...(key.length === 0 ? [singleton] : []),
    `PRIMARY KEY (${quoteList(key.length === 0 ? ['_singleton'] : key)})`,
    ...foreignKeys.map(
      ({ attributes, parent, parentAttributes }) =>
        `FOREIGN KEY (${quoteList(attributes)}) REFERENCES ${quoteTable(parent)} (${quoteList(parentAttributes)}) ` +
        'ON UPDATE CASCADE ON DELETE RESTRICT',
    ),
    ...heading.flatMap((attribute) => {
      const store = externalStoreOf(attribute.type)
      if (store === null) return []
      const external = quoteTable({ schema: name.schema, table: `~external_${store}` })
      return [
        `FOREIGN KEY (${quote(attribute.name)}) REFERENCES ${external} ("hash") ON UPDATE RESTRICT ON DELETE RESTRICT`,
      ]
    }),
  ]
}

/** Unlike InnoDB, SQLite makes no index for a reference, and would read the whole child for every parent deleted. */
export function createIndexes({ name, heading, foreignKeys, indexes }: TableDeclaration): readonly Statement[] {
  const key = heading.filter(({ inKey }) => inKey).map((attribute) => attribute.name)
  const covered = [key, ...indexes.map(({ attributes }) => attributes)]
  const needed = foreignKeys.filter(
    ({ unique, attributes }) =>
      unique || !covered.some((names) => attributes.every((attribute, i) => names[i] === attribute)),
  )
  const all = new Map(
    [...needed, ...indexes].map(({ unique, attributes }) => [
      `${unique ? 'unique ' : ''}${attributes.join(',')}`,
      { unique, attributes },
    ]),
  )
  return [...all].map(([label, { unique, attributes }]) =>
    statement(
      `CREATE ${unique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS ${quote(`${joinName(name)} ${label}`)} ` +
        `ON ${quoteTable(name)} (${attributes.map(indexItem).join(', ')})`,
    ),
  )
}

function indexItem(text: string): string {
  const item = parseIndexItem(text)
  switch (item?.kind) {
    case 'member':
      return `json_extract(${quote(item.name)}, ${quoteText(item.path)})`
    case 'expression':
      return item.sql
    default:
      return quote(text)
  }
}
