import { parseAttributeType } from '../../attribute/attribute-type.ts'
import type { Attribute, Heading } from '../../attribute/attribute.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import type { Expression, SqlText } from '../../relation/expression.ts'
import type { NaiveRow, SqlMeaning } from './naive.ts'
import { pick } from './random-schema.ts'

/** SQL text that all databases read, and what it means. */
interface Written {
  readonly sql: SqlText
  readonly type: string
  readonly meaning: SqlMeaning
}

/** A value of each row; reads names as they are and quoted ones, and has a value beside it. */
export function rowSql(heading: Heading, [a = 0, b = 0, c = 0]: readonly number[]): Written {
  const { name, type } = pick(heading, a)
  // to MySQL, IS NULL of a date that cannot be NULL means the date 0000-00-00
  const isDate = type.storage.kind === 'date' || type.storage.kind === 'datetime'
  const integers = heading.filter(isInteger)
  if (b % 3 === 0 && integers.length > 0) {
    const integer = pick(integers, a).name
    return {
      sql: { text: ['', ' + ', ''], operands: [named(integer), { kind: 'value', value: BigInt(c % 3) }] },
      type: 'int64',
      meaning: ([row]) => (valueOf(row, integer) === null ? null : BigInt(valueOf(row, integer) ?? 0) + BigInt(c % 3)),
    }
  }
  if (b % 3 === 1) {
    return {
      sql: { text: [isDate ? `COALESCE(${name} = ${name}, 0) = 0` : `${name} IS NULL`], operands: [] },
      type: 'bool',
      meaning: ([row]) => BigInt(valueOf(row, name) === null),
    }
  }
  const end = " THEN 'b' ELSE 'a' END -- a comment"
  return {
    sql: isDate
      ? { text: ['CASE WHEN ', ' = ', end], operands: [named(name), named(name)] }
      : { text: ['CASE WHEN NOT ', ` IS NULL${end}`], operands: [named(name)] },
    type: 'varchar(8)',
    meaning: ([row]) => (valueOf(row, name) === null ? 'a' : 'b'),
  }
}

/** A condition on each row. */
export function conditionSql(heading: Heading, [a = 0, b = 0, c = 0]: readonly number[]): Written {
  const integers = heading.filter(isInteger)
  if (integers.length === 0) return rowSql(heading, [a, 1, c])
  const [left, right] = [pick(integers, a).name, pick(integers, c).name]
  const both = ([row]: readonly NaiveRow[]) => [valueOf(row, left), valueOf(row, right)]
  if (b % 2 === 0) {
    return {
      sql: { text: [`${left} > ${right} OR 1 = `, ''], operands: [{ kind: 'value', value: BigInt(c % 2) }] },
      type: 'bool',
      meaning(rows) {
        const [x = null, y = null] = both(rows)
        return c % 2 === 1 ? 1n : x === null || y === null ? null : BigInt(x > y)
      },
    }
  }
  return {
    sql: { text: ['', ' < ', ''], operands: [named(left), named(right)] },
    type: 'bool',
    meaning(rows) {
      const [x = null, y = null] = both(rows)
      return x === null || y === null ? null : BigInt(x < y)
    },
  }
}

/** A value of the rows of a group; sees the attributes of both. */
export function groupSql(heading: Heading, beside: Heading, [a = 0, b = 0]: readonly number[]): Written {
  const { name } = pick([...heading, ...beside], a)
  const integers = [...heading, ...beside].filter(isInteger)
  if (b % 3 === 0 || integers.length === 0) {
    return {
      sql: { text: [`COUNT(${name}) + COUNT(*)`], operands: [] },
      type: 'int64',
      meaning: (rows) => BigInt(rows.length + rows.filter((row) => valueOf(row, name) !== null).length),
    }
  }
  const integer = pick(integers, a).name
  return {
    sql: { text: ['MAX(', ') + ', ''], operands: [named(integer), { kind: 'value', value: 1n }] },
    type: 'int64',
    meaning(rows) {
      const values = rows.flatMap((row) => valueOf(row, integer) ?? [])
      return values.length === 0 ? null : BigInt(Math.max(...values.map(Number))) + 1n
    },
  }
}

export const sqlExpression = ({ sql, type }: Written): Expression => ({
  kind: 'sql',
  sql,
  type: parseAttributeType(type),
  nullable: true,
})

const named = (name: string) => ({ kind: 'attribute', name }) as const

const isInteger = ({ type: { storage } }: Attribute): boolean => storage.kind === 'integer'

/** Numbers alone are computed with here. */
function valueOf(row: NaiveRow | undefined, name: string): bigint | number | string | null {
  const value: StoredValue = row?.[name] ?? null
  return value instanceof Uint8Array ? 'bytes' : value
}
