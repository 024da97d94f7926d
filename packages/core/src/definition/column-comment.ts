import type { Attribute } from '../attribute/attribute.ts'
import { markerOf } from '../attribute/vocabulary.ts'
import type { TableDeclaration, TableName } from './table-declaration.ts'

/** A column comment of the database: the declared type, and what the definition says after `#`. */
export interface ColumnComment {
  /** As written in the marker; `null` on native columns and on inherited ones, whose type is their parent's. */
  readonly type: string | null
  readonly comment: string
}

/** What MySQL and MariaDB take, in characters. */
export const longestColumnComment = 1024

/** Reads `:type:comment`; the values of an enum that another client declared may hold colons too. */
export function parseColumnComment(text: string): ColumnComment {
  const match = /^:(enum\((?:'[^']*'|[^':])*\)|[^:]+):(.*)$/s.exec(text)
  return match ? { type: match[1] ?? null, comment: match[2] ?? '' } : { type: null, comment: text }
}

/**
 * Writes `:type:comment` where the generation marks the type. An inherited attribute carries no type (its parent does),
 * except `uuid`, whose column would say too little. Neither does an enum whose values leave no room within `limit`
 * characters: there the column says it.
 */
export function formatColumnComment(
  attribute: Pick<Attribute, 'name' | 'type' | 'comment' | 'lineage'>,
  { name, generation }: Pick<TableDeclaration, 'name' | 'generation'>,
  limit = longestColumnComment,
): string {
  const { type, comment } = attribute
  const marker = markerOf(type, generation)
  if (marker === null || (isInherited(attribute, name) && type.storage.kind !== 'uuid')) return comment
  const text = `:${marker}:${comment}`
  return type.storage.kind === 'enum' && text.length > limit ? comment : text
}

/** Whether an attribute came by a reference. */
export function isInherited({ name, lineage }: Pick<Attribute, 'name' | 'lineage'>, table: TableName): boolean {
  return lineage !== null && lineage !== formatLineage(table, name)
}

/** Where an attribute of a table that does not inherit it begins: `lab.#species.species`. */
export function formatLineage({ schema, table }: TableName, attribute: string): string {
  return `${schema}.${table}.${attribute}`
}
