import type { Schema, TableOf } from '../index.ts'

/**
 * Manual tables that stand for an element's upstream: one per name, with the definition given.
 *
 * ```ts
 * const { Session } = stubUpstream(defineSchema('stubs'), { Session: 'session_id : int32' })
 * ```
 */
export function stubUpstream<const D extends Readonly<Record<string, string>>>(
  schema: Schema,
  definitions: D,
): { readonly [N in keyof D]: TableOf<D[N], {}> } {
  const tables = Object.entries(definitions).map(([name, definition]) => [name, schema.manual(name, {}, definition)])
  // The names and definitions are those of D; Object.entries and fromEntries forget which belongs to which.
  return Object.fromEntries(tables)
}
