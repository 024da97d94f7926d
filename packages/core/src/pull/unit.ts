import { identifyTable } from '../query/dependencies.ts'
import type { TableName } from '../definition/table-declaration.ts'
import { masterTable, tierOf } from '../definition/table-name.ts'
import type { StoredTable, StoredTables } from '../pipeline/read-tables.ts'

/** A table with its parts, which one statement declares. */
export interface Unit {
  readonly master: StoredTable
  /** Each after those of them that it refers to. */
  readonly parts: readonly StoredTable[]
}

/** A part, or what a circle of references keeps from being declared one after another. */
export interface Unordered {
  readonly table: StoredTable
  readonly problem: string
}

/** Units in an order in which each follows all that it refers to, and the tables for which there is none. */
export interface OrderedUnits {
  readonly units: readonly Unit[]
  readonly unordered: readonly Unordered[]
}

/**
 * The units of some schemas, and of those tables of others that they refer to, however far, in an order in which they can
 * be declared.
 */
export function orderUnits({ byName }: StoredTables, schemas: readonly string[]): OrderedUnits {
  const waiting = wantedUnits(byName, schemas)
  const units: Unit[] = []
  const unordered: Unordered[] = []
  const placed = new Set<StoredTable>()
  const isPlaced = ({ parent }: { readonly parent: TableName }): boolean => {
    const table = byName.get(identifyTable(parent))
    // one that is not there is told when the table is written
    return table === undefined || placed.has(table)
  }
  const place = (unit: Unit): void => {
    waiting.splice(waiting.indexOf(unit), 1)
    units.push(unit)
    for (const table of [unit.master, ...unit.parts]) placed.add(table)
  }
  const foreignKeysOf = (unit: Unit, tables: readonly StoredTable[]) =>
    tables.flatMap(({ declaration }) =>
      declaration.foreignKeys.filter(({ parent }) => {
        const table = byName.get(identifyTable(parent))
        return table === undefined || ![unit.master, ...unit.parts].includes(table)
      }),
    )
  while (waiting.length > 0) {
    const ready = waiting.find((unit) => foreignKeysOf(unit, [unit.master, ...unit.parts]).every(isPlaced))
    if (ready) {
      place(ready)
      continue
    }
    const [unit] = [
      ...waiting.filter(({ master }) => foreignKeysOf({ master, parts: [] }, [master]).every(isPlaced)),
      ...waiting,
    ]
    if (!unit) break
    // a part that refers to what refers to its master, or tables in a circle
    const tooEarly = (table: StoredTable): boolean => !foreignKeysOf(unit, [table]).every(isPlaced)
    const problem = 'it refers to a table that refers back to it, so that no order of definitions declares it'
    unordered.push(...unit.parts.filter(tooEarly).map((table) => ({ table, problem })))
    const rest = { master: unit.master, parts: unit.parts.filter((part) => !tooEarly(part)) }
    waiting.splice(waiting.indexOf(unit), 1, rest)
    if (!tooEarly(unit.master)) continue
    waiting.splice(waiting.indexOf(rest), 1)
    unordered.push(...[unit.master, ...rest.parts].map((table) => ({ table, problem })))
    for (const table of [unit.master, ...unit.parts]) placed.add(table)
  }
  return { units, unordered }
}

/** All of the schemas, and of others what they refer to. */
function wantedUnits(byName: StoredTables['byName'], schemas: readonly string[]): Unit[] {
  const found = new Map<StoredTable, Unit>()
  const visit = (table: StoredTable): void => {
    const master =
      (table.master === null ? undefined : byName.get(identifyTable(table.master.declaration.name))) ?? table
    if (found.has(master)) return
    const parts = sortParts(Object.values(master.parts))
    found.set(master, { master, parts })
    for (const { declaration } of [master, ...parts]) {
      for (const { parent } of declaration.foreignKeys) {
        const above = byName.get(identifyTable(parent))
        if (above) visit(above)
      }
    }
  }
  for (const table of byName.values()) if (schemas.includes(table.declaration.name.schema)) visit(table)
  return [...found.values()].toSorted((a, b) => compare(a.master, b.master))
}

const tiers = ['lookup', 'manual', 'imported', 'computed']

/** What others are likely to refer to comes first, and the rest by name, so that the same database gives the same text. */
const compare = ({ declaration: a }: StoredTable, { declaration: b }: StoredTable): number =>
  tiers.indexOf(a.tier) - tiers.indexOf(b.tier) || (identifyTable(a.name) < identifyTable(b.name) ? -1 : 1)

function sortParts(parts: readonly StoredTable[]): readonly StoredTable[] {
  const waiting = parts.toSorted(compare)
  const sorted: StoredTable[] = []
  while (waiting.length > 0) {
    const free = waiting.findIndex(
      (part) => !part.parents.some((parent) => waiting.some((other) => other === parent && other !== part)),
    )
    sorted.push(...waiting.splice(Math.max(free, 0), 1))
  }
  return sorted
}

/** Whether its name says that it is a part: of a master that may be missing. */
export const isPart = ({ declaration: { name } }: StoredTable): boolean =>
  tierOf(name.table) === 'part' && masterTable(name.table) !== null
