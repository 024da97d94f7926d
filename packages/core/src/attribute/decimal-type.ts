import type { AttributeType } from './attribute.ts'
import { AttributeTypeError } from './errors.ts'
import type { Refuse } from './refuse.ts'
import type { Storage } from './storage.ts'

type Decimal = Extract<Storage, { kind: 'decimal' }>

export interface DecimalValues {
  decimal: string
  numeric: string
}

/**
 * `decimal(precision,scale)`: at most 65 digits, at most 30 of them after the point. Without numbers it is
 * `decimal(10,0)`; `numeric` is the same; `unsigned` may follow.
 */
export function readDecimalType(text: string): AttributeType | null {
  const match = /^(?:decimal|numeric)(?:\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(\s+unsigned)?$/i.exec(text)
  if (!match) return null
  const precision = Number(match[1] ?? 10)
  const scale = Number(match[2] ?? 0)
  if (precision < 1 || precision > 65 || scale > 30 || scale > precision) {
    throw new AttributeTypeError(
      'bad-type',
      text,
      `\`${text}\` is out of range`,
      'Write decimal(p,s) with 1 to 65 digits, of which s, at most 30, stand after the point.',
    )
  }
  const spelling = `decimal(${precision},${scale})`
  return match[3]
    ? { text: `${spelling} unsigned`, storage: { kind: 'decimal', precision, scale, unsigned: true }, codec: null }
    : { text: spelling, storage: { kind: 'decimal', precision, scale }, codec: null }
}

/** Plain digits with exactly `scale` of them after the point: `12.50`, `-0.05`, `0.00`. */
export function decimalToStored(value: unknown, { precision, scale, unsigned }: Decimal, refuse: Refuse): string {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value
  const match = typeof text === 'string' ? /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text) : null
  if (!match) throw refuse('digits with a point, as text: "12.50"')
  const [, sign = '', before = '', after = ''] = match
  const whole = before.replace(/^0+(?=\d)/, '')
  const fraction = after.replace(/0+$/, '')
  const wholeDigits = whole === '0' ? 0 : whole.length
  if (fraction.length > scale || wholeDigits > precision - scale) {
    throw refuse(`at most ${precision - scale} digits before the point and ${scale} after it`)
  }
  const digits = scale === 0 ? whole : `${whole}.${fraction.padEnd(scale, '0')}`
  if (sign !== '-' || !/[1-9]/.test(digits)) return digits
  if (unsigned) throw refuse('a number that is not negative')
  return `-${digits}`
}
