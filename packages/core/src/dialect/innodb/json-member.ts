import { integerRange } from '../../attribute/integer-type.ts'
import type { Storage } from '../../attribute/storage.ts'
import type { JsonPath } from '../../relation/expression.ts'
import { jsonPath } from '../json-path.ts'
import { quoteText } from './quote.ts'

/** A member of a JSON column as a value of one kind, NULL where it is of another. */
export function memberOf(column: string, path: JsonPath, storage: Storage, collation: string): string {
  const value = `JSON_EXTRACT(${column}, ${quoteText(jsonPath(path))})`
  const type = `JSON_TYPE(${value})`
  const isNumber = `${type} IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL')`
  const number = `CAST(${value} AS DOUBLE)`
  switch (storage.kind) {
    case 'boolean':
      return `CASE WHEN ${type} = 'BOOLEAN' THEN JSON_UNQUOTE(${value}) = 'true' END`
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
      return `CASE WHEN ${type} = 'STRING' THEN JSON_UNQUOTE(${value}) COLLATE ${collation} END`
  }
}
