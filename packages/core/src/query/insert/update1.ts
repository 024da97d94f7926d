import { isDeepStrictEqual } from 'node:util'
import type { Attribute } from '../../attribute/attribute.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import { toStored } from '../../attribute/to-stored.ts'
import type { External } from '../../codec/external.ts'
import { lower } from '../../compile/lower.ts'
import type { Connection } from '../../connection/connection.ts'
import type { Condition } from '../../relation/condition.ts'
import type { RelationNode } from '../../relation/node.ts'
import { project } from '../../relation/project.ts'
import { restrict } from '../../relation/restrict.ts'
import { tableNode } from '../../relation/table.ts'
import type { Context } from '../context.ts'
import { ownTransaction } from '../deadlock.ts'
import { KeylessTableError } from '../errors.ts'
import { writeExternals } from '../external-rows.ts'
import { formatKey, formatValue, isRow, valueIn } from '../given-row.ts'
import { explainRefused } from './insert-problem.ts'
import { isAboutValue, problemOf } from './row-encoder.ts'
import type { AnyTable } from '../table.ts'
import { identify } from '../tuple.ts'
import { InvalidUpdateError, NoSuchRowError } from './write-errors.ts'

export interface UpdateRowOptions {
  readonly signal?: AbortSignal
}

type NewValue = readonly [attribute: Attribute, value: StoredValue]

/**
 * Gives the row with the key of `row` the other values of `row`; attributes that it leaves out stay. Tells whether that
 * changed anything.
 */
export async function updateRow(
  context: Context,
  table: AnyTable,
  row: unknown,
  { signal }: UpdateRowOptions,
): Promise<boolean> {
  if (table.declaration.keyless) throw new KeylessTableError(table.typeName, 'update1()')
  const { key, values, externals } = await readUpdate(context, table, row, signal)
  const node = restrict(tableNode(table.declaration), keyCondition(key))
  const update = async (transaction: Connection): Promise<boolean> => {
    const present = await readPresent(transaction, node, values, signal)
    if (!present) {
      const shown = Object.fromEntries(key.map(([{ name }, value]) => [name, formatValue(value)]))
      throw new NoSuchRowError(table.typeName, formatKey(shown))
    }
    const changed = values.filter(
      ([attribute, value]) => !isSame(attribute, value, present.get(attribute.name) ?? null),
    )
    if (changed.length === 0) return false
    await writeExternals(transaction, externals, signal)
    const { name, heading } = table.declaration
    try {
      await transaction.execute(transaction.dialect.update(name, heading, changed, node.condition), signal)
    } catch (error) {
      const updated = new Map([...present, ...changed.map(([attribute, value]) => [attribute.name, value] as const)])
      const batch = { attributes: heading, rows: [heading.map((one) => updated.get(one.name) ?? null)], places: [] }
      const undone = 'Nothing was changed.'
      throw await explainRefused(transaction, { table, batch, onDuplicate: 'replace', undone }, error)
    }
    return true
  }
  return ownTransaction(context.connection, update, { signal })
}

/** What is to be updated, and how; refuses everything that is not exactly that. */
async function readUpdate(context: Context, table: AnyTable, row: unknown, signal: AbortSignal | undefined) {
  const { heading } = table.declaration
  const refuse = (names: readonly string[], problem: string, cause?: unknown) =>
    new InvalidUpdateError(table.typeName, names, problem, cause)
  if (!isRow(row)) throw refuse([], 'it was given no object, { attribute: value }.')
  const known = new Set(heading.map(({ name }) => name))
  for (const name of Object.keys(row)) {
    if (known.has(name)) continue
    throw refuse([name], `it has no attribute \`${name}\`; it has ${[...known].map((one) => `\`${one}\``).join(', ')}.`)
  }
  const given: NewValue[] = []
  const externals: External[] = []
  // the objects of a row are named for its key, which comes first
  for (const attribute of heading.toSorted((left, right) => Number(right.inKey) - Number(left.inKey))) {
    const value = valueIn(row, attribute.name)
    if (value === undefined) {
      if (attribute.inKey) throw refuse([attribute.name], `\`${attribute.name}\`, of the primary key, is missing.`)
      continue
    }
    try {
      const key = given.filter(([{ inKey }]) => inKey)
      given.push([attribute, await encode(context, table, attribute, value, { key, externals, signal })])
    } catch (error) {
      if (!isAboutValue(error)) throw error
      throw refuse([attribute.name], problemOf(attribute, error), error)
    }
  }
  const values = given.filter(([{ inKey }]) => !inKey)
  if (values.length === 0) {
    const all = heading.filter(({ inKey }) => !inKey).map(({ name }) => `\`${name}\``)
    throw refuse([], `only its key was given. Name what is to change: ${all.join(', ') || 'it has nothing else'}.`)
  }
  return { key: given.filter(([{ inKey }]) => inKey), values, externals }
}

async function encode(
  { codecs, stores }: Context,
  table: AnyTable,
  attribute: Attribute,
  value: unknown,
  { key, externals, signal }: EncodeParts,
): Promise<StoredValue> {
  if (attribute.type.codec === null || value === null) return toStored(attribute, value)
  const { schema, table: tableName } = table.declaration.name
  return codecs.get(attribute.type).encode(value, {
    schema,
    table: tableName,
    attribute: attribute.name,
    key: key.map(([{ name, type }, stored]) => ({ name, type, value: stored })),
    stores,
    track: (external) => void externals.push(external),
    ...(signal && { signal }),
  })
}

interface EncodeParts {
  readonly key: readonly NewValue[]
  readonly externals: External[]
  readonly signal: AbortSignal | undefined
}

const keyCondition = (key: readonly NewValue[]): Condition => ({
  kind: 'and',
  conditions: key.flatMap(([{ name }, value]) =>
    value === null ? [] : [{ kind: 'compare', attribute: name, operator: '=', value } as const],
  ),
})

/** The row that is there, without values of codecs that stay as they are; `null` where there is none. */
async function readPresent(
  transaction: Connection,
  node: RelationNode,
  values: readonly NewValue[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, StoredValue> | null> {
  const { dialect } = transaction
  const isRead = ({ name, type }: Attribute) => type.codec === null || values.some(([one]) => one.name === name)
  const names = node.heading.filter(isRead).map(({ name }) => [name, name] as const)
  const wanted = project(node, Object.fromEntries(names))
  const [row] = await transaction.query(dialect.select(lower(wanted)), signal)
  if (!row) return null
  return new Map(
    wanted.heading.map(({ name, type }, index) => [name, dialect.fromRaw(row[index] ?? null, type.storage)]),
  )
}

/** A server writes JSON in its own way. */
const isSame = ({ type }: Attribute, value: StoredValue, present: StoredValue): boolean =>
  type.storage.kind === 'json' && typeof value === 'string' && typeof present === 'string'
    ? isDeepStrictEqual(JSON.parse(value), JSON.parse(present))
    : identify([value]) === identify([present])
