import { declarationIn } from '../definition/declaration-in.ts'
import type { Context } from './context.ts'
import { identifyTable } from './dependencies.ts'
import type { AnyTable } from './table.ts'

const converted = new WeakMap<AnyTable, AnyTable>()

/** A table as this database has it, which may be in the format of another generation than its definition is. */
export function inDatabase<T extends AnyTable>({ generations }: Context, table: T): T {
  const { declaration } = table
  const generation = generations.get(identifyTable(declaration.name)) ?? declaration.generation
  if (generation === declaration.generation) return table
  const known = converted.get(table) ?? { ...table, declaration: declarationIn(declaration, generation) }
  converted.set(table, known)
  // the same members, of which one says how values are kept
  return known as T
}
