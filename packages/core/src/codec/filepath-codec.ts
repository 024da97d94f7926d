import type { StoredFile, StoredFolder } from '../attribute/codec-values.ts'
import { requireObjectPath, type Store, type StoreOptions } from '../store/store.ts'
import { CodecValueError, FilepathError } from './codec-error.ts'
import type { BaseCodec } from './codec.ts'
import { contentStorage, countOf, memberOf, parseStored, requireStore, textOf } from './content.ts'
import { isStoredFile, isStoredFolder } from './object-codec.ts'
import { lastName, ObjectFile } from './stored-file.ts'
import { ObjectFolder } from './stored-folder.ts'

/** Files and folders that are in a store already, and are only pointed to: they are never written or collected. */
export const filepathCodec: BaseCodec = {
  name: 'filepath',
  storage(store) {
    requireStore('filepath', store)
    return contentStorage(store)
  },
  async encode(value, storeName, { stores, signal }) {
    const store = stores.forFilepath(storeName ?? '')
    const path = filepathOf('filepath', value, store)
    const { size, isFolder } = await findThere(store, path, { signal })
    const timestamp = new Date().toISOString().replace('Z', '000+00:00')
    return JSON.stringify({ path, store: store.name, size, is_dir: isFolder, timestamp })
  },
  async decode(stored, storeName, { stores }): Promise<StoredFile | StoredFolder> {
    const json = parseStored('filepath', stored, 'JSON with `path`, `store`, `size` and `is_dir`')
    const store = stores.forFilepath(textOf(json, 'store', storeName ?? ''))
    const path = textOf(json, 'path')
    const facts = { path, size: countOf(json, 'size'), timestamp: textOf(json, 'timestamp', '') || null }
    return memberOf(json, 'is_dir') === true
      ? new ObjectFolder(store, { ...facts, itemCount: null })
      : new ObjectFile(store, { ...facts, name: lastName(path) })
  },
}

/** The path that was given, or that another row has, in that store. Throws 'codec-value', 'filepath' and 'invalid-object-path'. */
export function filepathOf(codec: string, value: unknown, store: Store): string {
  const isStored = isStoredFile(value) || isStoredFolder(value)
  if (isStored && value.store !== store.name) {
    throw new FilepathError(
      store.name,
      value.path,
      `${value.path} is in the store '${value.store}', and the attribute is of the store '${store.name}'. Copy it there.`,
    )
  }
  const path = isStored ? value.path : value
  if (typeof path !== 'string') {
    throw new CodecValueError(codec, 'a path in the store, as text with slashes, or the file of another row')
  }
  requireObjectPath(path)
  const { hashPrefix, schemaPrefix, filepathPrefix } = store
  for (const prefix of [hashPrefix, schemaPrefix]) {
    if (prefix === '' || !`${path}/`.startsWith(`${prefix}/`)) continue
    throw new FilepathError(
      store.name,
      path,
      `${path} is below ${prefix}, where objects of rows lie, which are collected when their rows are gone. Put the file ` +
        'elsewhere in the store.',
    )
  }
  if (filepathPrefix !== null && filepathPrefix !== '' && !path.startsWith(`${filepathPrefix}/`)) {
    throw new FilepathError(
      store.name,
      path,
      `${path} is not below ${filepathPrefix}, which the store '${store.name}' keeps such files in (filepathPrefix).`,
    )
  }
  return path
}

/** What is at a path; a folder is there where something is in it. Throws 'filepath'. */
export async function findThere(
  store: Store,
  path: string,
  options: StoreOptions,
): Promise<{ readonly size: number | null; readonly isFolder: boolean }> {
  const size = await store.size(path, options)
  if (size !== null) return { size, isFolder: false }
  for await (const _ of store.list(path, options)) return { size: null, isFolder: true }
  throw new FilepathError(
    store.name,
    path,
    `There is nothing at ${path} in the store '${store.name}': put the file there first. It is not copied.`,
  )
}
