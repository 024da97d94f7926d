import type { BooleanValues } from '../attribute/boolean-type.ts'
import type { BytesValues } from '../attribute/bytes-type.ts'
import type { CodecValues } from '../attribute/codec-values.ts'
import type { DecimalValues } from '../attribute/decimal-type.ts'
import type { FloatValues } from '../attribute/float-type.ts'
import type { IntegerValues, YearValues } from '../attribute/integer-type.ts'
import type { JsonValues } from '../attribute/json-type.ts'
import type { LegacyValues } from '../attribute/legacy-type.ts'
import type { TemporalValues } from '../attribute/temporal-type.ts'
import type { TextValues } from '../attribute/text-type.ts'
import type { UuidValues } from '../attribute/uuid-type.ts'
import type { Problem, Trim, TrimEnd, TrimStart } from './spelling.ts'

/** The values of the types that need no parameters. */
interface PlainValues
  extends
    IntegerValues,
    FloatValues,
    DecimalValues,
    BooleanValues,
    UuidValues,
    BytesValues,
    JsonValues,
    TextValues,
    TemporalValues,
    YearValues,
    LegacyValues {}

/** The values of the types of a server that may be unsigned. */
type SignedValues = Pick<
  PlainValues,
  | 'tinyint'
  | 'smallint'
  | 'mediumint'
  | 'int'
  | 'integer'
  | 'bigint'
  | 'float'
  | 'double'
  | 'real'
  | 'decimal'
  | 'numeric'
>

/** The values of the types that take one number, and of those that take one or two. */
interface SizedValues extends Pick<
  PlainValues,
  'tinyint' | 'smallint' | 'mediumint' | 'int' | 'integer' | 'bigint' | 'datetime' | 'timestamp' | 'time' | 'year'
> {
  char: string
  varchar: string
}
type ScaledValues = Pick<PlainValues, 'float' | 'double' | 'real' | 'decimal' | 'numeric'>

/**
 * The type of an attribute's value, from what stands after its colon: the type and a comment; `Givable` where it may be given
 * in other forms than it is fetched in. `Codecs` are a schema's own.
 */
export type ValueOf<S extends string, Codecs = {}> =
  Lowercase<S> extends `enum${infer Space}(${string}`
    ? TrimStart<Space> extends ''
      ? S extends `${string}(${infer Items}`
        ? EnumValue<Items>
        : never
      : UnknownType<S>
    : S extends `${infer Type}#${string}`
      ? ValueOfType<Trim<Type>, Codecs>
      : ValueOfType<S, Codecs>

/** Written as a condition: of one, what the compiler shows is what comes out. */
type UnknownType<T extends string> = T extends string ? Problem<`unknown type '${T}'`> : never

type ValueOfType<T extends string, Codecs> =
  Lowercase<T> extends infer Name extends keyof PlainValues
    ? PlainValues[Name]
    : T extends `<${infer Codec}>`
      ? CodecValue<Codec, T, Codecs>
      : Lowercase<T> extends `${infer Signed} unsigned`
        ? UnsignedValue<TrimEnd<Signed>, T>
        : Lowercase<T> extends `tinyint(1)`
          ? boolean
          : Lowercase<T> extends `${infer Name}(${infer Parameters})`
            ? SizedValue<TrimEnd<Name>, Trim<Parameters>, T>
            : Lowercase<T> extends `${infer Name extends 'blob' | 'attach' | 'filepath'}@${string}`
              ? CodecValues[Name]
              : UnknownType<T>

type UnsignedValue<Signed extends string, T extends string> = Signed extends keyof SignedValues
  ? SignedValues[Signed]
  : Signed extends `${infer Name}(${infer Parameters})`
    ? TrimEnd<Name> extends keyof SignedValues
      ? SizedValue<TrimEnd<Name>, Trim<Parameters>, T>
      : UnknownType<T>
    : UnknownType<T>

type SizedValue<Name extends string, Parameters extends string, T extends string> = Name extends keyof SizedValues
  ? Parameters extends `${bigint}`
    ? SizedValues[Name]
    : UnknownType<T>
  : Name extends keyof ScaledValues
    ? Parameters extends `${bigint}`
      ? ScaledValues[Name]
      : Parameters extends `${infer Precision},${infer Scale}`
        ? [Trim<Precision>, Trim<Scale>] extends [`${bigint}`, `${bigint}`]
          ? ScaledValues[Name]
          : UnknownType<T>
        : UnknownType<T>
    : UnknownType<T>

type CodecValue<Codec extends string, T extends string, Codecs> = Codec extends `${infer Name}@${string}`
  ? NamedValue<Name, T, Codecs>
  : NamedValue<Codec, T, Codecs>

/** What a codec gives that the schema does not have, but perhaps its pipeline, is for its user to narrow. */
type NamedValue<Name extends string, T extends string, Codecs> = Name extends keyof Codecs
  ? Codecs[Name]
  : Name extends keyof CodecValues
    ? CodecValues[Name]
    : Name extends '' | `${string}${' ' | '<' | '>'}${string}`
      ? UnknownType<T>
      : unknown

type Quote = "'" | '"'

/** The union of an enum's values, read one by one so that a hundred of them do not nest a hundred deep. */
type EnumValue<S extends string, Values extends string = never> =
  TrimStart<S> extends `${infer Q extends Quote}${infer Rest}`
    ? Rest extends `${infer Value}${Q}${infer After}`
      ? AfterEnumValue<Value, After, Q, Values>
      : UnreadableEnum
    : UnreadableEnum

type AfterEnumValue<Value extends string, S extends string, Q extends Quote, Values extends string> =
  // a doubled quote stands for one
  S extends `${Q}${infer More}${Q}${infer After}`
    ? AfterEnumValue<`${Value}${Q}${More}`, After, Q, Values>
    : TrimStart<S> extends `,${infer Next}`
      ? EnumValue<Next, Values | Value>
      : TrimStart<S> extends `)${infer Comment}`
        ? TrimStart<Comment> extends '' | `#${string}`
          ? Values | Value
          : UnreadableEnum
        : UnreadableEnum

type UnreadableEnum = Problem<`cannot read an enum: write enum('first','second')`>
