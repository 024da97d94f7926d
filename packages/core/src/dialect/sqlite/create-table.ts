import type { StoredValue } from '../../attribute/storage.ts'
import type { Dialect } from '../../compile/dialect.ts'
import { isInherited } from '../../definition/column-comment.ts'
import type { TableDeclaration, TableName } from '../../definition/table-declaration.ts'
import type { Statement } from '../../driver/driver.ts'
import { writeColumn } from './column.ts'
import { quote, quoteList, quoteTable } from './quote.ts'
import { joinName } from './table-name.ts'

const statement = (sql: string, parameters: readonly StoredValue[] = []): Statement => ({ sql, parameters })

/** The statements that make and drop schemas and tables. */
export const tableStatements: Pick<Dialect, 'createSchema' | 'createTable' | 'dropTable'> = {
  createSchema: (schema) => [
    createHidden({ schema, table: '~lineage' }, ['table_name', 'attribute_name'], 'lineage'),
    createHidden({ schema, table: '~columns' }, ['table_name', 'attribute_name'], 'comment'),
    createHidden({ schema, table: '~tables' }, ['table_name'], 'comment'),
  ],

  createTable(declaration) {
    const { name, heading, comment } = declaration
    const marker = (attribute: (typeof heading)[number]) =>
      isInherited(attribute, name) ? attribute.comment : `:${attribute.type.text}:${attribute.comment}`
    const lineage = heading.flatMap((attribute) =>
      attribute.lineage === null ? [] : [[name.table, attribute.name, attribute.lineage]],
    )
    return [
      statement(`CREATE TABLE IF NOT EXISTS ${quoteTable(name)} (${tableParts(declaration).join(', ')}) STRICT`),
      ...createIndexes(declaration),
      ...remember({ ...name, table: '~tables' }, ['table_name'], 'comment', [[name.table, comment]]),
      ...remember(
        { ...name, table: '~columns' },
        ['table_name', 'attribute_name'],
        'comment',
        heading.map((attribute) => [name.table, attribute.name, marker(attribute)]),
      ),
      ...remember({ ...name, table: '~lineage' }, ['table_name', 'attribute_name'], 'lineage', lineage),
    ]
  },

  dropTable: (name) => [
    statement(`DROP TABLE IF EXISTS ${quoteTable(name)}`),
    ...['~lineage', '~columns', '~tables'].map((table) =>
      statement(`DELETE FROM ${quoteTable({ ...name, table })} WHERE "table_name" = ?`, [name.table]),
    ),
  ],
}

function tableParts({ name, heading, foreignKeys }: TableDeclaration): readonly string[] {
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
  ]
}

/** Unlike InnoDB, SQLite makes no index for a reference, and would read the whole child for every parent deleted. */
function createIndexes({ name, heading, foreignKeys, indexes }: TableDeclaration): readonly Statement[] {
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
        `ON ${quoteTable(name)} (${quoteList(attributes)})`,
    ),
  )
}

const createHidden = (table: TableName, key: readonly string[], value: string): Statement =>
  statement(
    `CREATE TABLE IF NOT EXISTS ${quoteTable(table)} (${[...key, value].map((name) => `${quote(name)} TEXT NOT NULL`).join(', ')}, ` +
      `PRIMARY KEY (${quoteList(key)})) STRICT, WITHOUT ROWID`,
  )

/** Rows of a hidden table, written anew where they are there: several processes may declare one table at once. */
const remember = (
  table: TableName,
  key: readonly string[],
  value: string,
  rows: readonly (readonly string[])[],
): readonly Statement[] =>
  rows.length === 0
    ? []
    : [
        statement(
          `INSERT INTO ${quoteTable(table)} (${quoteList([...key, value])}) VALUES ` +
            `${rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')} ` +
            `ON CONFLICT (${quoteList(key)}) DO UPDATE SET ${quote(value)} = excluded.${quote(value)}`,
          rows.flat(),
        ),
      ]
