import { CodecValueError } from './codec-error.ts'
import type { BaseCodec } from './codec.ts'
import { contentStorage, readContent, requireStore, writeContent } from './content.ts'

/** Bytes as they are, in a store under their hash. */
export const hashCodec: BaseCodec = {
  name: 'hash',
  storage(store) {
    requireStore('hash', store)
    return contentStorage(store)
  },
  async encode(value, store, context) {
    if (!(value instanceof Uint8Array)) throw new CodecValueError('hash', 'bytes (a Uint8Array)')
    return writeContent(value, store, context)
  },
  decode: (stored, store, context) => readContent('hash', stored, store, context),
}
