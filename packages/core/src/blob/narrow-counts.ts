import { BlobReader } from './blob-reader.ts'
import { protocols, typeCode } from './type-code.ts'
import { protocolOf } from './unpack.ts'

/**
 * Whether a blob that cannot be read with counts of 64 bits may have been written by 32-bit MATLAB. What has its own length
 * inside cannot be read in both ways; of what is empty, a longer blob that was cut off could be.
 */
export function hasNarrowCounts(payload: Uint8Array): boolean {
  // type code, number of axes, two of them
  if (payload.length < 17 || protocolOf(payload) !== protocols.mym) return false
  const reader = new BlobReader(payload, 32)
  reader.position = 4
  const code = reader.u8()
  if (code === typeCode.sparse) return true
  const axes = reader.length()
  const [first, second] = [reader.length(), reader.length()]
  // in 64 bits the second number would be the upper half of a first axis of that length
  return axes >= 2 && (first > 0 || second === 0)
}
