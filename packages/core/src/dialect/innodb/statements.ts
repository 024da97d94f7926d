import type { Attribute, Heading } from '../../attribute/attribute.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import type { Dialect, OnDuplicate } from '../../compile/dialect.ts'
import { lower, lowerCondition, tableColumns } from '../../compile/lower.ts'
import { compile, compileSelect, keysAsJson, type SelectSyntax, writeCondition } from '../../compile/write-select.ts'
import type { TableName } from '../../definition/table-declaration.ts'
import type { Condition } from '../../relation/condition.ts'
import { distinct } from '../../relation/distinct.ts'
import { insertValues } from '../insert-values.ts'
import { isServerValue } from '../server-value.ts'
import { columnTypeOf } from './column.ts'
import { serverValue } from './clock.ts'
import { quote, quoteList, quoteTable } from './quote.ts'

type Changes = Pick<Dialect, 'insert' | 'insertSelect' | 'update' | 'delete' | 'createStage' | 'dropStage'>

/** The statements that change rows. */
export const statements = (syntax: SelectSyntax): Changes => ({
  insert(table, attributes, rows, onDuplicate) {
    const { places, parameters } = insertValues(attributes, rows, {
      ...syntax,
      bound: (value, storage) => numbered(syntax.bound(value, storage)),
    })
    const names = quoteList(attributes.map(({ name }) => name))
    return {
      sql: `INSERT INTO ${quoteTable(table)} (${names}) VALUES ${places}${conflict(table, attributes, onDuplicate)}`,
      parameters,
    }
  },

  insertSelect(table, attributes, select, onDuplicate) {
    const { sql, parameters } = compileSelect(select, syntax)
    const here = quoteList(attributes.map(({ name }) => name))
    const there = attributes.map(({ name }) => `\`given\`.${quote(name)}`).join(', ')
    const target = `INSERT INTO ${quoteTable(table)} (${here})`
    return {
      sql: `${target} SELECT ${there} FROM (${sql}) AS \`given\`${conflict(table, attributes, onDuplicate)}`,
      parameters,
    }
  },

  update: (table, heading, values, condition) =>
    compile(syntax, (bind) => {
      const set = values.map(
        ([{ name, type }, value]) =>
          `${quote(name)} = ${isServerValue(value) ? serverValue(value) : bind(value, type.storage)}`,
      )
      const here = quoteTable(table)
      const where = writeCondition(lowerCondition(condition, tableColumns(heading)), here, syntax, bind)
      return `UPDATE ${here} SET ${set.join(', ')} WHERE ${where}`
    }),

  delete(table, heading, condition) {
    const here = quoteTable(table)
    const parts = condition.kind === 'and' ? condition.conditions : [condition]
    const listed = parts.find((part) => keysOf(part, heading, syntax) !== null)
    const rest = parts.filter((part) => part !== listed)
    const where = compile(syntax, (bind) => {
      const predicates = rest.map((part) => lowerCondition(part, tableColumns(heading)))
      return writeCondition({ kind: 'and', predicates }, here, syntax, bind)
    })
    const keys = listed && keysOf(listed, heading, syntax)
    if (!keys) return { sql: `DELETE FROM ${here} WHERE ${where.sql}`, parameters: where.parameters }
    // Before 11.1 a DELETE reads what stands in an IN or EXISTS once per row of the table; a join reads it once.
    const on = keys.names.map((name, index) => `${here}.${quote(name)} = k.k${index}`)
    const joined = `DELETE ${here} FROM (${keys.sql}) AS k STRAIGHT_JOIN ${here} ON ${on.join(' AND ')}`
    return { sql: `${joined} WHERE ${where.sql}`, parameters: [...keys.parameters, ...where.parameters] }
  },

  createStage(table, heading) {
    const columns = heading.map(({ name, type }) => `${quote(name)} ${columnTypeOf(type.storage)} NULL`)
    return { sql: `CREATE TEMPORARY TABLE ${quoteTable(table)} (${columns.join(', ')})`, parameters: [] }
  },

  dropStage: (table) => ({ sql: `DROP TEMPORARY TABLE ${quoteTable(table)}`, parameters: [] }),
})

/** What the driver would send as digits goes as a number, which a column takes for the same and the server need not read. */
const numbered = (value: StoredValue): StoredValue =>
  typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : value

/** A SELECT of the values, as `k0`, `k1` and so on, that a condition lets some attributes have; `null` for any other one. */
function keysOf(condition: Condition, heading: Heading, syntax: SelectSyntax) {
  if (condition.kind === 'in' && condition.keys.length > 0) {
    const { attributes: names, keys } = condition
    const all = tableColumns(heading)
    const columns = names.flatMap((name) => all[name] ?? [])
    return { names, ...compile(syntax, (bind) => syntax.keys(columns, bind(keysAsJson(keys), { kind: 'json' }))) }
  }
  if (condition.kind === 'matches' && condition.on.length > 0) {
    const columns = Object.fromEntries(condition.on.map(([, there], index) => [`k${index}`, there]))
    return {
      names: condition.on.map(([here]) => here),
      ...compileSelect(lower(distinct(condition.source, columns)), syntax),
    }
  }
  return null
}

/**
 * What happens where the whole primary key is equal. Where another unique index was hit, the server is made to fail: a
 * subquery of two rows is its only error at will, and the row would be lost, or another one changed, silently otherwise.
 */
function conflict(table: TableName, attributes: readonly Attribute[], onDuplicate: OnDuplicate): string {
  if (onDuplicate === 'fail') return ''
  const here = (name: string) => `${quoteTable(table)}.${quote(name)}`
  const given = ({ name }: Attribute) => `${here(name)} = VALUES(${quote(name)})`
  const key = attributes.filter(({ inKey }) => inKey)
  const first = here(key[0]?.name ?? '_singleton')
  const same = key.map(given).join(' AND ')
  const kept = same === '' ? first : `IF(${same}, ${first}, (SELECT ${first} UNION ALL SELECT ${first}))`
  const replaced = onDuplicate === 'replace' ? attributes.filter(({ inKey }) => !inKey).map(given) : []
  return ` ON DUPLICATE KEY UPDATE ${[`${first} = ${kept}`, ...replaced].join(', ')}`
}
