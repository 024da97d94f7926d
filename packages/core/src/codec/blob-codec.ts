import { packBlob, unpackBlob } from '../blob/blob.ts'
import type { Codec } from './codec.ts'
import { contentStorage, readContent, writeContent } from './content.ts'

/** Arrays, text, numbers and plain data in DataJoint's own format: in the table, or in a store under their hash. */
export const blobCodec: Codec = {
  name: 'blob',
  storage: contentStorage,
  encode: async (value, store, context) => writeContent(await packBlob(value), store, context),
  decode: async (stored, store, context) => unpackBlob(await readContent('blob', stored, store, context)),
}
