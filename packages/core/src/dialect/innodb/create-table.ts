import type { StoredValue } from '../../attribute/storage.ts'
import type { Dialect } from '../../compile/dialect.ts'
import { isInherited } from '../../definition/column-comment.ts'
import type { TableDeclaration, TableName } from '../../definition/table-declaration.ts'
import type { Statement } from '../../driver/driver.ts'
import { hasCollation, writeColumn } from './column.ts'
import { quote, quoteList, quoteTable, quoteText } from './quote.ts'

const statement = (sql: string, parameters: readonly StoredValue[] = []): Statement => ({ sql, parameters })

/** The statements that make and drop schemas and tables; `collation` is that of new schemas. */
export const tableStatements = (collation: string): Pick<Dialect, 'createSchema' | 'createTable' | 'dropTable'> => ({
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
})

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
    `PRIMARY KEY (${quoteList(key.length === 0 ? ['_singleton'] : key)})`,
    ...foreignKeys.flatMap(({ attributes, parent, parentAttributes, unique }) => [
      `FOREIGN KEY (${quoteList(attributes)}) REFERENCES ${quoteTable(parent)} (${quoteList(parentAttributes)}) ` +
        'ON UPDATE CASCADE ON DELETE RESTRICT',
      ...(unique ? [`UNIQUE INDEX (${quoteList(attributes)})`] : []),
    ]),
    ...indexes.map(({ unique, attributes }) => `${unique ? 'UNIQUE ' : ''}INDEX (${quoteList(attributes)})`),
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
