import { checkOptions } from '../options.ts'
import { openFileStore } from './file-store.ts'
import { openS3Store } from './s3-store.ts'
import type { StoreSettings, StoresSettings } from './settings.ts'
import { StoreSettingsError, UnknownStoreError } from './store-error.ts'
import type { Store } from './store.ts'

/** The stores of a pipeline, by name. */
export interface Stores {
  readonly names: readonly string[]
  /** The name that `''` stands for. */
  readonly default: string | null
  /** The name that `''` stands for in `<filepath@>`. */
  readonly filepathDefault: string | null
  /** The store of a name, the default one for `''`. Throws 'unknown-store' with the names at hand. */
  get(name: string): Store
  /** The store of a `<filepath@name>`, where `''` has a default of its own. Throws 'unknown-store'. */
  forFilepath(name: string): Store
}

/**
 * The stores that settings describe; without `default`, a single store is the default one. Nothing is read or written
 * before a store is used. Throws 'invalid-store-settings', and 'unknown-store' for a default that is none of them.
 */
export async function openStores(settings: StoresSettings): Promise<Stores> {
  checkOptions('definePipeline({ stores })', settings, ['default', 'filepathDefault', 'stores'])
  const stores = new Map<string, Store>()
  for (const [name, store] of Object.entries(settings.stores ?? {})) {
    if (!/^[A-Za-z][\w-]*$/.test(name)) {
      throw new StoreSettingsError(name, 'name', name, 'letters, digits, _ and -, beginning with a letter')
    }
    stores.set(name, openStore(name, store))
  }
  const names = [...stores.keys()]
  const fallback = settings.default ?? (names.length === 1 ? names[0] : undefined) ?? null
  const filepathDefault = settings.filepathDefault ?? fallback
  for (const name of [fallback, filepathDefault]) {
    if (name !== null && !stores.has(name)) throw new UnknownStoreError(name, names)
  }
  const get = (name: string): Store => {
    const store = stores.get(name)
    if (store === undefined) throw new UnknownStoreError(name, names)
    return store
  }
  return {
    names,
    default: fallback,
    filepathDefault,
    get: (name) => get(name === '' ? (fallback ?? '') : name),
    forFilepath: (name) => get(name === '' ? (filepathDefault ?? '') : name),
  }
}

function openStore(name: string, settings: StoreSettings): Store {
  // from JavaScript or a file, it may be anything
  const protocol: string = settings.protocol
  if (settings.protocol === 'file') return openFileStore(name, settings)
  if (settings.protocol === 's3') return openS3Store(name, settings)
  throw new StoreSettingsError(name, 'protocol', protocol, "'file' or 's3': others are not supported")
}
