import type { Attribute, AttributeType, Heading } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { externalStoreOf } from '../attribute/legacy-type.ts'
import type { External } from '../codec/external.ts'
import { ExternalError } from '../codec/codec-error.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { Condition } from '../relation/condition.ts'
import { equalIn } from '../relation/matches.ts'
import type { RelationNode } from '../relation/node.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import type { Context } from './context.ts'

/** Looks up what `~external_<store>` says of the objects that the values of one attribute refer to. */
export type FindExternal = (hash: Uint8Array) => External | undefined

/** Whether a value says by itself where its object is not: its name or path is in the tracking table. */
export const isListed = ({ codec }: AttributeType): boolean =>
  codec?.name === 'external-attach' || codec?.name === 'external-filepath'

/** The type says in which schema and store the objects are. */
type ListedType = Pick<AttributeType, 'codec'>

const HASHES_AT_ONCE = 10_000

/** Reads the tracking rows of some values of one attribute. */
export async function readExternals(
  { connection }: Pick<Context, 'connection'>,
  type: ListedType,
  hashes: readonly Uint8Array[],
  signal: AbortSignal | undefined,
): Promise<FindExternal> {
  const found = new Map<string, External>()
  const distinct = [...new Map(hashes.map((hash) => [hex(hash), hash])).values()]
  for (let start = 0; start < distinct.length; start += HASHES_AT_ONCE) {
    const keys = distinct.slice(start, start + HASHES_AT_ONCE).map((hash) => [hash])
    const condition: Condition = { kind: 'in', attributes: ['hash'], keys }
    for (const external of await read(connection, type, condition, signal)) found.set(hex(external.hash), external)
  }
  return (hash) => found.get(hex(hash))
}

/** Reads the tracking rows of all values that an attribute has in a relation. */
export async function readExternalsOf(
  connection: Connection,
  { name, type }: Attribute,
  node: RelationNode,
  signal: AbortSignal | undefined,
): Promise<readonly External[]> {
  return read(connection, type, equalIn(node, ['hash'], [name]), signal)
}

/** The tracking rows that a stream needs which is the only reader of its transaction while it runs. */
export async function readExternalsBefore(
  connection: Connection,
  node: RelationNode,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, FindExternal>> {
  const found = new Map<string, FindExternal>()
  for (const attribute of listedIn(node.heading)) {
    const externals = await readExternalsOf(connection, attribute, node, signal)
    const byHash = new Map(externals.map((external) => [hex(external.hash), external]))
    found.set(attribute.name, (hash) => byHash.get(hex(hash)))
  }
  return found
}

export const listedIn = (heading: Heading): readonly Attribute[] => heading.filter(({ type }) => isListed(type))

/** Writes tracking rows, before the rows that refer to them; those that are there become as young as new ones. */
export async function writeExternals(
  transaction: Connection,
  externals: readonly External[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const groups = Map.groupBy(externals, ({ schema, store }) => `${schema} ${store}`)
  for (const group of groups.values()) {
    const distinct = new Map(group.map((external) => [hex(external.hash), external]))
    // in one order, so that two transactions do not wait for each other
    const sorted = [...distinct].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, external]) => external)
    await refuseChanged(transaction, sorted, signal)
    for (let start = 0; start < sorted.length; start += ROWS_AT_ONCE) {
      const rows = sorted.slice(start, start + ROWS_AT_ONCE)
      const [first] = rows
      if (!first) continue
      const table = { schema: first.schema, table: `~external_${first.store}` }
      await transaction.execute(transaction.dialect.trackExternals(table, rows.map(valuesOf)), signal)
    }
  }
}

const ROWS_AT_ONCE = 500

/** A file that others refer to by its path is another one by now: their checksum is that of the old one. */
async function refuseChanged(
  transaction: Connection,
  externals: readonly External[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const files = externals.filter(({ filepath }) => filepath !== null)
  const [first] = files
  if (!first) return
  const place = { name: 'external-filepath', store: first.store, schema: first.schema }
  const hashes = files.map(({ hash }) => hash)
  const find = await readExternals({ connection: transaction }, { codec: place }, hashes, signal)
  for (const { hash, filepath, size, contentsHash, store } of files) {
    const other = find(hash)
    if (!other) continue
    const isSame = other.contentsHash === null || contentsHash === null || hex(other.contentsHash) === hex(contentsHash)
    if (isSame && other.size === size) continue
    const problem =
      `cannot refer to ${filepath}: another row does, and the file was changed since. Restore it, or give the new file ` +
      'another name.'
    throw new ExternalError(`filepath@${store}`, hex(hash), problem)
  }
}

async function read(
  connection: Connection,
  type: ListedType,
  condition: Condition,
  signal: AbortSignal | undefined,
): Promise<readonly External[]> {
  const node = restrict(listOf(type), condition)
  const { dialect } = connection
  const rows = await connection.query(dialect.select(lower(node)), signal)
  const { schema, store } = placeOf(type)
  return rows.map((row) => {
    const values = node.heading.map((attribute, index) => dialect.fromRaw(row[index] ?? null, attribute.type.storage))
    const [hash, size, attachmentName, filepath, contentsHash] = values
    return {
      schema,
      store,
      hash: hash instanceof Uint8Array ? hash : new Uint8Array(),
      size: typeof size === 'bigint' ? size : 0n,
      attachmentName: typeof attachmentName === 'string' ? attachmentName : null,
      filepath: typeof filepath === 'string' ? filepath : null,
      contentsHash: contentsHash instanceof Uint8Array ? contentsHash : null,
    }
  })
}

const placeOf = (type: ListedType) => ({
  schema: type.codec?.schema ?? '',
  store: type.codec?.store ?? '',
})

/** `~external_<store>` as a relation, without its timestamps. */
function listOf(type: ListedType) {
  const { schema, store } = placeOf(type)
  return tableNode({ name: { schema, table: `~external_${store}` }, heading: listed })
}

const listed: Heading = [
  attribute('hash', { kind: 'uuid' }, true),
  attribute('size', { kind: 'integer', bits: 64, unsigned: true }),
  attribute('attachment_name', { kind: 'text', form: 'varchar', length: 255 }),
  attribute('filepath', { kind: 'text', form: 'varchar', length: 1000 }),
  attribute('contents_hash', { kind: 'uuid' }),
]

function attribute(name: string, storage: AttributeType['storage'], inKey = false): Attribute {
  const type = { text: storage.kind, storage, codec: null }
  return { name, type, inKey, nullable: !inKey, default: { kind: 'null' }, comment: '', lineage: null }
}

const valuesOf = ({ hash, size, attachmentName, filepath, contentsHash }: External): readonly StoredValue[] => [
  hash,
  size,
  attachmentName,
  filepath,
  contentsHash,
]

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** The external attributes of a heading. */
export const externalIn = (heading: Heading): readonly Attribute[] =>
  heading.filter(({ type }) => externalStoreOf(type) !== null)
