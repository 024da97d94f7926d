import type { RawValue } from '../driver/driver.ts'

/** An integer, which an expression may give as a whole double or decimal; anything else stays, and is refused as a value. */
export function integerFromRaw(raw: RawValue): RawValue {
  if (typeof raw === 'number') return Number.isInteger(raw) ? BigInt(raw) : raw
  if (typeof raw !== 'string') return raw
  const [digits = ''] = /^-?\d+(?=(?:\.0*)?$)/.exec(raw) ?? []
  return digits === '' ? raw : BigInt(digits)
}
