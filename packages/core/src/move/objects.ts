import type { StoredValue } from '../attribute/storage.ts'
import { externalPath } from '../codec/external-codec.ts'
import { manifestSuffix } from '../codec/stored-folder.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { digestOf } from '../store/hash-address.ts'
import type { Store } from '../store/store.ts'
import type { Stores } from '../store/stores.ts'
import { transferAll } from '../store/transfers.ts'
import { ObjectInTheWayError } from './errors.ts'

/** An object, or a folder of objects, that a row refers to. */
export interface ObjectReference {
  readonly store: string
  readonly path: string
}

/** Where what a row refers to is, and where it is looked for in the other database. */
export interface MovedObject {
  readonly from: { readonly store: Store; readonly path: string }
  readonly to: { readonly store: Store; readonly path: string }
  /** Whether people chose its name: another of that name may be there already. */
  readonly isNamed: boolean
}

/** The stores of the database that is moved from, and of that it is moved to. */
export interface ObjectPlaces {
  readonly from: Stores
  readonly to: Stores
}

type Rows = readonly (readonly StoredValue[])[]

/** Finds what rows of a table refer to in stores; `null` where it has no attribute that could. */
export function objectReader(
  { name, heading }: Pick<TableDeclaration, 'name' | 'heading'>,
  { from, to }: ObjectPlaces,
): ((rows: Rows) => readonly MovedObject[]) | null {
  const external = externalStoreIn(name.table)
  if (external !== null) {
    const at = (attribute: string): number => heading.findIndex((one) => one.name === attribute)
    const [hash, attachment, filepath] = [at('hash'), at('attachment_name'), at('filepath')]
    return (rows) =>
      rows.flatMap((row) => {
        const [digest, file, path] = [row[hash], row[attachment], row[filepath]]
        const stores = [from.get(external), to.get(external)] as const
        if (typeof path === 'string') return [movedObject(stores, () => path, true)]
        if (!(digest instanceof Uint8Array)) return []
        const attached = typeof file === 'string' ? file : null
        // each store folds hashes in its own way
        return [movedObject(stores, (store) => externalPath(store, name.schema, digest, attached), false)]
      })
  }
  const kept = heading.flatMap(({ type }, index) =>
    type.codec !== null && type.storage.kind === 'json' ? [{ index, codec: type.codec }] : [],
  )
  if (kept.length === 0) return null
  return (rows) =>
    rows.flatMap((row) =>
      kept.flatMap(({ index, codec }) => {
        const value: unknown = JSON.parse(String(row[index] ?? null))
        if (typeof value !== 'object' || value === null || !('path' in value)) return []
        const { path } = value
        const own = 'store' in value && typeof value.store === 'string' ? value.store : codec.store
        // without a store it is the JSON of a lab's codec
        if (typeof path !== 'string' || own === null) return []
        const isNamed = codec.name === 'filepath'
        const storeIn = (stores: Stores): Store => (isNamed ? stores.forFilepath(own) : stores.get(own))
        return [movedObject([storeIn(from), storeIn(to)], () => path, isNamed)]
      }),
    )
}

/** The store whose objects a hidden table of DataJoint 0.14 lists; `null` for other tables. */
export const externalStoreIn = (table: string): string | null => /^~external_(.+)$/.exec(table)?.[1] ?? null

function movedObject(
  [from, to]: readonly [Store, Store],
  pathIn: (store: Store) => string,
  isNamed: boolean,
): MovedObject {
  return { from: { store: from, path: pathIn(from) }, to: { store: to, path: pathIn(to) }, isNamed }
}

/**
 * Copies objects that are not at the other place yet, several at once and in bounded memory. Gives those that are not
 * where they should be: their rows were without them before.
 *
 * @throws ObjectInTheWayError `object-in-the-way`
 */
export async function copyObjects(
  objects: readonly MovedObject[],
  signal?: AbortSignal,
): Promise<readonly ObjectReference[]> {
  const distinct = new Map(objects.map((object) => [`${object.from.store.name} ${object.from.path}`, object]))
  const found = await transferAll(
    distinct.values(),
    async (object, stop) => {
      const { from, to } = object
      const isSame = from.store.place === to.store.place && from.path === to.path
      return isSame || (await copyObject(object, stop)) ? [] : [{ store: from.store.name, path: from.path }]
    },
    { signal },
  )
  return found.flat()
}

/** Whether there was one to copy. */
async function copyObject(object: MovedObject, signal: AbortSignal): Promise<boolean> {
  const { from, to, isNamed } = object
  const size = await from.store.size(from.path, { signal })
  if (size !== null) {
    const there = await to.store.size(to.path, { signal })
    const isThere = there === size && (!isNamed || (await holdTheSame(object, signal)))
    if (isNamed && there !== null && !isThere) throw new ObjectInTheWayError(to.store.name, to.path)
    // one that is named for its content or its row, and is shorter, was cut short
    if (!isThere) await to.store.put(to.path, from.store.stream(from.path, { signal }), { signal })
    return true
  }
  const copyBelow = (path: string): Promise<boolean> =>
    copyObject(
      {
        from: { ...from, path },
        to: { ...to, path: to.path + path.slice(from.path.length) },
        isNamed,
      },
      signal,
    )
  let files = 0
  for await (const file of from.store.list(from.path, { signal })) {
    files += 1
    await copyBelow(file.path)
  }
  const manifest = `${from.path}${manifestSuffix}`
  const hasManifest = (await from.store.size(manifest, { signal })) !== null
  if (hasManifest) await copyBelow(manifest)
  return files > 0 || hasManifest
}

async function holdTheSame({ from, to }: MovedObject, signal: AbortSignal): Promise<boolean> {
  const digests = await Promise.all([from, to].map(({ store, path }) => digestOf(store.stream(path, { signal }))))
  return new Set(digests.map(({ md5 }) => Buffer.from(md5).toString('hex'))).size === 1
}
