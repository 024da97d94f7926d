import type { AttributeType } from './attribute.ts'
import { AttributeTypeError } from './errors.ts'
import type { Refuse } from './refuse.ts'

export interface TemporalValues {
  date: string
  datetime: string
}

/** `date`, `datetime`, `datetime(n)` with n digits of a fraction of a second. */
export function readTemporalType(text: string): AttributeType | null {
  const name = text.toLowerCase()
  if (name === 'date') return { text: name, storage: { kind: 'date' }, codec: null }
  const match = /^datetime(?:\s*\(\s*(\d+)\s*\))?$/.exec(name)
  if (!match) return null
  const fraction = Number(match[1] ?? 0)
  if (fraction > 6) {
    throw new AttributeTypeError(
      'bad-type',
      text,
      `\`${text}\` is out of range`,
      'Write datetime(n) with n from 0 to 6 digits of a second.',
    )
  }
  const spelling = fraction === 0 ? 'datetime' : `datetime(${fraction})`
  return { text: spelling, storage: { kind: 'datetime', fraction }, codec: null }
}

/** `YYYY-MM-DD`, from such text, a `Date` at midnight UTC or a `Temporal` value. */
export function dateToStored(value: unknown, refuse: Refuse): string {
  const moment = readMoment(value)
  if (!moment) throw refuse('a date that exists, as YYYY-MM-DD')
  if (/[1-9]/.test(moment.time + moment.fraction)) throw refuse('a date without a time of day (midnight UTC in a Date)')
  return moment.date
}

/** `YYYY-MM-DD hh:mm:ss[.ffffff]`, from such text (with a space or a `T`), a `Date` or a `Temporal` value; in UTC. */
export function datetimeToStored(value: unknown, digits: number, refuse: Refuse): string {
  const moment = readMoment(value)
  if (!moment) throw refuse('a date and time that exist, as YYYY-MM-DD hh:mm:ss (no zone is stored: give UTC)')
  if (/[1-9]/.test(moment.fraction.slice(digits))) {
    throw refuse(digits === 0 ? 'whole seconds' : `at most ${digits} digits of a second`)
  }
  const fraction = moment.fraction.slice(0, digits).padEnd(digits, '0')
  return `${moment.date} ${moment.time}${digits === 0 ? '' : `.${fraction}`}`
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
  // Date.parse takes 30 February for 1 March
  const parsed = new Date(`${date}T${time}Z`)
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 19) !== `${date}T${time}`) return null
  return date.startsWith('0000') ? null : { date, time, fraction }
}

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
