import type { TableName } from '../../definition/table-declaration.ts'
import { joinName } from './table-name.ts'

export const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`

export const quoteTable = (name: TableName): string => quote(joinName(name))

export const quoteList = (names: readonly string[]): string => names.map(quote).join(', ')
