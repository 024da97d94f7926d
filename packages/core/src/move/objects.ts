import type { StoredValue } from '../attribute/storage.ts'
import { externalPath } from '../codec/external-codec.ts'
import { manifestSuffix } from '../codec/stored-folder.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import type { Store } from '../store/store.ts'
import type { Stores } from '../store/stores.ts'
import { transferAll } from '../store/transfers.ts'

/** An object, or a folder of objects, that a row refers to. */
export interface ObjectReference {
  readonly store: string
  readonly path: string
}

type Rows = readonly (readonly StoredValue[])[]

/** Finds what rows of a table refer to in stores; `null` where it has no attribute that could. */
export function objectReader(
  { name, heading }: TableDeclaration,
  stores: Stores,
): ((rows: Rows) => readonly ObjectReference[]) | null {
  const external = /^~external_(.+)$/.exec(name.table)?.[1]
  if (external !== undefined) {
    const at = (attribute: string): number => heading.findIndex((one) => one.name === attribute)
    const [hash, attachment, filepath] = [at('hash'), at('attachment_name'), at('filepath')]
    return (rows) =>
      rows.flatMap((row) => {
        const [digest, file, path] = [row[hash], row[attachment], row[filepath]]
        if (typeof path === 'string') return [{ store: external, path }]
        if (!(digest instanceof Uint8Array)) return []
        const attached = typeof file === 'string' ? file : null
        return [{ store: external, path: externalPath(stores.get(external), name.schema, digest, attached) }]
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
        const own = 'store' in value ? value.store : null
        const given = typeof own === 'string' ? own : (codec.store ?? '')
        const store = codec.name === 'filepath' ? stores.forFilepath(given) : stores.get(given)
        return typeof value.path === 'string' ? [{ store: store.name, path: value.path }] : []
      }),
    )
}

/** Where objects are copied from and to. */
export interface ObjectPlaces {
  readonly from: Stores
  readonly to: Stores
}

/**
 * Copies objects that are not at the other place yet, several at once and in bounded memory. Gives those that are not
 * where they should be: their rows were without them before.
 */
export async function copyObjects(
  references: readonly ObjectReference[],
  { from, to }: ObjectPlaces,
  signal?: AbortSignal,
): Promise<readonly ObjectReference[]> {
  const distinct = new Map(references.map((reference) => [`${reference.store} ${reference.path}`, reference]))
  const found = await transferAll(
    distinct.values(),
    async (reference, stop) => {
      const [source, target] = [from.get(reference.store), to.get(reference.store)]
      if (source.place === target.place || (await copyObject(source, target, reference.path, stop))) return []
      return [reference]
    },
    { signal },
  )
  return found.flat()
}

/** Whether there was one to copy. */
async function copyObject(source: Store, target: Store, path: string, signal: AbortSignal): Promise<boolean> {
  const size = await source.size(path, { signal })
  if (size !== null) {
    if ((await target.size(path, { signal })) !== size)
      await target.put(path, source.stream(path, { signal }), { signal })
    return true
  }
  let files = 0
  for await (const file of source.list(path, { signal })) {
    files += 1
    await copyObject(source, target, file.path, signal)
  }
  const manifest = `${path}${manifestSuffix}`
  const hasManifest = (await source.size(manifest, { signal })) !== null
  if (hasManifest) await copyObject(source, target, manifest, signal)
  return files > 0 || hasManifest
}
