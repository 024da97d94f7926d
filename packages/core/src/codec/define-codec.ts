import type { Givable } from '../attribute/givable.ts'
import { checkOptions, InvalidCallError, show } from '../options.ts'
import type { CodecContext } from './codec.ts'

/**
 * How a lab's own values are kept: as those of another type, which may be that of another codec. NULL is never handed to
 * one.
 */
export interface Codec<Name extends string = string, Value = unknown, Given = unknown> {
  readonly kind: 'codec'
  /** As definitions call it: `graph` for `<graph>`. */
  readonly name: Name
  /** The type that keeps what `encode` gives; `store` is that of `<name@store>`: null in the table, '' the default one. */
  keptAs(store: string | null): string
  encode(value: Given, context: CodecContext): unknown
  decode(kept: unknown, context: CodecContext): Value | Promise<Value>
}

/** What a codec is made of. */
export interface CodecDefinition<Name extends string, Value, Given> {
  readonly name: Name
  /**
   * The type that keeps the values, such as `<blob>` or `varchar(40)`, or a function of the store that gives it. The store of
   * `<name@store>` is handed on to a codec: `<graph@raw>` with `<blob>` here is kept as `<blob@raw>`. One that is named here
   * counts in its place.
   */
  readonly keptAs: string | ((store: string | null) => string)
  /** Gives a value of that type. It throws for what is no value of this one: the message gets the row and the attribute. */
  encode(value: Given, context: CodecContext): unknown
  decode(kept: unknown, context: CodecContext): Value | Promise<Value>
}

/**
 * A codec with types: a schema that has it gives the rows of its tables its values.
 *
 * ```ts
 * const graph = defineCodec({
 *   name: 'graph',
 *   keptAs: '<blob>',
 *   encode: ({ edges }: Graph) => ({ edges }),
 *   decode: (kept): Graph => parseGraph(kept),
 * })
 * const schema = defineSchema('lab', { codecs: [graph] })
 * ```
 */
export function defineCodec<const Name extends string, Value, Given>(
  definition: CodecDefinition<Name, Value, Given>,
): Codec<Name, Value, Given> {
  checkDefinition(definition)
  const { keptAs } = definition
  return {
    kind: 'codec',
    name: definition.name,
    keptAs: typeof keptAs === 'function' ? (store) => textFrom(definition.name, keptAs(store)) : () => keptAs,
    encode: (value, context) => definition.encode(value, context),
    decode: (kept, context) => definition.decode(kept, context),
  }
}

/** From JavaScript, and from a codec for Python that was carried over, it may be anything. */
function checkDefinition(given: unknown): void {
  const call = 'defineCodec()'
  // `kind` of one that is defined anew from another
  checkOptions(call, given, ['name', 'keptAs', 'encode', 'decode', 'kind'])
  const { name, keptAs, encode, decode }: Partial<Record<string, unknown>> = Object(given)
  if (typeof name !== 'string' || !/^[a-z]\w*$/.test(name))
    throw new InvalidCallError(
      `${call} takes as name a word as in <graph>, in lower case, and was given ${show(name)}.`,
    )
  if (typeof keptAs !== 'string' && typeof keptAs !== 'function')
    throw new InvalidCallError(`${call} of <${name}> takes as keptAs a type, '<blob>', and was given ${show(keptAs)}.`)
  for (const [method, value] of Object.entries({ encode, decode })) {
    if (typeof value === 'function') continue
    throw new InvalidCallError(`${call} of <${name}> takes a function as ${method}, and was given ${show(value)}.`)
  }
}

function textFrom(name: string, type: unknown): string {
  if (typeof type === 'string') return type
  throw new InvalidCallError(`keptAs() of <${name}> is to give a type, '<blob>', and gave ${show(type)}.`)
}

/** The values of some codecs in rows, by their names. */
export type ValuesOf<Own extends readonly Codec[]> = { [One in Own[number] as One['name']]: ValueIn<One> }

type ValueIn<One> =
  One extends Codec<string, infer Value, infer Given>
    ? [Value, Given] extends [Given, Value]
      ? Value
      : Givable<Value, Given>
    : never
