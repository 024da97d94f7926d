import { parseAttributeType } from '../attribute/attribute-type.ts'
import type { AttributeType, CodecSpec } from '../attribute/attribute.ts'
import { AttributeTypeError } from '../attribute/errors.ts'
import { fromStored } from '../attribute/from-stored.ts'
import { toStored } from '../attribute/to-stored.ts'
import { attachCodec } from './attach-codec.ts'
import { blobCodec, legacyBlobCodec } from './blob-codec.ts'
import { CodecReadError, CodecRefusedError, CodecStoreError, CodecTypeError, UnknownCodecError } from './codec-error.ts'
import type { BaseCodec, BoundCodec, CodecContext } from './codec.ts'
import type { Codec } from './define-codec.ts'
import { externalCodecs, unreadableCodec } from './external-codec.ts'
import { filepathCodec } from './filepath-codec.ts'
import { hashCodec } from './hash-codec.ts'
import { npyCodec } from './npy-codec.ts'
import { objectCodec } from './object-codec.ts'

/** A type that names a codec. */
type CodecType = Pick<AttributeType, 'codec' | 'text'>

/** The codecs of a pipeline: a value that is never changed. */
export interface Codecs {
  readonly names: readonly string[]
  /**
   * The codec of a type that has one. Throws 'unknown-codec', 'codec-store' where the type needs a store or cannot have
   * one, and 'codec-type' where a codec of a lab is kept as no type.
   */
  get(type: CodecType): BoundCodec
  /** These and more, each of which takes the place of one of the same name. */
  with(codecs: readonly Codec[]): Codecs
}

const builtin: ReadonlyMap<string, BaseCodec> = new Map(
  [blobCodec, attachCodec, hashCodec, npyCodec, objectCodec, filepathCodec].map((codec) => [codec.name, codec]),
)
const hidden: ReadonlyMap<string, BaseCodec> = new Map(
  [...externalCodecs, unreadableCodec].map((codec) => [codec.name, codec]),
)

/** The codecs that every pipeline has and those of a lab; of two with one name the last counts. */
export function codecsOf(own: readonly Codec[]): Codecs {
  const named = new Map(own.map((codec) => [codec.name, codec]))
  const names = [...new Set([...builtin.keys(), ...named.keys()])]
  // a table's rows all ask for the same
  const bound = new Map<string, BoundCodec>()
  const get = (type: CodecType): BoundCodec => {
    const { codec, text } = type
    const key = `${codec?.name} ${codec?.store} ${codec?.schema} ${text.startsWith('<')}`
    const known = bound.get(key)
    if (known) return known
    const made = resolve(type, [])
    bound.set(key, made)
    return made
  }

  const resolve = ({ codec: spec, text }: CodecType, around: readonly string[]): BoundCodec => {
    const name = spec?.name ?? ''
    const codec = named.get(name)
    // an own codec of that name knows what it does
    if (spec && codec) return bindOwn(codec, spec, around)
    const base = builtin.get(name) ?? hidden.get(name)
    if (!spec || !base) throw new UnknownCodecError(spec?.name ?? text, names)
    return bind(base === blobCodec && !text.startsWith('<') ? legacyBlobCodec : base, spec)
  }

  const bindOwn = (codec: Codec, { store, schema }: CodecSpec, around: readonly string[]): BoundCodec => {
    if (around.includes(codec.name)) {
      const chain = [...around, codec.name].map((one) => `<${one}>`).join(' as ')
      throw new CodecTypeError(codec.name, `is kept as itself (${chain})`)
    }
    const kept = keptAs(codec, store)
    if (kept.codec === null) {
      if (store !== null) throw new CodecStoreError(codec.name, kept.text)
      return chain(codec, coreCodec(kept))
    }
    // a store that the codec names itself counts; `@` alone is that of the type
    const inner = kept.codec.store === null || kept.codec.store === '' ? (store ?? kept.codec.store) : kept.codec.store
    const spec = { name: kept.codec.name, store: inner, ...(schema !== undefined && { schema }) }
    return chain(codec, resolve({ codec: spec, text: '<>' }, [...around, codec.name]))
  }
  return { names, get, with: (more) => codecsOf([...named.values(), ...more]) }
}

function keptAs(codec: Codec, store: string | null): AttributeType {
  const text = codec.keptAs(store)
  try {
    return parseAttributeType(text)
  } catch (error) {
    if (!(error instanceof AttributeTypeError)) throw error
    throw new CodecTypeError(codec.name, `is kept as \`${text}\`: ${error.problem}`, { cause: error })
  }
}

function bind(codec: BaseCodec, { store, schema }: CodecSpec): BoundCodec {
  return {
    storage: codec.storage(store),
    encode: async (value, context) => (value === null ? null : codec.encode(value, store, context)),
    decode: async (stored, context) => (stored === null ? null : codec.decode(stored, store, { schema, ...context })),
  }
}

/** The values of a type without a codec, which a codec is kept as. */
const coreCodec = (type: AttributeType): BoundCodec => ({
  storage: type.storage,
  keptAs: type.text,
  encode: async (value, { attribute }) => toStored({ name: attribute, type, nullable: false }, value),
  decode: async (stored) => fromStored(type, stored),
})

function chain(codec: Codec, inner: BoundCodec): BoundCodec {
  return {
    storage: inner.storage,
    ...(inner.keptAs !== undefined && { keptAs: inner.keptAs }),
    async encode(value, context) {
      if (value === null) return null
      const kept = await own(
        context,
        (problem) => new CodecRefusedError(codec.name, problem),
        () => codec.encode(value, context),
      )
      if (kept !== null && kept !== undefined) return inner.encode(kept, context)
      throw new CodecRefusedError(codec.name, new TypeError(`its encode gave ${String(kept)}.`))
    },
    async decode(stored, context) {
      if (stored === null) return null
      const kept = await inner.decode(stored, context)
      return own(
        context,
        (problem) => new CodecReadError(codec.name, problem),
        () => codec.decode(kept, context),
      )
    },
  }
}

/** Runs what a lab wrote: what it throws gets the codec's name, unless it was told to stop. */
async function own(
  { signal }: CodecContext,
  explain: (problem: unknown) => Error,
  work: () => unknown,
): Promise<unknown> {
  try {
    return await work()
  } catch (error) {
    signal?.throwIfAborted()
    throw explain(error)
  }
}

/** `<blob>`, `<attach>`, `<hash@>`, `<npy@>`, `<object@>` and `<filepath@>`, as Python's client keeps them. */
export const builtinCodecs: Codecs = codecsOf([])
