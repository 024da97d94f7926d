import { externalStoreOf } from '../attribute/legacy-type.ts'
import { declarationIn } from '../definition/declaration-in.ts'
import type { Generation, TableDeclaration } from '../definition/table-declaration.ts'
import type { Context } from './context.ts'
import { identifyTable } from './dependencies.ts'
import type { Stores } from '../store/stores.ts'
import type { AnyTable } from './table.ts'

const converted = new WeakMap<Stores, WeakMap<AnyTable, AnyTable>>()

/** A table as this database has it, which may be in the format of another generation than its definition is. */
export function inDatabase<T extends AnyTable>(context: Context, table: T): T {
  const { generations, stores } = context
  const { declaration } = table
  const generation = generations.get(identifyTable(declaration.name)) ?? declaration.generation
  // each opened database has stores of its own
  const known = converted.get(stores) ?? new WeakMap<AnyTable, AnyTable>()
  converted.set(stores, known)
  const before = known.get(table)
  if (before?.declaration.generation === generation) return before as T
  const here = declarationHere(declaration, generation, context)
  const own = here === declaration ? table : { ...table, declaration: here }
  known.set(table, own)
  // the same members, of which one says how values are kept
  return own
}

/**
 * A declaration in the format of a generation, with the storage that the codecs of its types ask for, and the default
 * store by its name where `~external_<store>` needs that.
 */
export function declarationHere(
  declaration: TableDeclaration,
  generation: Generation,
  { codecs, stores }: Pick<Context, 'codecs' | 'stores'>,
): TableDeclaration {
  const own = declarationIn(declaration, generation)
  let changed = false
  const heading = own.heading.map((attribute) => {
    const { type } = attribute
    if (type.codec && externalStoreOf(type) === '') {
      changed = true
      const { name } = stores.get('')
      return { ...attribute, type: { ...type, text: `${type.text}${name}`, codec: { ...type.codec, store: name } } }
    }
    // those of this language know theirs; whether there is a codec of another name is said where it is used
    if (type.codec === null || !type.text.startsWith('<') || !codecs.names.includes(type.codec.name)) return attribute
    const { storage } = codecs.get(type)
    if (storage.kind === type.storage.kind) return attribute
    changed = true
    return { ...attribute, type: { ...type, storage } }
  })
  return changed ? { ...own, heading } : own
}
