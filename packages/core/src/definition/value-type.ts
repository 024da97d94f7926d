import type { BooleanValues } from '../attribute/boolean-type.ts'
import type { BytesValues } from '../attribute/bytes-type.ts'
import type { FloatValues } from '../attribute/float-type.ts'
import type { IntegerValues } from '../attribute/integer-type.ts'
import type { JsonValues } from '../attribute/json-type.ts'
import type { TemporalValues } from '../attribute/temporal-type.ts'
import type { UuidValues } from '../attribute/uuid-type.ts'
import type { Problem, Trim, TrimStart } from './spelling.ts'

/** The values of the types that take no parameters. */
interface PlainValues
  extends IntegerValues, FloatValues, BooleanValues, UuidValues, BytesValues, JsonValues, TemporalValues {}

/** The type of an attribute's value, from what stands after its colon: the type and a comment. */
export type ValueOf<S extends string> =
  Lowercase<S> extends `enum${infer Space}(${string}`
    ? TrimStart<Space> extends ''
      ? S extends `${string}(${infer Items}`
        ? EnumValue<Items>
        : never
      : UnknownType<S>
    : S extends `${infer Type}#${string}`
      ? ValueOfType<Trim<Type>>
      : ValueOfType<S>

type UnknownType<T extends string> = Problem<`unknown type '${T}'`>

type ValueOfType<T extends string> =
  Lowercase<T> extends infer Name extends keyof PlainValues
    ? PlainValues[Name]
    : T extends `<${infer Codec}>`
      ? CodecValue<Codec, T>
      : Lowercase<T> extends `${infer Name}(${infer Parameters})`
        ? SizedValue<Trim<Name>, Trim<Parameters>, T>
        : UnknownType<T>

type SizedValue<Name extends string, Parameters extends string, T extends string> = Name extends
  | 'char'
  | 'varchar'
  | 'datetime'
  ? Parameters extends `${bigint}`
    ? string
    : UnknownType<T>
  : Name extends 'decimal'
    ? Parameters extends `${infer Precision},${infer Scale}`
      ? [Trim<Precision>, Trim<Scale>] extends [`${bigint}`, `${bigint}`]
        ? string
        : UnknownType<T>
      : UnknownType<T>
    : UnknownType<T>

/** What a codec gives is for its user to narrow. */
type CodecValue<Codec extends string, T extends string> = Codec extends '' | `${string}${' ' | '<' | '>'}${string}`
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
