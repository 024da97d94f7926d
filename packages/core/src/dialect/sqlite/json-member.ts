import { integerRange } from '../../attribute/integer-type.ts'
import { quoteText } from '../../attribute/quoted-text.ts'
import type { Storage } from '../../attribute/storage.ts'
import type { JsonPath } from '../../relation/expression.ts'
import { jsonPath } from '../json-path.ts'

/** A member of a JSON column as a value of one kind, NULL where it is of another. */
export function memberOf(column: string, path: JsonPath, storage: Storage): string {
  const at = quoteText(jsonPath(path))
  const type = `json_type(${column}, ${at})`
  const value = `json_extract(${column}, ${at})`
  switch (storage.kind) {
    case 'boolean':
      return `CASE ${type} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END`
    case 'integer': {
      const [least, most] = integerRange(storage)
      const whole = `${value} = CAST(${value} AS INTEGER) AND ${value} BETWEEN ${least} AND ${most}`
      return `CASE WHEN ${type} IN ('integer', 'real') AND ${whole} THEN CAST(${value} AS INTEGER) END`
    }
    case 'float':
      return `CASE WHEN ${type} IN ('integer', 'real') THEN CAST(${value} AS REAL) END`
    default:
      return `CASE WHEN ${type} = 'text' THEN ${value} END`
  }
}
