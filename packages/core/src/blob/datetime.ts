/** The two numbers that stand for a date and a time in a blob; -1 where there is none. */
export interface DateTimeFields {
  /** year * 10000 + month * 100 + day */
  readonly date: number
  /** ((hour * 100 + minute) * 100 + second) * 1000000 + microsecond */
  readonly time: bigint
}

const isoText = /^(?:(\d{4})-(\d\d)-(\d\d))?(?:(?:^|[T ])(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/

/** Reads `2024-01-15`, `10:30:00.000005` or both with a `T` or a space between; `undefined` for other text. */
export function parseDateTime(text: string): DateTimeFields | undefined {
  const match = isoText.exec(text)
  if (match === null || text === '') return undefined
  const [, year, month = '', day = '', hour, minute = '', second = '', fraction = ''] = match
  if (hour !== undefined && !(hour < '24' && minute < '60' && second < '60')) return undefined
  if (year !== undefined && !isDay(Number(year), Number(month), Number(day))) return undefined
  return {
    date: year === undefined ? -1 : Number(year + month + day),
    time: hour === undefined ? -1n : BigInt(hour + minute + second + fraction.padEnd(6, '0')),
  }
}

/** Writes the two numbers as ISO text, microseconds only where there are some; `undefined` if they are no time. */
export function formatDateTime({ date, time }: DateTimeFields): string | undefined {
  const d = String(date).padStart(8, '0')
  const t = String(time).padStart(12, '0')
  const day = date === -1 ? '' : `${d.slice(0, -4)}-${d.slice(-4, -2)}-${d.slice(-2)}`
  const fraction = t.slice(6) === '000000' ? '' : `.${t.slice(6)}`
  const clock = time === -1n ? '' : `${t.slice(0, 2)}:${t.slice(2, 4)}:${t.slice(4, 6)}${fraction}`
  const text = day && clock ? `${day}T${clock}` : day + clock
  return date < -1 || time < -1n || t.length > 12 || parseDateTime(text) === undefined ? undefined : text
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(2000, month - 1, day))
  // years below 100 mean 19xx to Date.UTC
  date.setUTCFullYear(year, month - 1, day)
  return year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
