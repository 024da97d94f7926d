import type { AttributeType } from './attribute.ts'
import { AttributeTypeError } from './errors.ts'
import type { Givable } from './givable.ts'
import type { Refuse } from './refuse.ts'
import type { Storage } from './storage.ts'

export interface TemporalValues {
  date: DateValue
  datetime: DateValue
  timestamp: DateValue
  time: Givable<string, string | TemporalTime>
}

type DateValue = Givable<string, string | Date | TemporalMoment>

/** A value of `Temporal` that is on a date, by its tag: not every library of types has `Temporal`. */
export interface TemporalMoment {
  readonly [Symbol.toStringTag]: `Temporal.${'PlainDate' | 'PlainDateTime' | 'ZonedDateTime' | 'Instant'}`
}

/** A `Temporal.PlainTime`. */
export interface TemporalTime {
  readonly [Symbol.toStringTag]: 'Temporal.PlainTime'
}

/** `date`, and `datetime`, `timestamp` and `time`, each also with `(n)` digits of a fraction of a second. */
export function readTemporalType(text: string): AttributeType | null {
  const match = /^(date|datetime|timestamp|time)(?:\s*\(\s*(\d+)\s*\))?$/i.exec(text)
  if (!match) return null
  const name = match[1]?.toLowerCase() ?? ''
  const fraction = Number(match[2] ?? 0)
  if (fraction > 6 || (name === 'date' && match[2] !== undefined)) {
    throw new AttributeTypeError(
      'bad-type',
      text,
      `\`${text}\` is out of range`,
      name === 'date' ? 'Write date.' : `Write ${name}(n) with n from 0 to 6 digits of a second.`,
    )
  }
  return { text: fraction === 0 ? name : `${name}(${fraction})`, storage: storageOf(name, fraction), codec: null }
}

function storageOf(name: string, fraction: number): Storage {
  switch (name) {
    case 'datetime':
      return { kind: 'datetime', fraction }
    case 'timestamp':
      return { kind: 'datetime', fraction, timestamp: true }
    case 'time':
      return { kind: 'time', fraction }
    default:
      return { kind: 'date' }
  }
}

/** `YYYY-MM-DD`, from such text, a `Date` at midnight UTC or a `Temporal` value. */
export function dateToStored(value: unknown, refuse: Refuse): string {
  const moment = readMoment(value)
  if (!moment) throw refuse('a date that exists, as YYYY-MM-DD')
  if (/[1-9]/.test(moment.time + moment.fraction)) throw refuse('a date without a time of day (midnight UTC in a Date)')
  return moment.date
}

/** `YYYY-MM-DD hh:mm:ss[.ffffff]`, from such text (with a space or a `T`), a `Date` or a `Temporal` value; in UTC. */
export function datetimeToStored(
  value: unknown,
  { fraction: digits, timestamp }: Extract<Storage, { kind: 'datetime' }>,
  refuse: Refuse,
): string {
  const moment = readMoment(value)
  if (!moment) throw refuse('a date and time that exist, as YYYY-MM-DD hh:mm:ss (no zone is stored: give UTC)')
  const seconds = `${moment.date} ${moment.time}`
  if (timestamp && (seconds < firstTimestamp || seconds > lastTimestamp)) {
    throw refuse(`a time from ${firstTimestamp} to ${lastTimestamp} UTC, which is what a timestamp holds`)
  }
  return seconds + cutFraction(moment.fraction, digits, refuse)
}

const firstTimestamp = '1970-01-01 00:00:01'
const lastTimestamp = '2038-01-19 03:14:07'

/**
 * `[-]hh:mm:ss[.ffffff]`, from such text or a `Temporal.PlainTime`: a time of day or a span of at most 838:59:59, which
 * is where servers end.
 */
export function timeToStored(value: unknown, digits: number, refuse: Refuse): string {
  const text = formatMoment(value)
  const match =
    text && !(value instanceof Date) ? /^(-?)(\d{1,3}):([0-5]\d)(?::([0-5]\d)(?:\.(\d+))?)?$/.exec(text) : null
  if (!match) throw refuse('a time or a span, as [-]hh:mm:ss')
  const [, sign = '', hours = '', minutes = '', seconds = '00', fraction = ''] = match
  const time = `${String(Number(hours)).padStart(2, '0')}:${minutes}:${seconds}`
  if (Number(hours) > 838 || (time === '838:59:59' && /[1-9]/.test(fraction))) throw refuse('at most 838:59:59')
  const whole = time + cutFraction(fraction, digits, refuse)
  return /[1-9]/.test(whole) ? sign + whole : whole
}

function cutFraction(fraction: string, digits: number, refuse: Refuse): string {
  if (/[1-9]/.test(fraction.slice(digits))) {
    throw refuse(digits === 0 ? 'whole seconds' : `at most ${digits} digits of a second`)
  }
  return digits === 0 ? '' : `.${fraction.slice(0, digits).padEnd(digits, '0')}`
}

interface Moment {
  readonly date: string
  readonly time: string
  /** Digits of a second, as many as there were. */
  readonly fraction: string
}

function readMoment(value: unknown): Moment | null {
  const text = formatMoment(value)
  const match = text && /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?Z?)?$/.exec(text)
  if (!match) return null
  const [, date = '', minutes = '00:00', seconds = '00', fraction = ''] = match
  const time = `${minutes}:${seconds}`
  return isDate(date) && isTimeOfDay(time) ? { date, time, fraction } : null
}

/** A `Date` takes 30 February for 1 March, and several times as long. */
function isDate(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))]
  if (year === 0 || month === 0 || day === 0) return false
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (month === 2 && isLeap ? 29 : (daysIn[month - 1] ?? 0))
}

const daysIn = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isTimeOfDay = (text: string): boolean =>
  text.slice(0, 2) < '24' && text.slice(3, 5) < '60' && text.slice(6) < '60'

function formatMoment(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (typeof value !== 'object' || value === null) return null
  const tag = Object.prototype.toString.call(value)
  // a zoned value names its own instant; the others print as what they are
  if (tag === '[object Temporal.ZonedDateTime]' && 'toInstant' in value && typeof value.toInstant === 'function') {
    return String(value.toInstant())
  }
  return tag.startsWith('[object Temporal.') ? String(value).replace(/\[u-ca=.*\]$/, '') : null
}
