import type { Store } from '../store/store.ts'

/** A schema, as far as its objects are looked for. */
export interface CollectedSchema {
  readonly name: string
  readonly tables: ReadonlySet<string>
  /** The stores whose `~external_<store>` it has. */
  readonly externalStores: ReadonlySet<string>
}

/** A folder of a store, and which of the objects below it rows of some schemas own: others are never touched. */
export interface Section {
  readonly folder: string
  readonly owns: (path: string) => boolean
  /** The same for what writers left half done, by the folder that it is in. */
  readonly ownsUnfinished: (path: string) => boolean
}

/** Where objects of schemas lie in a store, by every layout that the store can have had with these prefixes. */
export function sectionsOf(store: Store, schemas: readonly CollectedSchema[]): readonly Section[] {
  return [
    ...schemas.map((schema) => hashSection(store, schema)),
    namedSection(store, schemas),
    ...schemas.filter(({ externalStores }) => externalStores.has(store.name)).map((one) => externalSection(store, one)),
  ]
}

function hashSection({ hashPrefix }: Store, { name }: CollectedSchema): Section {
  const folder = hashPrefix === '' ? name : `${hashPrefix}/${name}`
  return {
    folder,
    owns: (path) => /^[a-z2-7]{26}$/.test(path.slice(path.lastIndexOf('/') + 1)),
    ownsUnfinished: (path) => hashPrefix !== '' || isFolded(path.slice(folder.length + 1)),
  }
}

/** Folds and a temporary name. */
const isFolded = (path: string): boolean =>
  path
    .split('/')
    .slice(0, -1)
    .every((fold) => /^[a-z2-7]+$/.test(fold))

/** Partitions come before the schema: `<prefix>/subject=1/<schema>/<table>/…`, whatever the pattern was then. */
function namedSection({ schemaPrefix }: Store, schemas: readonly CollectedSchema[]): Section {
  const byName = new Map(schemas.map((schema) => [schema.name, schema]))
  const owns = (path: string): boolean => {
    const names = (schemaPrefix === '' ? path : path.slice(schemaPrefix.length + 1)).split('/')
    const first = names.findIndex((name) => !name.includes('='))
    const schema = byName.get(names[first] ?? '')
    const table = names[first + 1]
    if (schema === undefined || table === undefined || names.length < first + 3) return false
    // without a prefix, anything may lie in such a folder
    return schemaPrefix !== '' || schema.tables.has(table)
  }
  return { folder: schemaPrefix, owns, ownsUnfinished: owns }
}

function externalSection({ legacySubfolding }: Store, { name }: CollectedSchema): Section {
  const isFolds = (folds: readonly string[], digits: string | null): boolean => {
    let start = 0
    return (
      folds.length === legacySubfolding.length &&
      folds.every((fold, index) => {
        const length = legacySubfolding[index] ?? 0
        const expected = digits?.slice(start, (start += length)) ?? null
        return expected === null ? /^[0-9a-f]+$/.test(fold) && fold.length === length : fold === expected
      })
    )
  }
  return {
    folder: name,
    owns: (path) => {
      const names = path.slice(name.length + 1).split('/')
      const digits = /^([0-9a-f]{32})(\.|$)/.exec(names.at(-1) ?? '')?.[1]
      return digits !== undefined && isFolds(names.slice(0, -1), digits)
    },
    ownsUnfinished: (path) =>
      isFolds(
        path
          .slice(name.length + 1)
          .split('/')
          .slice(0, -1),
        null,
      ),
  }
}
