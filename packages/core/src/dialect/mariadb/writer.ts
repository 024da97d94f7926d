import type { Attribute } from '../../attribute/attribute.ts'
import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { Dialect } from '../../compile/dialect.ts'
import { lowerCondition, tableColumns } from '../../compile/lower.ts'
import {
  compile,
  compileCount,
  compileSelect,
  keysAsJson,
  writeCondition,
  type SelectSyntax,
} from '../../compile/write-select.ts'
import { isInherited } from '../../definition/column-comment.ts'
import type { TableDeclaration, TableName } from '../../definition/table-declaration.ts'
import type { RawValue, Statement } from '../../driver/driver.ts'
import { declarationsOf } from '../catalogue.ts'
import { readCatalogue, readReferencingSchemas } from './catalogue.ts'
import { columnTypeOf, hasCollation, quote, quoteText, writeColumn } from './column.ts'
import { explainMariadb } from './errors.ts'

const quoteTable = ({ schema, table }: TableName): string => `${quote(schema)}.${quote(table)}`
const list = (names: readonly string[]): string => names.map(quote).join(', ')
const statement = (sql: string, parameters: readonly StoredValue[] = []): Statement => ({ sql, parameters })

/** Tells upper from lower case and keeps spaces at the end, as the other databases do. */
const collation = 'utf8mb4_nopad_bin'

const syntax: SelectSyntax = {
  quote,
  table: quoteTable,
  placeholder: () => '?',
  bound: (value) => value,
  noLimit: '18446744073709551615',
  // an enum is ordered by the place of its values in the type, elsewhere by their text
  ordered: (column, { kind }) => (kind === 'enum' ? `CONCAT(${column})` : column),
  notIn: (_columns, isIn) => `NOT (${isIn})`,
  keys(columns, placeholder) {
    const parts = columns.map(({ storage }, index) => `${keyPart(storage, `k.k${index}`)} AS k${index}`)
    const paths = columns.map(({ storage }, index) => `k${index} ${keyType(storage)} PATH '$[${index}]'`)
    return `SELECT ${parts.join(', ')} FROM JSON_TABLE(${placeholder}, '$[*]' COLUMNS (${paths.join(', ')})) AS k`
  },
}

/** MariaDB 10.11 and newer. */
export const mariadb: Dialect = {
  name: 'mariadb',
  supports: { transactionalDdl: false, parameters: 65_535, statementBytes: 4 * 2 ** 20 },

  select: (select) => compileSelect(select, syntax),
  count: (select) => compileCount(select, syntax),

  insert(table, attributes, rows, onDuplicate) {
    return compile(syntax, (bind) => {
      const values = rows.map(
        (row) => `(${attributes.map(({ type }, index) => bind(row[index] ?? null, type.storage)).join(', ')})`,
      )
      return (
        `INSERT INTO ${quoteTable(table)} (${list(attributes.map(({ name }) => name))}) VALUES ${values.join(', ')}` +
        (onDuplicate === 'skip' ? skipDuplicates(attributes) : '')
      )
    })
  },

  delete: (table, heading, condition) =>
    compile(syntax, (bind) => {
      const predicate = lowerCondition(condition, tableColumns(heading))
      if (predicate.kind === 'in' && predicate.keys.length > 0) {
        // Before 11.1 a DELETE reads the list of an IN once per row of the table; a join reads it once.
        const keys = syntax.keys(predicate.columns, bind(keysAsJson(predicate.keys), { kind: 'json' }))
        const here = quoteTable(table)
        const on = predicate.columns.map(({ name }, index) => `${here}.${quote(name)} = k.k${index}`)
        return `DELETE ${here} FROM (${keys}) AS k STRAIGHT_JOIN ${here} ON ${on.join(' AND ')}`
      }
      return `DELETE FROM ${quoteTable(table)} WHERE ${writeCondition(predicate, quoteTable(table), syntax, bind)}`
    }),

  createSchema: (schema) => [
    statement(`CREATE DATABASE IF NOT EXISTS ${quote(schema)} CHARACTER SET utf8mb4 COLLATE ${collation}`),
    statement(
      `CREATE TABLE IF NOT EXISTS ${quoteTable({ schema, table: '~lineage' })} (` +
        "`table_name` varchar(64) NOT NULL COMMENT 'table name within the schema', " +
        "`attribute_name` varchar(64) NOT NULL COMMENT 'attribute name', " +
        "`lineage` varchar(255) NOT NULL COMMENT 'origin: schema.table.attribute', " +
        'PRIMARY KEY (`table_name`, `attribute_name`)) ENGINE=InnoDB',
    ),
  ],

  createTable(declaration) {
    const { name, heading } = declaration
    const rows = heading.flatMap((attribute) =>
      attribute.lineage === null ? [] : [[name.table, attribute.name, attribute.lineage]],
    )
    return [
      createTable(declaration),
      ...(rows.length === 0
        ? []
        : [
            statement(
              `INSERT INTO ${quoteTable({ ...name, table: '~lineage' })} (\`table_name\`, \`attribute_name\`, \`lineage\`) ` +
                `VALUES ${rows.map(() => '(?, ?, ?)').join(', ')} ON DUPLICATE KEY UPDATE \`lineage\` = VALUES(\`lineage\`)`,
              rows.flat(),
            ),
          ]),
    ]
  },

  dropTable: (name) => [
    statement(`DROP TABLE IF EXISTS ${quoteTable(name)}`),
    statement(`DELETE FROM ${quoteTable({ ...name, table: '~lineage' })} WHERE \`table_name\` = ?`, [name.table]),
  ],

  readSchema: async (query, schema) => declarationsOf(await readCatalogue(query, schema), schema),
  referencingSchemas: readReferencingSchemas,
  fromRaw,
  explain: explainMariadb,
}

/**
 * A text column and its parent's must have one collation, or the reference is refused; in another schema that is whatever
 * its maker chose. Then the server itself puts it into the text, in a block of statements that is one statement to us.
 */
function createTable(declaration: TableDeclaration): Statement {
  const { name, heading, foreignKeys, indexes, comment } = declaration
  const borrowed: { readonly parent: TableName; readonly column: string }[] = []
  const columns = heading.map((attribute) => {
    const source = hasCollation(attribute.type.storage) ? foreignParent(declaration, attribute.name) : null
    return writeColumn(attribute, name, source === null ? '' : `\0${borrowed.push(source) - 1}\0`)
  })
  const key = heading.filter(({ inKey }) => inKey).map((attribute) => attribute.name)
  const singleton = `\`_singleton\` tinyint NOT NULL DEFAULT 1 COMMENT ':bool:singleton primary key'`
  const parts = [
    ...columns,
    ...(key.length === 0 ? [singleton] : []),
    `PRIMARY KEY (${list(key.length === 0 ? ['_singleton'] : key)})`,
    ...foreignKeys.flatMap(({ attributes, parent, parentAttributes, unique }) => [
      `FOREIGN KEY (${list(attributes)}) REFERENCES ${quoteTable(parent)} (${list(parentAttributes)}) ` +
        'ON UPDATE CASCADE ON DELETE RESTRICT',
      ...(unique ? [`UNIQUE INDEX (${list(attributes)})`] : []),
    ]),
    ...indexes.map(({ unique, attributes }) => `${unique ? 'UNIQUE ' : ''}INDEX (${list(attributes)})`),
  ]
  const sql = `CREATE TABLE IF NOT EXISTS ${quoteTable(name)} (${parts.join(', ')}) ENGINE=InnoDB, COMMENT ${quoteText(comment)}`
  if (borrowed.length === 0) return statement(sql)
  const pieces = sql.split(/\0(\d+)\0/).map((piece, index) => (index % 2 === 0 ? quoteText(piece) : `c${piece}`))
  const variables = borrowed.map(
    ({ parent, column }, index) =>
      `DECLARE c${index} VARCHAR(200) DEFAULT (SELECT CONCAT(' CHARACTER SET ', character_set_name, ' COLLATE ', collation_name) ` +
      `FROM information_schema.columns WHERE table_schema = ${quoteText(parent.schema)} ` +
      `AND table_name = ${quoteText(parent.table)} AND column_name = ${quoteText(column)})`,
  )
  return statement(`BEGIN NOT ATOMIC ${variables.join('; ')}; EXECUTE IMMEDIATE CONCAT(${pieces.join(', ')}); END`)
}

function foreignParent({ name, heading, foreignKeys }: TableDeclaration, attribute: string) {
  if (!heading.some((candidate) => candidate.name === attribute && isInherited(candidate, name))) return null
  for (const { attributes, parent, parentAttributes } of foreignKeys) {
    const column = parentAttributes[attributes.indexOf(attribute)]
    if (column !== undefined && parent.schema !== name.schema) return { parent, column }
  }
  return null
}

/**
 * Leaves the row that is there where the whole primary key is equal. Where another unique index was hit, the server is made
 * to fail: a subquery of two rows is its only error at will, and the row would be lost silently otherwise.
 */
function skipDuplicates(attributes: readonly Attribute[]): string {
  const key = attributes.filter(({ inKey }) => inKey).map(({ name }) => quote(name))
  const [first] = key
  if (first === undefined) return ' ON DUPLICATE KEY UPDATE `_singleton` = `_singleton`'
  const same = key.map((name) => `${name} = VALUES(${name})`).join(' AND ')
  return ` ON DUPLICATE KEY UPDATE ${first} = IF(${same}, ${first}, (SELECT ${first} UNION ALL SELECT ${first}))`
}

/** As text where the column is text: with the collation of new schemas a list can be looked up instead of searched. */
function keyPart(storage: Storage, column: string): string {
  switch (storage.kind) {
    case 'uuid':
    case 'bytes':
      return `UNHEX(${column})`
    case 'text':
    case 'enum':
    case 'json':
      return `${column} COLLATE ${collation}`
    default:
      return column
  }
}

function keyType(storage: Storage): string {
  switch (storage.kind) {
    case 'integer':
    case 'boolean':
      return 'BIGINT'
    case 'float':
      return 'DOUBLE'
    case 'uuid':
      return 'CHAR(32)'
    case 'enum':
      return 'VARCHAR(255)'
    case 'json':
    case 'bytes':
      return 'LONGTEXT'
    case 'text':
      return storage.length > 16_383 ? 'LONGTEXT' : `VARCHAR(${storage.length})`
    default:
      return columnTypeOf(storage)
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
    case 'datetime': {
      // the binary protocol drops a fraction of zero
      const [seconds = '', fraction = ''] = String(raw).split('.')
      return storage.fraction === 0 ? seconds : `${seconds}.${fraction.padEnd(storage.fraction, '0')}`
    }
    case 'bytes':
    case 'uuid':
      // a Buffer's slice() would share memory, and no other dialect gives one
      return raw instanceof Uint8Array ? new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength) : raw
    default:
      return raw
  }
}
