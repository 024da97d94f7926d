import type { Attribute, CodecSpec } from '../attribute/attribute.ts'
import { externalStoreOf } from '../attribute/legacy-type.ts'
import { isSameStorage, serves } from '../attribute/storage.ts'
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
 * A declaration in the format of a generation, with the storage that the codecs of its types ask for, the schema in which
 * their objects are, and the default store by its name where `~external_<store>` needs that.
 */
export function declarationHere(
  declaration: TableDeclaration,
  generation: Generation,
  { codecs, stores }: Pick<Context, 'codecs' | 'stores'>,
): TableDeclaration {
  const own = declarationIn(declaration, generation)
  let changed = false
  // those of this language know theirs; whether there is a codec of another name is said where it is used
  const withStorage = (attribute: Attribute): Attribute => {
    const { type } = attribute
    if (type.codec === null || !type.text.startsWith('<') || !codecs.names.includes(type.codec.name)) return attribute
    const { storage, keptAs } = codecs.get(type)
    if (isSameStorage(storage, type.storage) || serves(type.storage, storage)) return attribute
    changed = true
    return { ...attribute, type: { ...type, storage, ...(keptAs !== undefined && { keptAs }) } }
  }
  const heading = own.heading.map((attribute) => {
    const { type } = attribute
    if (type.codec === null || type.codec.store === null) return withStorage(attribute)
    changed = true
    const { schema } = declaration.name
    const isDefault = externalStoreOf(type) === ''
    const store = isDefault ? defaultOf(type.codec, stores) : type.codec.store
    const text = isDefault ? `${type.text}${store}` : type.text
    return withStorage({ ...attribute, type: { ...type, text, codec: { ...type.codec, store, schema } } })
  })
  return changed ? { ...own, heading } : own
}

const defaultOf = ({ name }: CodecSpec, stores: Stores): string =>
  (name === 'external-filepath' ? stores.forFilepath('') : stores.get('')).name
