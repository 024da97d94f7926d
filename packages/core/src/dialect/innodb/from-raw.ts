import type { Storage, StoredValue } from '../../attribute/storage.ts'
import type { RawValue } from '../../driver/driver.ts'
import { floatFromRaw } from '../float-from-raw.ts'
import { integerFromRaw } from '../integer-from-raw.ts'

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
    case 'datetime':
    case 'time': {
      // the binary protocol drops a fraction of zero
      const [seconds = '', fraction = ''] = String(raw).split('.')
      return storage.fraction === 0 ? seconds : `${seconds}.${fraction.padEnd(storage.fraction, '0')}`
    }
    case 'bytes':
    case 'uuid':
      // a Buffer's slice() would share memory, and no other dialect gives one
      return raw instanceof Uint8Array ? new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength) : raw
    default:
      return raw
  }
}
