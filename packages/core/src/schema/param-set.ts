import { createHash } from 'node:crypto'
import { PipelineError } from '../errors.ts'
import type { Database } from '../query/database.ts'
import { checkTable } from '../query/call.ts'
import { InvalidCallError, show } from '../options.ts'
import { formatKey, isPlain } from '../query/given-row.ts'
import { keyNames } from '../query/key-names.ts'
import type { NewRow, Table } from '../query/table.ts'

/** The attributes that every table of parameter sets has beside its index and, mostly, a method. */
export interface ParamSetAttributes {
  readonly paramset_desc: string
  readonly param_set_hash: string
  readonly params: unknown
}

/** A table of parameter sets: its key is their index, and `param_set_hash` is unique. */
export type ParamSetTable = Table<object, ParamSetAttributes>

/** A parameter set as it is given: its hash follows from it. */
export type NewParamSet<T extends ParamSetTable> = Omit<NewRow<T>, 'param_set_hash'>

/** The same parameters have another index already. */
export class ParamSetExistsError extends PipelineError {
  override readonly name = 'ParamSetExistsError'
  readonly code = 'param-set-exists'
  readonly table: string
  readonly existing: object
  constructor(table: string, existing: object) {
    super(`${table} has these parameters already, as ${formatKey(existing)}. Use that one.`)
    this.table = table
    this.existing = existing
  }
}

/** The index has other parameters already. */
export class ParamSetIndexTakenError extends PipelineError {
  override readonly name = 'ParamSetIndexTakenError'
  readonly code = 'param-set-index-taken'
  readonly table: string
  readonly index: object
  readonly description: string
  constructor(table: string, index: object, description: string) {
    super(
      `${table} has other parameters as ${formatKey(index)} ("${description}"), and results may be made with them. Take another index.`,
    )
    this.table = table
    this.index = index
    this.description = description
  }
}

/** A parameter is nothing that JSON keeps as it is, so that it would have no hash. */
export class InvalidParamSetError extends PipelineError {
  override readonly name = 'InvalidParamSetError'
  readonly code = 'invalid-param-set'
  /** Where in the parameters: `params.filter.low`. */
  readonly path: string
  constructor(path: string, found: string) {
    super(
      `The parameter ${path} is ${found}. Parameters are numbers, strings, booleans, null, and lists and objects of them.`,
    )
    this.path = path
  }
}

/**
 * Inserts a parameter set with its hash. Returns false where the same set has the same index already.
 *
 * @throws ParamSetExistsError `param-set-exists` where it has another index
 * @throws ParamSetIndexTakenError `param-set-index-taken` where other parameters have its index
 */
export async function insertParamSet<T extends ParamSetTable>(
  db: Database,
  table: T,
  row: NewParamSet<T>,
): Promise<boolean> {
  checkTable('insertParamSet()', table)
  if (!(row instanceof Object)) {
    throw new InvalidCallError(`insertParamSet() takes a row, { paramset_idx: 1, … }, and was given ${show(row)}.`)
  }
  const key = keyNames(table.declaration)
  const isIndex = ([name]: readonly [string, unknown]) => key.includes(name)
  const given: readonly (readonly [string, unknown])[] = Object.entries(row)
  const index = Object.fromEntries(given.filter(isIndex))
  const param_set_hash = paramSetHash(
    Object.fromEntries(given.filter((entry) => !isIndex(entry) && entry[0] !== 'paramset_desc')),
  )
  const sets: ParamSetTable = table
  return db.transaction(async (transaction) => {
    const rows = transaction(sets)
    const alike = rows.restrict({ param_set_hash })
    if (await alike.forKey(index).exists()) return false
    const [same] = await alike.keys()
    if (same) throw new ParamSetExistsError(table.typeName, same)
    const [other] = await rows.forKey(index).project('paramset_desc').fetch()
    if (other) throw new ParamSetIndexTakenError(table.typeName, index, other.paramset_desc)
    await rows.insert([{ ...row, param_set_hash }])
    return true
  })
}

/**
 * The identity of parameters: the first 16 bytes of the SHA-256 of their canonical JSON (RFC 8785: names sorted by
 * UTF-16 units, no spaces, numbers as JavaScript writes them), as a UUID of version 8 (RFC 9562). A member that is
 * `undefined` does not count.
 *
 * ```ts
 * paramSetHash({ b: [1, 2.5], a: 'x' }) === paramSetHash({ a: 'x', b: [1, 2.5] }) // true
 * ```
 *
 * @throws InvalidParamSetError `invalid-param-set` for what JSON cannot say
 */
export function paramSetHash(parameters: Readonly<Record<string, unknown>>): string {
  // from JavaScript, what is no object would have a hash too
  if (typeof parameters !== 'object' || parameters === null || !isPlain(parameters)) {
    throw new InvalidCallError(`paramSetHash() takes an object of parameters, and was given ${show(parameters)}.`)
  }
  const bytes = createHash('sha256').update(formatCanonical(parameters, '')).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function formatCanonical(value: unknown, path: string): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (Array.isArray(value))
    return `[${Array.from(value, (item, at) => formatCanonical(item, `${path}[${at}]`)).join(',')}]`
  if (typeof value !== 'object' || !isPlain(value)) throw new InvalidParamSetError(path || '(all)', nameOf(value))
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, member]) => `${JSON.stringify(name)}:${formatCanonical(member, path === '' ? name : `${path}.${name}`)}`,
    )
  return `{${members.join(',')}}`
}

const nameOf = (value: unknown): string =>
  typeof value === 'object'
    ? `a ${value?.constructor.name ?? 'value'}`
    : typeof value === 'number'
      ? `${value}`
      : `a ${typeof value}`
