import { openFileStore } from './file-store.ts'
import type { StoresSettings } from './settings.ts'
import { StoreSettingsError, UnknownStoreError } from './store-error.ts'
import type { Store } from './store.ts'

/** The stores of a pipeline, by name. */
export interface Stores {
  readonly names: readonly string[]
  /** The name that `''` stands for. */
  readonly default: string | null
  /** The store of a name, the default one for `''`. Throws 'unknown-store' with the names at hand. */
  get(name: string): Store
}

/**
 * The stores that settings describe; without `default`, a single store is the default one. Nothing is read or written
 * before a store is used. Throws 'invalid-store-settings', and 'unknown-store' for a default that is none of them.
 */
export async function openStores(settings: StoresSettings): Promise<Stores> {
  const stores = new Map<string, Store>()
  for (const [name, store] of Object.entries(settings.stores ?? {})) {
    if (!/^[A-Za-z][\w-]*$/.test(name)) {
      throw new StoreSettingsError(name, 'name', name, 'letters, digits, _ and -, beginning with a letter')
    }
    stores.set(name, openFileStore(name, store))
  }
  const names = [...stores.keys()]
  const fallback = settings.default ?? (names.length === 1 ? names[0] : undefined) ?? null
  if (fallback !== null && !stores.has(fallback)) throw new UnknownStoreError(fallback, names)
  const get = (name: string): Store => {
    const store = stores.get(name === '' ? (fallback ?? '') : name)
    if (store === undefined) throw new UnknownStoreError(name, names)
    return store
  }
  return { names, default: fallback, get }
}
