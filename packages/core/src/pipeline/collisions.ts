import type { TableName } from '../definition/table-declaration.ts'
import { typeName } from '../definition/table-name.ts'
import { identifyTable } from '../query/dependencies.ts'
import { CollidingNamesError } from '../schema/errors.ts'

/**
 * Refuses a new table whose name others cannot tell from that of another table of its schema.
 *
 * @throws CollidingNamesError `colliding-names`
 */
export function refuseCollisions(added: readonly TableName[], all: readonly TableName[]): void {
  for (const name of added) {
    for (const other of all) {
      if (other.schema !== name.schema || other.table === name.table) continue
      const advice = adviceOn(name.table, other.table)
      if (advice) throw new CollidingNamesError(identifyTable(name), identifyTable(other), advice)
    }
  }
}

/**
 * Refuses a new table that has the name of a view, in whose place a server would not make it, and not say so.
 *
 * @throws CollidingNamesError `colliding-names`
 */
export function refuseView(added: TableName, views: readonly { readonly name: TableName }[]): void {
  const id = identifyTable(added)
  if (!views.some(({ name }) => identifyTable(name) === id)) return
  throw new CollidingNamesError(id, id, 'a view of another program has this name.')
}

/**
 * Refuses a schema that is not among those present where another one differs from it in capitals alone: a database that
 * does not tell these apart would take the tables of the one for those of the other.
 *
 * @throws CollidingNamesError `colliding-names`
 */
export function refuseSchemaCollisions(names: readonly string[], present: readonly string[]): void {
  for (const name of names) {
    if (present.includes(name)) continue
    const other = [...present, ...names].find((one) => one !== name && one.toLowerCase() === name.toLowerCase())
    if (other !== undefined) throw new CollidingNamesError(name, other, inCapitalsAlone)
  }
}

const inCapitalsAlone = 'they differ in capitals alone, which databases on some computers do not tell apart.'

function adviceOn(table: string, other: string): string | null {
  if (table.toLowerCase() === other.toLowerCase()) return inCapitalsAlone
  const type = typeName(table)
  return type === typeName(other) ? `both are called ${type}, and their tiers do not tell them apart everywhere.` : null
}
