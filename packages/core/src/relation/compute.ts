import type { Attribute, AttributeType, Heading } from '../attribute/attribute.ts'
import { safeIntegerType } from '../attribute/integer-type.ts'
import { InvalidExpressionError } from './errors.ts'
import type { Aggregation, Expression, JsonPath, SqlText } from './expression.ts'
import { requireAttribute } from './heading.ts'

/** The attributes that an expression reads: those of a row, or those of a group's rows. */
export interface Scope {
  readonly of: 'row' | 'group'
  readonly heading: Heading
  /** What SQL sees beside them. */
  readonly beside?: Heading
}

/** The attribute that an expression computes: secondary and without lineage. Refuses one that `scope` has no values for. */
export function computed(name: string, expression: Expression, scope: Scope): Attribute {
  const attribute = (type: AttributeType, nullable: boolean): Attribute => ({
    name,
    type,
    inKey: false,
    nullable,
    default: nullable ? { kind: 'null' } : { kind: 'required' },
    comment: '',
    lineage: null,
  })
  switch (expression.kind) {
    case 'sql':
      requireSqlText(expression.sql, [...scope.heading, ...(scope.beside ?? [])])
      return attribute(expression.type, expression.nullable)
    case 'json':
      if (scope.of === 'group') {
        throw new InvalidExpressionError(
          `\`${name}\` is a member of one JSON value, and a group has many. Compute it with project() first.`,
        )
      }
      requireJsonPath(scope.heading, expression.attribute, expression.path)
      return attribute(jsonMemberType(name, expression.type), true)
    case 'aggregate': {
      if (scope.of === 'row') {
        throw new InvalidExpressionError(
          `\`${name}\` is computed over the rows of a group, which only aggregate() makes.`,
        )
      }
      const type = aggregatedType(name, expression.aggregation, expression.attribute, scope.heading)
      const counts = expression.aggregation === 'count' || expression.aggregation === 'count-distinct'
      return attribute(type, !counts)
    }
  }
}

/** Refuses SQL that names an attribute which is not there. */
export function requireSqlText({ operands }: SqlText, heading: Heading): void {
  for (const operand of operands) if (operand.kind === 'attribute') requireAttribute(heading, operand.name)
}

/** Refuses a path into anything but a JSON attribute. */
export function requireJsonPath(heading: Heading, name: string, path: JsonPath): void {
  const { type } = requireAttribute(heading, name)
  if (type.storage.kind !== 'json' || type.codec !== null) {
    throw new InvalidExpressionError(`\`${name}\` is ${type.text}: only values of json have members.`)
  }
  const wrong = path.find((part) => typeof part === 'number' && !(Number.isSafeInteger(part) && part >= 0))
  if (wrong !== undefined) {
    throw new InvalidExpressionError(`${String(wrong)} is no place in an array: places are whole numbers from 0 on.`)
  }
}

const double: AttributeType = { text: 'float64', storage: { kind: 'float', bits: 64 }, codec: null }

/** What JSON can hold and each database can read from it alike. */
function jsonMemberType(name: string, type: AttributeType): AttributeType {
  const { kind } = type.storage
  if (type.codec === null && ['integer', 'boolean', 'float', 'text'].includes(kind)) return type
  throw new InvalidExpressionError(
    `\`${name}\` cannot be ${type.text}: a member of a JSON value is read as an integer, a float, a bool or text.`,
  )
}

function aggregatedType(
  name: string,
  aggregation: Aggregation,
  attribute: string | null,
  heading: Heading,
): AttributeType {
  if (attribute === null) {
    if (aggregation === 'count') return safeIntegerType
    throw new InvalidExpressionError(`\`${name}\`: ${aggregation} needs an attribute.`)
  }
  const { type } = requireAttribute(heading, attribute)
  const { storage } = type
  const refuse = (can: string): InvalidExpressionError =>
    new InvalidExpressionError(`\`${name}\`: ${aggregation} takes ${can}, and \`${attribute}\` is ${type.text}.`)
  switch (aggregation) {
    case 'count':
      return safeIntegerType
    case 'count-distinct':
      if (!isComparable(type)) throw refuse('values that can be compared')
      return safeIntegerType
    case 'min':
    case 'max':
      if (!isComparable(type) || storage.kind === 'bytes') throw refuse('values that have an order')
      return type
    case 'average':
      if (!isNumber(type)) throw refuse('numbers')
      return double
    case 'sum':
      if (!isNumber(type)) throw refuse('numbers')
      if (storage.kind === 'float') return double
      return storage.kind === 'decimal' ? sumOf(storage.scale) : safeIntegerType
  }
}

const sumOf = (scale: number): AttributeType => ({
  text: `decimal(65,${scale})`,
  storage: { kind: 'decimal', precision: 65, scale },
  codec: null,
})

/** Whether equal values are stored alike: JSON text may be spelt in many ways, and a codec may write anything. */
export const isComparable = ({ storage, codec }: AttributeType): boolean => storage.kind !== 'json' && codec === null

/** Whether values are numbers, which compare by value whatever their type. */
export const isNumber = ({ storage: { kind }, codec }: AttributeType): boolean =>
  codec === null && (kind === 'integer' || kind === 'float' || kind === 'decimal' || kind === 'boolean')
