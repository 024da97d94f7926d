import type { StoredValue } from '../../attribute/storage.ts'
import type { Connection } from '../../connection/connection.ts'
import { codeOf } from '../../errors.ts'
import { formatValue } from '../given-row.ts'
import type { RefusedRows } from './insert-problem.ts'
import { InvalidRowError } from './write-errors.ts'

/**
 * Which row holds the value that the database did not take, and in which attributes it may be: a server tells of text that
 * the character set of a column does not have, and not where it stands. What is inserted while looking for it goes with the
 * transaction.
 */
export async function findRefusedValue(
  transaction: Connection,
  { table, batch, onDuplicate }: RefusedRows,
  error: Error & { readonly attribute?: unknown },
): Promise<InvalidRowError | null> {
  const { attributes, places } = batch
  const { name } = table.declaration
  let [start, end] = [0, batch.rows.length]
  while (end - start > 1) {
    const middle = (start + end) >> 1
    try {
      const statement = transaction.dialect.insert(name, attributes, batch.rows.slice(start, middle), onDuplicate)
      await transaction.execute(statement)
      start = middle
    } catch (found) {
      if (codeOf(found) !== codeOf(error)) return null
      end = middle
    }
  }
  const { row = null, line = null } = places[start] ?? {}
  if (row === null) return null
  const values = batch.rows[start] ?? []
  const known = attributes.flatMap((attribute, index) => {
    const value = values[index] ?? null
    const isIt = typeof error.attribute === 'string' ? attribute.name === error.attribute : isBeyondAscii(value)
    return isIt ? [{ name: attribute.name, value }] : []
  })
  const what = known.map((one) => `\`${one.name}\` = ${shorten(formatValue(one.value ?? 'NULL'))}`).join(', ')
  return new InvalidRowError(
    table.typeName,
    { row, line },
    known.map((one) => one.name),
    what === '' ? error.message : `${what}: ${error.message}`,
    error,
  )
}

// oxlint-disable-next-line no-control-regex -- those that every character set has
const isBeyondAscii = (value: StoredValue): boolean => typeof value === 'string' && /[^\0-\x7f]/.test(value)

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text)
