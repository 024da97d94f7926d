import type { Alterations, AlterStatement, TableAlteration } from '../compile/alter.ts'
import { formatLineage } from '../definition/column-comment.ts'
import type { TableName } from '../definition/table-declaration.ts'

interface Quoting {
  quote(identifier: string): string
  quoteTable(name: TableName): string
}

/** The tables in which DataJoint 2 and we keep rows by the names of tables, all but the last also by those of attributes. */
const byTable = ['~lineage', '~columns', '~types', '~tables']

/**
 * What hidden tables say of renamed tables and attributes, in every schema that is known. It comes before the renaming:
 * interrupted between them, the same renaming is planned again, and this changes nothing.
 */
export function renameRecords({ tables, hidden }: Alterations, { quote, quoteTable }: Quoting): AlterStatement[] {
  return tables.flatMap((alteration): AlterStatement[] => {
    const { stored, before, jobs } = alteration
    const changes = renamesOf(alteration)
    if (changes.length === 0) return []
    const { schema } = stored.name
    const write = (sql: string, parameters: readonly string[]): AlterStatement => ({
      statement: { sql, parameters },
      table: before.name,
      changes,
    })
    const present = hidden.get(schema) ?? []
    const pairs = stored.heading.map(({ name }, at) => [name, before.heading[at]?.name ?? name] as const)
    const origins = pairs.flatMap(([from, to]) => {
      const [was, is] = [formatLineage(stored.name, from), formatLineage(before.name, to)]
      return was === is ? [] : [[was, is] as const]
    })
    const lineages = [...hidden].filter(([, names]) => names.includes('~lineage')).map(([name]) => name)
    const moved = [stored.name.table, ...(jobs ? [jobs.table] : [])].flatMap((from) => {
      const to = from === stored.name.table ? before.name.table : renamedJobs(from, alteration)
      return byTable
        .filter((table) => present.includes(table))
        .flatMap((table) => {
          const records = quoteTable({ schema, table })
          return [
            ...(from === to
              ? []
              : [
                  write(`UPDATE ${records} SET ${quote('table_name')} = ? WHERE ${quote('table_name')} = ?`, [
                    to,
                    from,
                  ]),
                ]),
            ...pairs
              .filter(([was, is]) => was !== is && table !== '~tables')
              .map(([was, is]) =>
                write(
                  `UPDATE ${records} SET ${quote('attribute_name')} = ? WHERE ${quote('table_name')} = ? AND ${quote('attribute_name')} = ?`,
                  [is, to, was],
                ),
              ),
          ]
        })
    })
    const jobOrigins = jobs
      ? pairs.map(
          ([from, to]) =>
            [
              formatLineage(jobs, from),
              formatLineage({ schema, table: renamedJobs(jobs.table, alteration) }, to),
            ] as const,
        )
      : []
    const old =
      present.includes('~jobs') && stored.name.table !== before.name.table
        ? [
            write(
              `UPDATE ${quoteTable({ schema, table: '~jobs' })} SET ${quote('table_name')} = ? WHERE ${quote('table_name')} = ?`,
              [before.name.table, stored.name.table],
            ),
          ]
        : []
    return [
      ...moved,
      ...lineages.flatMap((name) =>
        [...origins, ...(name === schema ? jobOrigins.filter(([was, is]) => was !== is) : [])].map(([was, is]) =>
          write(
            `UPDATE ${quoteTable({ schema: name, table: '~lineage' })} SET ${quote('lineage')} = ? WHERE ${quote('lineage')} = ?`,
            [is, was],
          ),
        ),
      ),
      ...old,
    ]
  })
}

export const renamesOf = ({ changes }: TableAlteration) =>
  changes.filter(({ kind }) => kind === 'rename-table' || kind === 'rename-attribute')

/** What the job table is called once its table is. */
export function renamedJobs(jobs: string, { stored, before }: TableAlteration): string {
  return stored.name.table === before.name.table ? jobs : jobTableName(before.name.table)
}

/** `~~name`, without the underscores of the target's tier. */
export const jobTableName = (table: string): string => `~~${table.replace(/^_+/, '')}`
