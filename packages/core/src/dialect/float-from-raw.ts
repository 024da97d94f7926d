import type { RawValue } from '../driver/driver.ts'

/** A number, which an expression may give as an integer or a decimal; anything else stays, and is refused as a value. */
export function floatFromRaw(raw: RawValue): RawValue {
  if (typeof raw === 'bigint') return Number(raw)
  return typeof raw === 'string' && /^-?\d*\.?\d+(?:e[-+]?\d+)?$/i.test(raw) ? Number(raw) : raw
}
