import { existsSync } from 'node:fs'
import { type AnyTable, describe, type TableGroups } from '@neurojoint/core'
import { configuration } from './configuration.ts'
import { pipeline } from './pipeline.ts'
import { formatCell } from './terminal/cell.ts'
import { formatTable } from './terminal/table.ts'

const ROWS = 8

/** Prints the definition of a table and its first rows; returns the exit code. `filledBy` is the command that makes them. */
export async function showTable(name: string | undefined, filledBy: string): Promise<number> {
  const tables = listTables(pipeline.tables)
  const table = findTable(tables, name ?? '')
  if (!table) {
    console.error(
      `${name === undefined ? 'Say which table' : `There is no table ${name}`}. There are:\n  ${[...tables.keys()].join('\n  ')}`,
    )
    return 2
  }
  const { database } = configuration
  if ('path' in database && !existsSync(database.path)) {
    console.error(`There is nothing to show yet: \`${filledBy}\` makes ${database.path}.`)
    return 1
  }
  const db = await pipeline.open()
  try {
    const rows = await db(table).fetch({ limit: ROWS })
    const count = await db(table).count()
    console.log(`${describe(table).trimEnd()}\n`)
    const cells = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, cell]) => [key, formatCell(cell)])),
    )
    console.log(formatTable(cells).replaceAll(/^.*$/gm, fitLine))
    console.log(count > rows.length ? `... ${count} rows` : `${count} ${count === 1 ? 'row' : 'rows'}`)
    return 0
  } finally {
    await db.close()
  }
}

/** The table of that name, or of the only one that ends in it: `Subject` for `subject.Subject`. */
function findTable(tables: ReadonlyMap<string, AnyTable>, name: string): AnyTable | undefined {
  const ending = [...tables.keys()].filter((path) => path.endsWith(`.${name}`))
  return tables.get(name) ?? (ending.length === 1 ? tables.get(ending[0] ?? '') : undefined)
}

/** Every table under the name by which `show` finds it: `ephys.CuratedClustering.Unit`. */
export function listTables(groups: TableGroups, path = ''): ReadonlyMap<string, AnyTable> {
  const found = new Map<string, AnyTable>()
  for (const [name, entry] of Object.entries(groups)) {
    const at = path === '' ? name : `${path}.${name}`
    if (!isTable(entry)) for (const [inner, table] of listTables(entry, at)) found.set(inner, table)
    else {
      found.set(at, entry)
      for (const [part, table] of Object.entries(entry.parts)) found.set(`${at}.${part}`, table)
    }
  }
  return found
}

/** A line cut to the width of the terminal; whole where there is none. */
const fitLine = (line: string): string => {
  const columns = process.stdout.isTTY ? process.stdout.columns : Infinity
  return line.length > columns ? `${line.slice(0, columns - 1)}…` : line
}

const isTable = (entry: AnyTable | TableGroups): entry is AnyTable => entry['kind'] === 'table'
