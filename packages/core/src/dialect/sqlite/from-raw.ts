import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { RawValue } from '../../driver/driver.ts'
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
      return Number(raw)
    case 'decimal':
      return Number(raw).toFixed(storage.scale)
    case 'time':
      return typeof raw === 'bigint' || typeof raw === 'number' ? timeOf(BigInt(raw), storage.fraction) : raw
    default:
      return raw
  }
}
