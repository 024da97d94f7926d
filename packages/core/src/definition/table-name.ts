import { InvalidNameError } from './errors.ts'
import type { Tier } from './tier.ts'

/** The longest name of a database, table or column that MySQL and MariaDB take. */
export const longestName = 64

type OwnTier = Exclude<Tier, 'part'>
const prefixes: Readonly<Record<OwnTier, string>> = { manual: '', lookup: '#', imported: '_', computed: '__' }

const base = '[a-z][a-z0-9]*(?:_[a-z][a-z0-9]*)*'
const pattern = new RegExp(`^(#|__|_|)(${base})(?:__(${base}))?$`)

/**
 * The name of a table in the database: `ProbeInsertion` becomes `probe_insertion`, `#`, `_` or `__` before it telling
 * the tier; that of a part follows its master's after `__`.
 *
 * @throws InvalidNameError `invalid-name` unless the name is CamelCase, `name-too-long` beyond 64 characters
 */
export function tableName(name: string, tier: Tier, master?: string): string {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) {
    throw new InvalidNameError(
      'invalid-name',
      name,
      'is no name for a table',
      'Write it in CamelCase: a capital first, then letters and digits.',
    )
  }
  const snake = name.replace(/(?!^)[A-Z]/g, '_$&').toLowerCase()
  const table = tier === 'part' ? `${requireMaster(name, master)}__${snake}` : `${prefixes[tier]}${snake}`
  if (table.length > longestName) {
    throw new InvalidNameError(
      'name-too-long',
      name,
      `becomes the table \`${table}\` of ${table.length} characters, and databases take ${longestName}`,
      'Shorten it; every capital counts for two characters.',
    )
  }
  return table
}

function requireMaster(name: string, master: string | undefined): string {
  if (master === undefined) {
    throw new InvalidNameError('invalid-name', name, 'is a part without a master', 'Give the table of its master.')
  }
  return master
}

/** The name that a table goes by in definitions: `_recording` is `Recording`, `#probe_type__electrode` is `ProbeType.Electrode`. */
export function typeName(table: string): string {
  const [, , own = table, part] = pattern.exec(table) ?? []
  return part === undefined ? camelCase(own) : `${camelCase(own)}.${camelCase(part)}`
}

const camelCase = (snake: string): string =>
  snake.replace(/(?:[\W_]+|^)([a-z0-9]?)/g, (_, first: string) => first.toUpperCase())

const order: readonly (Tier | null)[] = ['manual', 'lookup', 'imported', 'computed', 'part', null]

/**
 * The type names of the tables of one schema, each its own and one that a program can use, whoever named the tables: where
 * two would be called alike (`foo` and `#foo`), the second is called by its tier too, and what is no name gets one. Views
 * take what names are left.
 */
export function nameTables(tables: readonly string[], views: readonly string[] = []): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  const sorted = [tables, views].flatMap((some) =>
    some.toSorted((a, b) => order.indexOf(tierOf(a)) - order.indexOf(tierOf(b)) || (a < b ? -1 : 1)),
  )
  for (const table of sorted) {
    const [own = '', part] = typeName(table).split('.')
    const master = part === undefined ? null : (names.get(masterTable(table) ?? '') ?? own)
    const simple = (part ?? own).replaceAll(/[^A-Za-z0-9]/g, '')
    const usable = /^[A-Z]/.test(simple) ? simple : `Table${simple}`
    const tier = tierOf(table) ?? 'table'
    const candidates = [usable, `${usable}${tier.charAt(0).toUpperCase()}${tier.slice(1)}`]
    const full = (name: string): string => (master === null ? name : `${master}.${name}`)
    let name = candidates.find((candidate) => !taken.has(full(candidate)))
    for (let number = 2; name === undefined; number += 1) {
      if (!taken.has(full(`${usable}${number}`))) name = `${usable}${number}`
    }
    taken.add(full(name))
    names.set(table, full(name))
  }
  return names
}

/** The tier that a table's name tells; `null` for a hidden table and for one that is not a pipeline's. */
export function tierOf(table: string): Tier | null {
  const match = pattern.exec(table)
  if (!match) return null
  if (match[3] !== undefined) return 'part'
  return match[1] === '#' ? 'lookup' : match[1] === '__' ? 'computed' : match[1] === '_' ? 'imported' : 'manual'
}

/** The table of a part's master; `null` where the table is no part. */
export function masterTable(table: string): string | null {
  const match = pattern.exec(table)
  return match?.[3] === undefined ? null : table.slice(0, -match[3].length - 2)
}

/** The databases that a server keeps for itself. */
const reserved = new Set(['mysql', 'information_schema', 'performance_schema', 'sys'])

/**
 * Refuses a name that cannot be a schema's on every database.
 *
 * @throws InvalidNameError `invalid-name` or `name-too-long`
 */
export function requireSchemaName(name: string): string {
  if (!/^[A-Za-z][\w-]*$/.test(name)) {
    throw new InvalidNameError(
      'invalid-name',
      name,
      'is no name for a schema',
      'Start with a letter; letters, digits, _ and - may follow.',
    )
  }
  if (reserved.has(name.toLowerCase())) {
    throw new InvalidNameError('invalid-name', name, 'belongs to the database server', 'Choose another name.')
  }
  if (name.length > longestName) {
    throw new InvalidNameError(
      'name-too-long',
      name,
      `has ${name.length} characters, and databases take ${longestName}`,
      'Shorten it.',
    )
  }
  return name
}
