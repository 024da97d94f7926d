import type { Attribute } from '../../attribute/attribute.ts'
import type { Dialect, OnDuplicate } from '../../compile/dialect.ts'
import { lower, lowerCondition, tableColumns } from '../../compile/lower.ts'
import { compile, compileSelect, writeCondition } from '../../compile/write-select.ts'
import { distinct } from '../../relation/distinct.ts'
import { insertValues } from '../insert-values.ts'
import { isServerValue } from '../server-value.ts'
import { serverValue } from './clock.ts'
import { quote, quoteList, quoteTable } from './quote.ts'
import { selectSyntax } from './select-syntax.ts'

type Changes = Pick<Dialect, 'insert' | 'insertSelect' | 'update' | 'delete' | 'createStage' | 'dropStage'>

/** The statements that change rows. */
export const statements: Changes = {
  insert(table, attributes, rows, onDuplicate) {
    // without an attribute there is nothing to bind: the row of a table of one row, all by default
    if (attributes.length === 0) return { sql: `INSERT INTO ${quoteTable(table)} DEFAULT VALUES`, parameters: [] }
    const { places, parameters } = insertValues(attributes, rows, selectSyntax)
    const names = quoteList(attributes.map(({ name }) => name))
    return {
      sql: `INSERT INTO ${quoteTable(table)} (${names}) VALUES ${places}${conflict(attributes, onDuplicate)}`,
      parameters,
    }
  },

  insertSelect(table, attributes, select, onDuplicate) {
    const { sql, parameters } = compileSelect(select, selectSyntax)
    const names = quoteList(attributes.map(({ name }) => name))
    // the WHERE keeps ON CONFLICT from being read as the ON of a join
    return {
      sql: `INSERT INTO ${quoteTable(table)} (${names}) SELECT ${names} FROM (${sql}) WHERE 1${conflict(attributes, onDuplicate)}`,
      parameters,
    }
  },

  update: (table, heading, values, condition) =>
    compile(selectSyntax, (bind) => {
      const set = values.map(
        ([{ name, type }, value]) =>
          `${quote(name)} = ${isServerValue(value) ? serverValue(value) : bind(value, type.storage)}`,
      )
      const here = quoteTable(table)
      const where = writeCondition(lowerCondition(condition, tableColumns(heading)), here, selectSyntax, bind)
      return `UPDATE ${here} SET ${set.join(', ')} WHERE ${where}`
    }),

  delete(table, heading, condition) {
    const here = quoteTable(table)
    if (condition.kind === 'matches' && condition.on.length > 0) {
      // an EXISTS would be asked of every row of the table
      const columns = Object.fromEntries(condition.on.map(([, there], index) => [`k${index}`, there]))
      const { sql, parameters } = compileSelect(lower(distinct(condition.source, columns)), selectSyntax)
      const names = quoteList(condition.on.map(([name]) => name))
      return { sql: `DELETE FROM ${here} WHERE (${names}) IN (${sql})`, parameters }
    }
    return compile(selectSyntax, (bind) => {
      const where = writeCondition(lowerCondition(condition, tableColumns(heading)), here, selectSyntax, bind)
      return `DELETE FROM ${here} WHERE ${where}`
    })
  },

  createStage: (table, heading) => ({
    sql: `CREATE TEMP TABLE ${quoteTable(table)} (${heading.map(({ name, inKey }) => `${quote(name)}${inKey ? ' INTEGER PRIMARY KEY' : ''}`).join(', ')})`,
    parameters: [],
  }),

  dropStage: (table) => ({ sql: `DROP TABLE temp.${quoteTable(table)}`, parameters: [] }),
}

/** What happens where the primary key is there; another unique index always fails. */
function conflict(attributes: readonly Attribute[], onDuplicate: OnDuplicate): string {
  if (onDuplicate === 'fail') return ''
  const key = attributes.filter(({ inKey }) => inKey).map(({ name }) => name)
  const rest = onDuplicate === 'replace' ? attributes.filter(({ inKey }) => !inKey) : []
  const set = rest.map(({ name }) => `${quote(name)} = excluded.${quote(name)}`)
  const action = set.length === 0 ? 'NOTHING' : `UPDATE SET ${set.join(', ')}`
  return ` ON CONFLICT (${quoteList(key.length === 0 ? ['_singleton'] : key)}) DO ${action}`
}
