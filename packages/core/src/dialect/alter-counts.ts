import type { AlterSyntax } from '../compile/alter.ts'
import type { TableName } from '../definition/table-declaration.ts'
import type { Statement } from '../driver/driver.ts'

interface Quoting {
  quote(identifier: string): string
  quoteTable(name: TableName): string
  quoteList(names: readonly string[]): string
}

/** The questions that are asked before a table is altered, which all databases are asked alike. */
export function alterCounts({ quote, quoteTable, quoteList }: Quoting): AlterSyntax['count'] {
  const one = (table: TableName, alias: string, shown: readonly string[], condition: string): Statement => {
    const names = shown.map((name) => `${alias}.${quote(name)}`)
    const order = names.length === 0 ? '' : ` ORDER BY ${names.join(', ')}`
    const columns = ['COUNT(*) OVER ()', ...names].join(', ')
    return {
      sql: `SELECT ${columns} FROM ${quoteTable(table)} AS ${alias} WHERE ${condition}${order} LIMIT 1`,
      parameters: [],
    }
  }
  const here = quote('here')
  const there = quote('there')
  return {
    rows: (table) => one(table, here, [], '1 = 1'),
    nulls: (table, attribute, shown) => one(table, here, shown, `${here}.${quote(attribute)} IS NULL`),
    duplicates: (table, attributes) => {
      const names = quoteList(attributes)
      const present = attributes.map((name) => `${quote(name)} IS NOT NULL`).join(' AND ')
      return {
        sql:
          `SELECT SUM(${quote('times')} - 1) OVER (), ${names} FROM (SELECT ${names}, COUNT(*) AS ${quote('times')} ` +
          `FROM ${quoteTable(table)} WHERE ${present} GROUP BY ${names} HAVING COUNT(*) > 1) AS ${here} ` +
          `ORDER BY ${names} LIMIT 1`,
        parameters: [],
      }
    },
    legacyJobs: ({ schema, table }) => ({
      sql: `SELECT COUNT(*) OVER () FROM ${quoteTable({ schema, table: '~jobs' })} WHERE ${quote('table_name')} = ? LIMIT 1`,
      parameters: [table],
    }),
    orphans: (table, { attributes, parent, parentAttributes }, shown) => {
      const present = attributes.map((name) => `${here}.${quote(name)} IS NOT NULL`)
      const equal = attributes.map(
        (name, at) => `${there}.${quote(parentAttributes[at] ?? '')} = ${here}.${quote(name)}`,
      )
      const found = `SELECT 1 FROM ${quoteTable(parent)} AS ${there} WHERE ${equal.join(' AND ')}`
      return one(table, here, shown, `${present.join(' AND ')} AND NOT EXISTS (${found})`)
    },
  }
}
