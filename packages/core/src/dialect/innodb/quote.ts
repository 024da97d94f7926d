import type { TableName } from '../../definition/table-declaration.ts'

export const quote = (identifier: string): string => `\`${identifier.replaceAll('`', '``')}\``

export const quoteTable = ({ schema, table }: TableName): string => `${quote(schema)}.${quote(table)}`

export const quoteList = (names: readonly string[]): string => names.map(quote).join(', ')

/** Text in quotes. A backslash escapes too: the sessions are without NO_BACKSLASH_ESCAPES. */
export const quoteText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
