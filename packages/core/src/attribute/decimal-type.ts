import type { AttributeType } from './attribute.ts'
import { AttributeTypeError } from './errors.ts'
import type { Refuse } from './refuse.ts'

interface Decimal {
  readonly precision: number
  readonly scale: number
}

/** `decimal(precision,scale)`: at most 65 digits, at most 30 of them after the point. */
export function readDecimalType(text: string): AttributeType | null {
  const match = /^decimal\s*\(\s*(\d+)\s*,\s*(\d+)\s*\)$/i.exec(text)
  if (!match) return null
  const precision = Number(match[1])
  const scale = Number(match[2])
  if (precision < 1 || precision > 65 || scale > 30 || scale > precision) {
    throw new AttributeTypeError(
      'bad-type',
      text,
      `\`${text}\` is out of range`,
      'Write decimal(p,s) with 1 to 65 digits, of which s, at most 30, stand after the point.',
    )
  }
  return { text: `decimal(${precision},${scale})`, storage: { kind: 'decimal', precision, scale }, codec: null }
}

/** Plain digits with exactly `scale` of them after the point: `12.50`, `-0.05`, `0.00`. */
export function decimalToStored(value: unknown, { precision, scale }: Decimal, refuse: Refuse): string {
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
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits
}
