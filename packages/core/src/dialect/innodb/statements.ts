import type { Attribute } from '../../attribute/attribute.ts'
import type { Dialect } from '../../compile/dialect.ts'
import { lowerCondition, tableColumns } from '../../compile/lower.ts'
import { compile, keysAsJson, type SelectSyntax, writeCondition } from '../../compile/write-select.ts'
import { quote, quoteList, quoteTable } from './quote.ts'

/** The statements that change rows. */
export const statements = (syntax: SelectSyntax): Pick<Dialect, 'insert' | 'delete'> => ({
  insert(table, attributes, rows, onDuplicate) {
    return compile(syntax, (bind) => {
      const values = rows.map(
        (row) => `(${attributes.map(({ type }, index) => bind(row[index] ?? null, type.storage)).join(', ')})`,
      )
      return (
        `INSERT INTO ${quoteTable(table)} (${quoteList(attributes.map(({ name }) => name))}) VALUES ${values.join(', ')}` +
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
})

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
