import type { Attribute, Heading } from '../attribute/attribute.ts'
import { externalPath } from '../codec/external-codec.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { TableName } from '../definition/table-declaration.ts'
import type { Condition } from '../relation/condition.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import type { Store } from '../store/store.ts'
import type { PathSet } from './path-set.ts'

/** A table in which DataJoint 0.14 lists the objects of one store, with that store. */
export interface ExternalTable {
  readonly name: TableName
  readonly store: Store
}

/** One row of it that stands for an object; rows that only point to a file are nobody's garbage. */
interface ListedObject {
  readonly hash: Uint8Array
  readonly path: string
  /** When it was last put, by the clock of the database. */
  readonly time: string
}

/** Rows of objects, in bounded memory. */
export async function* readExternalTable(
  connection: Connection,
  { name, store }: ExternalTable,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedObject> {
  const { dialect } = connection
  const node = restrict(tableNode({ name, heading }), { kind: 'is-null', attribute: 'filepath' })
  for await (const rows of connection.stream(dialect.select(lower(node)), signal)) {
    for (const row of rows) {
      const values = heading.map(({ type }, index) => dialect.fromRaw(row[index] ?? null, type.storage))
      const [hash, attachment, , time] = values
      if (!(hash instanceof Uint8Array)) throw new TypeError('a row without a hash')
      const file = typeof attachment === 'string' ? attachment : null
      yield { hash, path: externalPath(store, name.schema, hash, file), time: String(time) }
    }
  }
}

/** The rows that nothing refers to and that are older than a time; `used` is told the paths of all others. */
export async function findUnused(
  connection: Connection,
  table: ExternalTable,
  referred: PathSet | undefined,
  { before, signal, used }: { before: Date; signal: AbortSignal | undefined; used: (path: string) => void },
): Promise<readonly Uint8Array[]> {
  const unused: Uint8Array[] = []
  const latest = timeText(before)
  for await (const { hash, path, time } of readExternalTable(connection, table, signal)) {
    const isReferred = referred?.has(Buffer.from(hash).toString('hex')) === true
    if (isReferred || time >= latest) used(path)
    else unused.push(hash)
  }
  return unused
}

/** Deletes rows that are still as old; where one is referred to after all, the database refuses. Returns how many. */
export async function deleteUnused(
  transaction: Connection,
  { name }: ExternalTable,
  hashes: readonly Uint8Array[],
  { before, signal }: { before: Date; signal: AbortSignal | undefined },
): Promise<number> {
  let deleted = 0
  for (let start = 0; start < hashes.length; start += 1000) {
    const keys = hashes.slice(start, start + 1000).map((hash) => [hash])
    const condition: Condition = {
      kind: 'and',
      conditions: [
        { kind: 'in', attributes: ['hash'], keys },
        { kind: 'compare', attribute: 'timestamp', operator: '<', value: timeText(before) },
      ],
    }
    deleted += await transaction.execute(transaction.dialect.delete(name, heading, condition), signal)
  }
  return deleted
}

/** In UTC, as sessions are. */
const timeText = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ')

const heading: Heading = [
  attribute('hash', { kind: 'uuid' }, true),
  attribute('attachment_name', { kind: 'text', form: 'varchar', length: 255 }),
  attribute('filepath', { kind: 'text', form: 'varchar', length: 1000 }),
  attribute('timestamp', { kind: 'datetime', fraction: 0 }),
]

function attribute(name: string, storage: Attribute['type']['storage'], inKey = false): Attribute {
  const type = { text: storage.kind, storage, codec: null }
  return { name, type, inKey, nullable: !inKey, default: { kind: 'null' }, comment: '', lineage: null }
}
