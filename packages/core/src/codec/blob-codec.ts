import { packBlob, unpackBlob } from '../blob/blob.ts'
import type { BaseCodec } from './codec.ts'
import { contentStorage, readContent, writeContent } from './content.ts'

/** Arrays, text, numbers and plain data in DataJoint's own format: in the table, or in a store under their hash. */
export const blobCodec: BaseCodec = {
  name: 'blob',
  storage: contentStorage,
  encode: async (value, store, context) => writeContent(await packBlob(value), store, context),
  decode: async (stored, store, context) => unpackBlob(await readContent('blob', stored, store, context)),
}

/**
 * What a `longblob` of DataJoint 0.14 holds. Nothing in such a table says how a value was kept: it is a packed object where
 * it begins as one, else the bytes that some other client put there. Written is always a packed object.
 */
export const legacyBlobCodec: BaseCodec = {
  ...blobCodec,
  async decode(stored, store, context) {
    const bytes = await readContent('blob', stored, store, context)
    return isPacked(bytes) ? unpackBlob(bytes) : bytes
  },
}

const isPacked = (bytes: Uint8Array): boolean => /^(mYm|dj0|ZL123)\0/.test(String.fromCharCode(...bytes.subarray(0, 6)))
