import type { AttributeType } from './attribute.ts'
import { AttributeTypeError } from './errors.ts'

/**
 * `<name>`, `<name@>` (the default store), `<name@store>`. Whether there is such a codec, and whether it works with and
 * without a store, is for the registry of codecs to say.
 */
export function readCodecType(text: string): AttributeType | null {
  if (!text.startsWith('<')) return null
  const match = /^<([a-z]\w*)(?:(@)([a-z][-\w]*)?)?>$/.exec(text)
  if (!match) {
    throw new AttributeTypeError(
      'bad-type',
      text,
      `\`${text}\` is not a codec type`,
      'Write <name>, <name@> or <name@store>; a store is named in lower case, with digits, - and _.',
    )
  }
  const [, name = '', at, storeName = ''] = match
  const store = at === undefined ? null : storeName
  const spelling = store === null ? `<${name}>` : `<${name}@${store}>`
  return { text: spelling, storage: { kind: store === null ? 'bytes' : 'json' }, codec: { name, store } }
}
