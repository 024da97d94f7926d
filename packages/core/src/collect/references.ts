import type { Attribute } from '../attribute/attribute.ts'
import { externalStoreOf } from '../attribute/legacy-type.ts'
import type { Codecs } from '../codec/codecs.ts'
import { manifestSuffix } from '../codec/stored-folder.ts'
import { lower } from '../compile/lower.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import type { Context } from '../query/context.ts'
import { project } from '../relation/project.ts'
import { tableNode } from '../relation/table.ts'
import type { Store } from '../store/store.ts'
import type { Stores } from '../store/stores.ts'
import type { CollectProblem } from './errors.ts'
import { PathSet } from './path-set.ts'

/** What rows refer to. */
export interface References {
  /** The paths that are referred to in a store, under this name of it or another. */
  pathsIn(store: Store): PathSet
  /** By `externalList`: the hashes of DataJoint 0.14 that are referred to, in hexadecimal digits. */
  readonly hashes: ReadonlyMap<string, PathSet>
  readonly problems: readonly CollectProblem[]
}

/** `~external_<store>` of a schema. */
export const externalList = (schema: string, store: string): string => `${schema}.~external_${store}`

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined
  readonly onTable?: (table: string) => void
}

/** Reads every value of tables that may refer to an object. What cannot be read is a problem: it may refer to any. */
export async function scanReferences(
  context: Context,
  tables: readonly TableDeclaration[],
  { signal, onTable }: ScanOptions = {},
): Promise<References> {
  const found = new Found(context.stores, await pathsByStore(context.stores, signal))
  for (const { name, heading } of tables) {
    const table = `${name.schema}.${name.table}`
    const attributes = heading.filter((attribute) => mayRefer(attribute, context.codecs, table, found))
    if (attributes.length === 0) continue
    onTable?.(table)
    try {
      await scanTable(context, { name, heading }, attributes, found, signal)
    } catch (error) {
      signal?.throwIfAborted()
      found.problem(table, error instanceof Error ? error.message : String(error))
    }
  }
  return found
}

function mayRefer({ name, type }: Attribute, codecs: Codecs, table: string, found: Found): boolean {
  if (externalStoreOf(type) !== null) return true
  // one that nobody here knows may keep references in bytes of its own
  const isUnknown = type.codec !== null && type.text.startsWith('<') && !codecs.names.includes(type.codec.name)
  if (isUnknown && type.codec?.store === null) {
    found.problem(`${table}.${name}`, `its codec ${type.text} is unknown: give it to the pipeline`)
    return false
  }
  return type.storage.kind === 'json'
}

async function scanTable(
  { connection }: Context,
  table: Pick<TableDeclaration, 'name' | 'heading'>,
  attributes: readonly Attribute[],
  found: Found,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { dialect } = connection
  const node = project(tableNode(table), Object.fromEntries(attributes.map(({ name }) => [name, name])))
  const readers = node.heading.flatMap((attribute, index) => {
    if (!attributes.some(({ name }) => name === attribute.name)) return []
    const place = `${table.name.schema}.${table.name.table}.${attribute.name}`
    return [{ attribute, index, place }]
  })
  for await (const rows of connection.stream(dialect.select(lower(node)), signal)) {
    for (const row of rows) {
      for (const { attribute, index, place } of readers) {
        const stored = dialect.fromRaw(row[index] ?? null, attribute.type.storage)
        if (stored !== null) found.add(attribute, stored, table.name.schema, place)
      }
    }
  }
}

/** Codecs whose values always say one path, and in `path`. */
const withPath = new Set(['blob', 'attach', 'hash', 'npy', 'object', 'filepath'])

const mostProblems = 1000

class Found implements References {
  readonly hashes = new Map<string, PathSet>()
  readonly problems: CollectProblem[] = []
  readonly #stores: Stores
  readonly #paths: ReadonlyMap<Store, PathSet>

  constructor(stores: Stores, paths: ReadonlyMap<Store, PathSet>) {
    this.#stores = stores
    this.#paths = paths
  }

  pathsIn(store: Store): PathSet {
    return this.#paths.get(store) ?? new PathSet()
  }

  problem(place: string, reason: string): void {
    if (this.problems.length < mostProblems) this.problems.push({ place, reason })
  }

  add({ type }: Attribute, stored: unknown, schema: string, place: string): void {
    const external = externalStoreOf(type)
    if (external !== null) {
      if (!(stored instanceof Uint8Array) || stored.length !== 16) return this.problem(place, 'it holds no hash')
      // the default store has its name here; of any store that is none, none is collected
      const list = externalList(type.codec?.schema ?? schema, external)
      const hashes = this.hashes.get(list) ?? new PathSet()
      this.hashes.set(list, hashes)
      return hashes.add(Buffer.from(stored).toString('hex'))
    }
    if (typeof stored !== 'string') return this.problem(place, 'it holds no JSON')
    let value: unknown
    try {
      value = JSON.parse(stored)
    } catch {
      return this.problem(place, `it holds ${JSON.stringify(stored.slice(0, 80))}, which is no JSON`)
    }
    if (type.codec === null) return this.#addTexts(value, null)
    const { name, store } = type.codec
    const [path, own] = [memberOf(value, 'path'), memberOf(value, 'store')]
    if (withPath.has(name) && typeof path !== 'string') {
      return this.problem(place, `it holds ${stored.slice(0, 80)}, which says no path`)
    }
    if (own !== undefined && typeof own !== 'string') return this.problem(place, 'its store is no text')
    const storeName = own ?? store ?? ''
    try {
      const where = name === 'filepath' ? this.#stores.forFilepath(storeName) : this.#stores.get(storeName)
      if (withPath.has(name)) this.pathsIn(where).add(String(path))
      else this.#addTexts(value, this.pathsIn(where))
    } catch (error) {
      this.problem(place, error instanceof Error ? error.message : String(error))
    }
  }

  /** Every text in it that may be a path: codecs that are not ours may keep several. */
  #addTexts(value: unknown, only: PathSet | null): void {
    if (typeof value === 'string') {
      // a word alone is no object's path, but could be the name of a schema
      if (!value.includes('/')) return
      for (const paths of only === null ? new Set(this.#paths.values()) : [only]) paths.add(value)
    } else if (typeof value === 'object' && value !== null) {
      for (const member of Object.values(value)) this.#addTexts(member, only)
    }
  }
}

/** One set for all names of one place: what is referred to by one of them is not garbage of another. */
async function pathsByStore(stores: Stores, signal: AbortSignal | undefined): Promise<ReadonlyMap<Store, PathSet>> {
  const all = stores.names.map((name) => stores.get(name))
  const identities = await Promise.all(all.map((store) => store.identify({ signal })))
  const sets = new Map(identities.map((identity) => [identity, new PathSet()]))
  return new Map(all.map((store, index) => [store, sets.get(identities[index] ?? '') ?? new PathSet()]))
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined

/** Whether an object is referred to: itself, as part of a folder, or as what says what is in one. */
export function isReferred(paths: PathSet, path: string): boolean {
  const object = path.endsWith(manifestSuffix) ? path.slice(0, -manifestSuffix.length) : path
  if (paths.has(path) || paths.has(object)) return true
  for (let end = object.lastIndexOf('/'); end > 0; end = object.lastIndexOf('/', end - 1)) {
    if (paths.has(object.slice(0, end))) return true
  }
  return false
}
