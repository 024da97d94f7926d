import type { CodecSpec } from '../attribute/attribute.ts'
import { attachCodec } from './attach-codec.ts'
import { blobCodec, legacyBlobCodec } from './blob-codec.ts'
import { UnknownCodecError } from './codec-error.ts'
import type { BoundCodec, Codec } from './codec.ts'
import { externalCodecs, unreadableCodec } from './external-codec.ts'
import { hashCodec } from './hash-codec.ts'

/** The codecs of a pipeline: a value that is never changed. */
export interface Codecs {
  readonly names: readonly string[]
  /** The codec of a type that has one. Throws 'unknown-codec', and 'codec-store' where the type needs a store. */
  get(type: { readonly codec: CodecSpec | null; readonly text: string }): BoundCodec
  /** These and one more, which replaces one of the same name. */
  with(codec: Codec): Codecs
}

const external = new Map([...externalCodecs, unreadableCodec].map((codec) => [codec.name, codec]))

/** Codecs by their names; of two with one name the last counts. */
export function codecsOf(codecs: readonly Codec[]): Codecs {
  const named = new Map(codecs.map((codec) => [codec.name, codec]))
  const names = [...named.keys()]
  return {
    names,
    get(type) {
      const codec = named.get(type.codec?.name ?? '') ?? external.get(type.codec?.name ?? '')
      if (type.codec === null || codec === undefined) throw new UnknownCodecError(type.codec?.name ?? type.text, names)
      // an own codec of that name knows what it does
      const isLegacy = codec === blobCodec && !type.text.startsWith('<')
      return bind(isLegacy ? legacyBlobCodec : codec, type.codec.store)
    },
    with: (codec) => codecsOf([...named.values(), codec]),
  }
}

function bind(codec: Codec, store: string | null): BoundCodec {
  return {
    storage: codec.storage(store),
    encode: async (value, context) => (value === null ? null : codec.encode(value, store, context)),
    decode: async (stored, context) => (stored === null ? null : codec.decode(stored, store, context)),
  }
}

/** `<blob>`, `<blob@store>`, `<hash@store>`, `<attach>` and `<attach@store>`, as Python's client keeps them. */
export const builtinCodecs: Codecs = codecsOf([blobCodec, hashCodec, attachCodec])
