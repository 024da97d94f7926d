import { integerRange } from '../../attribute/integer-type.ts'
import type { Storage } from '../../attribute/storage.ts'
import { InvalidExpressionError } from '../../relation/errors.ts'
import type { JsonPath } from '../../relation/expression.ts'
import { jsonPath } from '../json-path.ts'
import { quoteText } from './quote.ts'
import type { Variant } from './variant.ts'

type JsonServer = Pick<Variant, 'collation' | 'jsonHyphens'>

/** A member of a JSON column as a value of one kind, NULL where it is of another. */
export function memberOf(column: string, path: JsonPath, storage: Storage, server: JsonServer): string {
  const { collation } = server
  const value = extract(column, path, server)
  const type = typeOf(value, collation)
  const isNumber = `${type} IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL')`
  const number = `CAST(${value} AS DOUBLE)`
  const text = `JSON_UNQUOTE(${value}) COLLATE ${collation}`
  switch (storage.kind) {
    case 'boolean':
      return `CASE WHEN ${type} = 'BOOLEAN' THEN ${text} = 'true' END`
    case 'integer': {
      const [least, most] = integerRange(storage)
      // a double holds not all integers, and MariaDB reads 1e3 as the integer 1 where asked for one
      const integer = `CAST(JSON_UNQUOTE(${value}) AS DECIMAL(65, 0))`
      const whole = `${number} = FLOOR(${number}) AND ${integer} BETWEEN ${least} AND ${most}`
      return `CASE WHEN ${isNumber} AND ${whole} THEN ${integer} END`
    }
    case 'float':
      return `CASE WHEN ${isNumber} THEN ${number} END`
    default:
      return `CASE WHEN ${type} = 'STRING' THEN ${text} END`
  }
}

/** That a member of a JSON column is absent or null. */
export const lacksMember = (column: string, path: JsonPath, server: JsonServer): string =>
  `COALESCE(${typeOf(extract(column, path, server), server.collation)}, 'NULL') = 'NULL'`

/** To the servers, what is no array is the first element of one. */
function extract(column: string, path: JsonPath, { collation, jsonHyphens }: JsonServer): string {
  const lost = jsonHyphens ? undefined : path.find((part) => typeof part === 'string' && part.startsWith('-'))
  if (lost !== undefined) {
    throw new InvalidExpressionError(
      `MariaDB finds no member whose name starts with a hyphen, such as \`${lost}\`. Fetch the whole value, or rename the member.`,
    )
  }
  const at = (part: JsonPath): string => `JSON_EXTRACT(${column}, ${quoteText(jsonPath(part))})`
  const arrays = path.flatMap((part, index) => (part === 0 ? [at(path.slice(0, index))] : []))
  const checks = arrays.map((array) => `${typeOf(array, collation)} = 'ARRAY'`)
  return checks.length === 0 ? at(path) : `CASE WHEN ${checks.join(' AND ')} THEN ${at(path)} END`
}

/** In the character set and collation of the session, which literals have. */
const typeOf = (value: string, collation: string): string =>
  `CONVERT(JSON_TYPE(${value}) USING utf8mb4) COLLATE ${collation}`
