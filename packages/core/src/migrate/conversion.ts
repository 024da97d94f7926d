import type { AttributeType } from '../attribute/attribute.ts'
import { InvalidValueError } from '../attribute/errors.ts'
import { isSameStorage, type Storage, type StoredValue } from '../attribute/storage.ts'
import { toStored } from '../attribute/to-stored.ts'

/** What becomes of the values of an attribute whose type changes. */
export type Conversion =
  /** All of them survive. */
  | { readonly kind: 'always' }
  /** Each survives or does not: nothing is rounded or cut. */
  | { readonly kind: 'checked'; readonly survives: (value: Exclude<StoredValue, null>) => boolean }
  | { readonly kind: 'never'; readonly reason: string }

type Kind = Storage['kind']

/** Of which kinds of storage the values of another may become. */
const targets: Readonly<Record<Kind, readonly Kind[]>> = {
  integer: ['integer', 'boolean', 'float', 'decimal', 'text', 'year'],
  boolean: ['boolean', 'integer'],
  float: ['float', 'integer'],
  decimal: ['decimal', 'integer', 'float', 'text'],
  text: ['text', 'enum', 'integer', 'date', 'datetime'],
  enum: ['enum', 'text'],
  date: ['date', 'datetime', 'text'],
  datetime: ['datetime', 'date', 'text'],
  time: ['time'],
  year: ['year', 'integer'],
  uuid: ['uuid'],
  json: ['json'],
  bytes: ['bytes'],
}

/** What changing a type does to values; `null` where what is kept stays the same. */
export function conversionOf(from: AttributeType, to: AttributeType): Conversion {
  if (from.codec?.name !== to.codec?.name || from.codec?.store !== to.codec?.store) {
    const reason = `values are kept as ${from.text} and would be read as ${to.text}, which is coded otherwise`
    return { kind: 'never', reason }
  }
  if (isSameStorage(from.storage, to.storage)) return { kind: 'always' }
  if (!targets[from.storage.kind].includes(to.storage.kind)) {
    return { kind: 'never', reason: `no rule turns ${from.text} into ${to.text} without losing something` }
  }
  if (isWider(from.storage, to.storage)) return { kind: 'always' }
  return { kind: 'checked', survives: (value) => survives(value, from.storage, to) }
}

/** Whether all values fit, so that nobody has to look at them. */
function isWider(from: Storage, to: Storage): boolean {
  if (from.kind === 'integer' && to.kind === 'integer') {
    const [small, large] = [from.unsigned ?? false, to.unsigned ?? false]
    return small === large ? to.bits >= from.bits : small && to.bits > from.bits
  }
  if (from.kind === 'boolean') return true
  if (from.kind === 'text' && to.kind === 'text') {
    return to.form === 'varchar' && from.form !== 'text' && to.length >= from.length
  }
  if (from.kind === 'enum' && to.kind === 'enum') return from.values.every((value) => to.values.includes(value))
  if (from.kind === 'decimal' && to.kind === 'decimal') {
    const whole = to.precision - to.scale >= from.precision - from.scale
    return whole && to.scale >= from.scale && (to.unsigned ?? false) === (from.unsigned ?? false)
  }
  if (from.kind === 'datetime' && to.kind === 'datetime') return to.fraction >= from.fraction && !to.timestamp
  if (from.kind === 'time' && to.kind === 'time') return to.fraction >= from.fraction
  if (from.kind === 'bytes' && to.kind === 'bytes') {
    return to.length === undefined || (from.length !== undefined && to.length >= from.length)
  }
  return from.kind === 'date' && to.kind === 'datetime' && !to.timestamp
}

/** Whether the value is the same after the change, by the rules that a value of a row is held to. */
function survives(value: Exclude<StoredValue, null>, from: Storage, type: AttributeType): boolean {
  const to = type.storage
  // what a server leaves out at the end of a char is lost
  if (to.kind === 'text' && to.form === 'char' && String(value).endsWith(' ')) return false
  if (to.kind === 'float') {
    const number = Number(value)
    if (to.scale !== undefined || (to.unsigned && number < 0)) return false
    if (from.kind === 'decimal' && number.toFixed(from.scale) !== value) return false
    if (from.kind === 'integer' && BigInt(Math.round(number)) !== value) return false
    return to.bits === 64 || Math.fround(number) === number || Number.isNaN(number)
  }
  // negative zero has no sign as an integer
  if (from.kind === 'float' && (!Number.isInteger(value) || Object.is(value, -0))) return false
  const given = to.kind === 'integer' && typeof value === 'string' ? integerIn(value, from) : value
  if (given === null) return false
  try {
    const kept = toStored({ name: '', type, nullable: false }, to.kind === 'text' ? String(given) : given)
    // other ways to write a moment, which a server would write in its own
    return from.kind === 'text' && typeof kept === 'string' ? kept === value : true
  } catch (error) {
    if (error instanceof InvalidValueError) return false
    throw error
  }
}

/** The number that a text is, where it is written in the one way in which it would be shown again. */
function integerIn(text: string, from: Storage): bigint | null {
  const whole = from.kind === 'decimal' ? text.replace(/\.0+$/, '') : text
  return /^(0|-?[1-9]\d*)$/.test(whole) ? BigInt(whole) : null
}
