import type { StoredTable } from '../pipeline/read-tables.ts'
import type { Database } from '../query/database.ts'
import { keyNames } from '../query/key-names.ts'
import { writeName } from './write-text.ts'
import { writeValue } from './write-value.ts'

/** The longest contents that a module has, in characters: more belongs in a file of data. */
const longest = 200_000

/** The rows of a lookup table as lines of JavaScript, or why there are none. */
export interface Contents {
  readonly rows: readonly string[]
  readonly problem: string | null
}

/** Writes the rows of a table that has no more than `most`, in the order of their keys. */
export async function readContents(
  db: Database,
  table: StoredTable,
  most: number,
  signal: AbortSignal | undefined,
): Promise<Contents> {
  const none = (problem: string | null): Contents => ({ rows: [], problem })
  const { heading } = table.declaration
  const key = keyNames(table.declaration)
  const unreadable = heading.filter(({ type }) => type.codec !== null && type.codec.store !== null)
  if (unreadable.length > 0) {
    return none(`its contents are not written: \`${unreadable[0]?.name}\` is kept elsewhere`)
  }
  let rows: readonly Record<string, unknown>[]
  try {
    rows = await db(table).fetch({ ...(key.length > 0 && { order: key }), limit: most + 1, ...(signal && { signal }) })
  } catch (error) {
    signal?.throwIfAborted()
    return none(`its contents are not written: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (rows.length > most) return none(`its contents are not written: it has more than ${most} rows`)
  const lines: string[] = []
  for (const row of rows) {
    const members: string[] = []
    for (const { name, default: initial } of heading) {
      if (row[name] === null && initial.kind === 'null') continue
      const value = writeValue(row[name])
      if (value === null) return none(`its contents are not written: no text of a program gives its \`${name}\``)
      members.push(`${writeName(name)}: ${value}`)
    }
    lines.push(`{ ${members.join(', ')} }`)
  }
  const length = lines.reduce((sum, line) => sum + line.length, 0)
  return length > longest
    ? none(`its contents are not written: they have ${length} characters`)
    : { rows: lines, problem: null }
}
