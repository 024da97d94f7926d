import type { Dialect } from '../../compile/dialect.ts'
import { lowerCondition, tableColumns } from '../../compile/lower.ts'
import { compile, writeCondition } from '../../compile/write-select.ts'
import { quoteList, quoteTable } from './quote.ts'
import { selectSyntax } from './select-syntax.ts'

/** The statements that change rows. */
export const statements: Pick<Dialect, 'insert' | 'delete'> = {
  insert(table, attributes, rows, onDuplicate) {
    const key = attributes.filter(({ inKey }) => inKey).map(({ name }) => name)
    return compile(selectSyntax, (bind) => {
      // without an attribute there is nothing to bind: the row of a table of one row, all by default
      if (attributes.length === 0) return `INSERT INTO ${quoteTable(table)} DEFAULT VALUES`
      const values = rows.map(
        (row) => `(${attributes.map(({ type }, index) => bind(row[index] ?? null, type.storage)).join(', ')})`,
      )
      const skip = ` ON CONFLICT (${quoteList(key.length === 0 ? ['_singleton'] : key)}) DO NOTHING`
      return (
        `INSERT INTO ${quoteTable(table)} (${quoteList(attributes.map(({ name }) => name))}) VALUES ${values.join(', ')}` +
        (onDuplicate === 'skip' ? skip : '')
      )
    })
  },

  delete: (table, heading, condition) =>
    compile(selectSyntax, (bind) => {
      const where = writeCondition(
        lowerCondition(condition, tableColumns(heading)),
        quoteTable(table),
        selectSyntax,
        bind,
      )
      return `DELETE FROM ${quoteTable(table)} WHERE ${where}`
    }),
}
