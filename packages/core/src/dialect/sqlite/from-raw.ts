import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { RawValue } from '../../driver/driver.ts'
import { floatFromRaw } from '../float-from-raw.ts'
import { integerFromRaw } from '../integer-from-raw.ts'
import { timeOf } from './time.ts'

/** What the driver handed over, in the canonical form of its storage kind. */
export function fromRaw(raw: RawValue, storage: Storage): StoredValue {
  if (raw === null) return null
  switch (storage.kind) {
    case 'integer':
    case 'boolean':
    case 'year':
      return integerFromRaw(raw)
    case 'float':
      return floatFromRaw(raw)
    case 'decimal':
      return decimalFromRaw(floatFromRaw(raw), storage.scale)
    case 'time':
      return typeof raw === 'bigint' || typeof raw === 'number' ? timeOf(BigInt(raw), storage.fraction) : raw
    default:
      return raw
  }
}

/** Digits; beyond 1e21 JavaScript would write an exponent. */
function decimalFromRaw(raw: RawValue, scale: number): RawValue {
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return raw
  if (Math.abs(raw) < 1e21) return raw.toFixed(scale)
  return scale === 0 ? String(BigInt(raw)) : `${BigInt(raw)}.${'0'.repeat(scale)}`
}
