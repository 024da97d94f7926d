import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { Dialect } from '../../compile/dialect.ts'
import { lowerCondition, tableColumns } from '../../compile/lower.ts'
import { compile, compileCount, compileSelect, writeCondition, type SelectSyntax } from '../../compile/write-select.ts'
import { isInherited } from '../../definition/column-comment.ts'
import type { TableDeclaration, TableName } from '../../definition/table-declaration.ts'
import type { RawValue, Statement } from '../../driver/driver.ts'
import { declarationsOf } from '../catalogue.ts'
import { readCatalogue, readReferencingSchemas } from './catalogue.ts'
import { quote, writeColumn } from './column.ts'
import { explainSqlite } from './errors.ts'
import { joinName } from './table-name.ts'

const quoteTable = (name: TableName): string => quote(joinName(name))
const list = (names: readonly string[]): string => names.map(quote).join(', ')
const statement = (sql: string, parameters: readonly StoredValue[] = []): Statement => ({ sql, parameters })

const syntax: SelectSyntax = {
  quote,
  table: quoteTable,
  placeholder: () => '?',
  bound: toColumn,
  noLimit: '-1',
  ordered: (column) => column,
  // asked for NULL too, SQLite goes through the whole list for every row that is not in it
  notIn: (columns, isIn) =>
    `(${columns.map((column) => `${column} IS NOT NULL`).join(' AND ')} AND (${isIn}) IS NOT TRUE)`,
  keys(columns, placeholder) {
    const values = columns.map(({ storage }, index) => keyPart(storage, `json_extract(value, '$[${index}]')`))
    return `SELECT ${values.join(', ')} FROM json_each(${placeholder})`
  },
}

/** SQLite, embedded: one file, written by one thread at a time. */
export const sqlite: Dialect = {
  name: 'sqlite',
  supports: { transactionalDdl: true, parameters: 32_766, statementBytes: 64 * 2 ** 20 },

  select: (select) => compileSelect(select, syntax),
  count: (select) => compileCount(select, syntax),

  insert(table, attributes, rows, onDuplicate) {
    const key = attributes.filter(({ inKey }) => inKey).map(({ name }) => name)
    return compile(syntax, (bind) => {
      // without an attribute there is nothing to bind: the row of a table of one row, all by default
      if (attributes.length === 0) return `INSERT INTO ${quoteTable(table)} DEFAULT VALUES`
      const values = rows.map(
        (row) => `(${attributes.map(({ type }, index) => bind(row[index] ?? null, type.storage)).join(', ')})`,
      )
      const skip = ` ON CONFLICT (${list(key.length === 0 ? ['_singleton'] : key)}) DO NOTHING`
      return (
        `INSERT INTO ${quoteTable(table)} (${list(attributes.map(({ name }) => name))}) VALUES ${values.join(', ')}` +
        (onDuplicate === 'skip' ? skip : '')
      )
    })
  },

  delete: (table, heading, condition) =>
    compile(syntax, (bind) => {
      const where = writeCondition(lowerCondition(condition, tableColumns(heading)), quoteTable(table), syntax, bind)
      return `DELETE FROM ${quoteTable(table)} WHERE ${where}`
    }),

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

  readSchema: async (query, schema) => declarationsOf(await readCatalogue(query), schema),
  referencingSchemas: readReferencingSchemas,
  fromRaw,
  explain: explainSqlite,
}

function tableParts({ name, heading, foreignKeys }: TableDeclaration): readonly string[] {
  const key = heading.filter(({ inKey }) => inKey).map((attribute) => attribute.name)
  const singleton = `"_singleton" INT NOT NULL DEFAULT 1 CHECK ("_singleton" = 1)`
  return [
    ...heading.map((attribute) => writeColumn(attribute, isInherited(attribute, name))),
    ...(key.length === 0 ? [singleton] : []),
    `PRIMARY KEY (${list(key.length === 0 ? ['_singleton'] : key)})`,
    ...foreignKeys.map(
      ({ attributes, parent, parentAttributes }) =>
        `FOREIGN KEY (${list(attributes)}) REFERENCES ${quoteTable(parent)} (${list(parentAttributes)}) ` +
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
        `ON ${quoteTable(name)} (${list(attributes)})`,
    ),
  )
}

const createHidden = (table: TableName, key: readonly string[], value: string): Statement =>
  statement(
    `CREATE TABLE IF NOT EXISTS ${quoteTable(table)} (${[...key, value].map((name) => `${quote(name)} TEXT NOT NULL`).join(', ')}, ` +
      `PRIMARY KEY (${list(key)})) STRICT, WITHOUT ROWID`,
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
          `INSERT INTO ${quoteTable(table)} (${list([...key, value])}) VALUES ` +
            `${rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ')} ` +
            `ON CONFLICT (${list(key)}) DO UPDATE SET ${quote(value)} = excluded.${quote(value)}`,
          rows.flat(),
        ),
      ]

/** Decimals are kept as numbers, exact up to 15 digits; everything else as it is. */
function toColumn(value: StoredValue, storage: Storage): StoredValue {
  return storage.kind === 'decimal' && value !== null ? Number(value) : value
}

function keyPart(storage: Storage, extracted: string): string {
  switch (storage.kind) {
    case 'uuid':
    case 'bytes':
      return `unhex(${extracted})`
    case 'decimal':
    case 'float':
      return `CAST(${extracted} AS REAL)`
    default:
      return extracted
  }
}

function fromRaw(raw: RawValue, storage: Storage): StoredValue {
  if (raw === null) return null
  switch (storage.kind) {
    case 'integer':
    case 'boolean':
      return typeof raw === 'number' || typeof raw === 'string' ? BigInt(raw) : raw
    case 'float':
      return Number(raw)
    case 'decimal':
      return Number(raw).toFixed(storage.scale)
    default:
      return raw
  }
}
