import type { StoredValue } from '../../attribute/storage.ts'
import { lower } from '../../compile/lower.ts'
import type { Connection } from '../../connection/connection.ts'
import type { RawRow } from '../../driver/driver.ts'
import type { RelationNode } from '../../relation/node.ts'
import { project } from '../../relation/project.ts'
import type { Tuple } from '../tuple.ts'

/** The primary keys of a relation in batches, as they are taken. */
export async function* streamKeys(
  connection: Connection,
  relation: RelationNode,
  signal?: AbortSignal,
): AsyncGenerator<readonly Tuple[]> {
  const { dialect } = connection
  const node = project(relation, {})
  const columns = node.heading.flatMap(({ inKey, type }, index) => (inKey ? [{ index, storage: type.storage }] : []))
  const read = (row: RawRow): Tuple => {
    const key: Exclude<StoredValue, null>[] = []
    for (const { index, storage } of columns) {
      const value = dialect.fromRaw(row[index] ?? null, storage)
      if (value !== null) key.push(value)
    }
    return key
  }
  for await (const rows of connection.stream(dialect.select(lower(node)), signal)) yield rows.map(read)
}

/** The primary keys of a relation. */
export async function keysOf(connection: Connection, relation: RelationNode, signal?: AbortSignal): Promise<Tuple[]> {
  const keys: Tuple[] = []
  for await (const batch of streamKeys(connection, relation, signal)) keys.push(...batch)
  return keys
}
