import type { Attribute, Heading } from '../attribute/attribute.ts'
import { toStored } from '../attribute/to-stored.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { contextOf, type Database } from '../query/database.ts'
import { fetchRows } from '../query/fetch/fetch.ts'
import { valueIn } from '../query/given-row.ts'
import { rememberKey } from '../query/expression/key.ts'
import type { Relation } from '../query/relation.ts'
import type { Restriction } from '../query/expression/restriction.ts'
import type { AnyTable } from '../query/table.ts'
import { countRows } from '../query/fetch/count-rows.ts'
import type { Condition } from '../relation/condition.ts'
import type { RelationNode } from '../relation/node.ts'
import { restrict } from '../relation/restrict.ts'
import { top } from '../relation/top.ts'
import { keySource } from '../query/key-source.ts'
import type { KeyOrder } from './options.ts'

/** How many keys are in memory at once, at most. */
const PAGE = 1000

/** The keys that a table is to have and does not have yet, as a relation. */
export function missingKeys(db: Database, table: AnyTable, restriction: unknown): Relation<object, object> {
  const source = keySource(db, table)
  // a key source has the attributes of the key, for which the restriction was written
  const wanted = restriction === undefined ? source : source.restrict(restriction as Restriction<object>)
  return wanted.project().exclude(db(table).project())
}

export const countKeys = (db: Database, keys: Relation<object, object>, signal?: AbortSignal): Promise<number> =>
  countRows(contextOf(db), keys.node, signal)

/** Which of some keys are read, and in which order. */
export interface KeyPages {
  readonly order: KeyOrder
  readonly signal?: AbortSignal | undefined
  readonly page?: number
}

/**
 * The keys of a relation page by page, each page read when it is wanted: keys that are gone by then do not come, whatever
 * their number no more than a page is in memory, and nothing is held open between. At random means: begun anywhere, and
 * shuffled page by page.
 */
export async function* pagesOfKeys(
  db: Database,
  table: AnyTable,
  keys: Relation<object, object>,
  { order, signal, page = PAGE }: KeyPages,
): AsyncGenerator<readonly object[]> {
  const context = contextOf(db)
  const heading = keys.node.heading.filter(({ inKey }) => inKey)
  const own = table.declaration.heading.filter(({ inKey }) => inKey)
  const descending = order === 'reverse'
  const read = async (node: RelationNode, limit: number, offset = 0): Promise<readonly object[]> => {
    const ordering = heading.map(({ name }) => ({ attribute: name, descending }))
    const rows = await fetchRows<object>(context, top(node, { order: ordering, limit, offset }), signal)
    for (const key of rows) {
      rememberKey(key, own)
      // it says what is inserted, whatever a make does with it
      Object.freeze(key)
    }
    return rows
  }
  /** The pages of those after a key, and up to another one. */
  async function* between(after: object | null, last: object | null): AsyncGenerator<readonly object[]> {
    for (let from = after; ;) {
      const lower = from === null ? [] : [beyond(heading, from, descending)]
      const upper = last === null ? [] : [{ kind: 'not', condition: beyond(heading, last, descending) } as const]
      const conditions = [...lower, ...upper]
      const node = conditions.length === 0 ? keys.node : restrict(keys.node, { kind: 'and', conditions })
      const rows = await read(node, page)
      // a shorter one is not always the last: others may delete meanwhile, but then there was none beyond it
      if (rows.length > 0) yield order === 'random' ? shuffled(rows) : rows
      from = rows.at(-1) ?? null
      if (from === null || rows.length < page) return
    }
  }
  if (order !== 'random') return yield* between(null, null)
  const count = await countRows(context, keys.node, signal)
  const [start = null] = count <= page ? [] : await read(keys.node, 1, Math.floor(Math.random() * count))
  yield* between(start, null)
  if (start !== null) yield* between(null, start)
}

/** The condition that a key comes after another one, in the order in which the database sorts them. */
function beyond(heading: Heading, key: object, descending: boolean): Condition {
  const conditions = heading.map((attribute, index): Condition => {
    const equal = heading.slice(0, index).map((earlier) => compare(earlier, key, '='))
    return { kind: 'and', conditions: [...equal, after(attribute, key, descending)] }
  })
  return { kind: 'or', conditions }
}

function after(attribute: Attribute, key: object, descending: boolean): Condition {
  const { storage } = attribute.type
  if (storage.kind !== 'enum') return compare(attribute, key, descending ? '<' : '>')
  // sorted as they stand in the type, and compared as text
  const at = storage.values.indexOf(String(storedIn(attribute, key)))
  const beyond = descending ? storage.values.slice(0, at) : storage.values.slice(at + 1)
  return { kind: 'in', attributes: [attribute.name], keys: beyond.map((value) => [value]) }
}

const compare = (attribute: Attribute, key: object, operator: '=' | '<' | '>'): Condition => ({
  kind: 'compare',
  attribute: attribute.name,
  operator,
  value: storedIn(attribute, key),
})

function storedIn({ name, type }: Attribute, key: object): Exclude<StoredValue, null> {
  const stored = toStored({ name, type, nullable: false }, valueIn(key, name))
  // a primary key has no NULL
  return stored ?? ''
}

function shuffled<T>(values: readonly T[]): readonly T[] {
  const mixed = [...values]
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1))
    // both are in range
    ;[mixed[index], mixed[other]] = [mixed[other] as T, mixed[index] as T]
  }
  return mixed
}
