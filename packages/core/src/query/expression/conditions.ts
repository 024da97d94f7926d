import type { Attribute } from '../../attribute/attribute.ts'
import { InvalidValueError } from '../../attribute/errors.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import { toStored } from '../../attribute/to-stored.ts'
import type { Comparison, Condition } from '../../relation/condition.ts'
import { isComparable } from '../../relation/compute.ts'
import type { JsonPath } from '../../relation/expression.ts'
import { RestrictingValueError } from '../algebra-errors.ts'
import { isComparing } from './comparison.ts'
import { InvalidRestrictionError } from '../errors.ts'
import { isMade } from '../made.ts'
import { describeRestriction } from './restriction-text.ts'

/** The condition that an attribute has a value, or compares with one; `null` means that it is NULL. */
export function attributeCondition(attribute: Attribute, wanted: unknown, label: string): Condition {
  const { name } = attribute
  if (!isComparing(wanted)) return equals(attribute, wanted, label)
  const { test } = wanted
  switch (test.kind) {
    case 'compare':
      return test.operator === '!=' && test.value === null
        ? { kind: 'not', condition: { kind: 'is-null', attribute: name } }
        : compare(attribute, test.operator, test.value, label)
    case 'between':
      return {
        kind: 'and',
        conditions: [compare(attribute, '>=', test.low, label), compare(attribute, '<=', test.high, label)],
      }
    case 'one-of': {
      const keys = test.values.filter((value) => value !== null).map((value) => [storedOf(attribute, value, label)])
      if (!test.values.includes(null)) return { kind: 'in', attributes: [name], keys }
      const none = { kind: 'is-null', attribute: name } as const
      return { kind: 'or', conditions: [{ kind: 'in', attributes: [name], keys }, none] }
    }
    case 'like':
      return { kind: 'like', attribute: name, pattern: test.pattern }
  }
}

/** The condition that an attribute has a value; `null` means that it is NULL. */
export function equals(attribute: Attribute, value: unknown, label: string): Condition {
  if (value === null) return { kind: 'is-null', attribute: attribute.name }
  return { kind: 'compare', attribute: attribute.name, operator: '=', value: storedOf(attribute, value, label) }
}

/** The condition that a member of a JSON attribute has a value, or compares with one; `null`: it is absent or null. */
export function jsonCondition(attribute: string, path: JsonPath, wanted: unknown): Condition {
  const none = { kind: 'json-null', attribute, path } as const
  const compares = (operator: Comparison, value: unknown): Condition => ({
    kind: 'json',
    attribute,
    path,
    operator,
    value: jsonValueOf(attribute, value),
  })
  if (wanted === null) return none
  if (!isComparing(wanted)) return compares('=', wanted)
  const { test } = wanted
  switch (test.kind) {
    case 'compare':
      return test.value === null ? { kind: 'not', condition: none } : compares(test.operator, test.value)
    case 'between':
      return { kind: 'and', conditions: [compares('>=', test.low), compares('<=', test.high)] }
    case 'one-of':
      return { kind: 'or', conditions: test.values.map((value) => (value === null ? none : compares('=', value))) }
    case 'like':
      throw new InvalidRestrictionError(
        `a pattern for a member of \`${attribute}\``,
        'Compute the member with json() in a projection first.',
      )
  }
}

function compare(attribute: Attribute, operator: Comparison, value: unknown, label: string): Condition {
  const compared = value instanceof Date ? floorDate(attribute, operator, value) : { operator, value }
  return {
    kind: 'compare',
    attribute: attribute.name,
    operator: compared.operator,
    value: storedOf(attribute, compared.value, label),
  }
}

/**
 * A `Date` has milliseconds and an attribute may have none: what is before a moment within a second is at that second at the
 * latest, and what is after it is after that second.
 */
function floorDate({ type: { storage } }: Attribute, operator: Comparison, date: Date) {
  const unit = storage.kind === 'datetime' ? 10 ** Math.max(0, 3 - storage.fraction) : 1
  const floor = new Date(Math.floor(date.getTime() / unit) * unit)
  if (floor.getTime() === date.getTime()) return { operator, value: date }
  if (operator === '<' || operator === '<=') return { operator: '<=', value: floor } as const
  if (operator === '>' || operator === '>=') return { operator: '>', value: floor } as const
  return { operator, value: date }
}

/** The value in the form in which it is stored; refuses what an attribute of this type never holds. */
function storedOf(attribute: Attribute, value: unknown, label: string): Exclude<StoredValue, null> {
  const { name, type } = attribute
  if (!isComparable(type)) {
    throw new InvalidRestrictionError(
      `\`${name}\`, which is ${type.text}`,
      type.storage.kind === 'json' && type.codec === null
        ? `Its values cannot be compared, their members can: { '${name}.member': value }.`
        : 'Its values cannot be compared.',
    )
  }
  if (Array.isArray(value)) {
    throw new InvalidRestrictionError(
      `\`${name}\` = ${describeRestriction(value)}`,
      'For one of several values, write oneOf([first, second]).',
    )
  }
  if (value === undefined || isMade(value)) {
    throw new InvalidRestrictionError(
      `\`${name}\` = ${describeRestriction(value)}`,
      'Give one value, or a comparison such as gt(5), oneOf([1, 2]) or like(text).',
    )
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    const expected = 'a finite number (null finds rows without a value)'
    throw new RestrictingValueError(label, { attribute: name, type: type.text, value, expected })
  }
  try {
    const stored = toStored({ name, type, nullable: false }, value)
    // not nullable: NULL cannot come out of it
    if (stored !== null) return stored
  } catch (error) {
    if (error instanceof InvalidValueError) throw new RestrictingValueError(label, error)
    throw error
  }
  throw new RestrictingValueError(label, { attribute: name, type: type.text, value, expected: 'a value' })
}

function jsonValueOf(attribute: string, value: unknown): string | number | boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      break
    case 'bigint':
      if (Number.isSafeInteger(Number(value))) return Number(value)
      break
    default:
  }
  throw new InvalidRestrictionError(
    `a member of \`${attribute}\` = ${describeRestriction(value)}`,
    'Members of JSON values are compared with text, finite numbers, true or false.',
  )
}
