import type { NoAttributes, Reading, ReadLine, References } from './line-type.ts'
import type { Trim } from './spelling.ts'

export type { AnyReference, References } from './line-type.ts'
export type { Problem } from './spelling.ts'

/** Shows an intersection as one flat object type. */
export type Flatten<T> = { [K in keyof T]: T[K] } & {}

/**
 * The primary key that a definition declares: its own attributes and, as members of an intersection, the keys that it
 * inherits, so that the own ones are known where the others are not yet.
 */
export type KeyOf<D extends string, R extends References> = string extends D
  ? AnyRow
  : AsObject<Read<D, R>['key']['row']>

/** The attributes below the divider, inherited ones included. `Codecs` are the values of a schema's own, by their names. */
export type SecondaryOf<D extends string, R extends References, Codecs = {}> = string extends D
  ? AnyRow
  : AsObject<Read<D, R, Codecs>['secondary']['row']>

/** The names of the attributes that an inserted row may leave out: nullable ones and those with a default. */
export type OptionalOf<D extends string, R extends References> = string extends D ? string : OptionalNames<Read<D, R>>

/**
 * `unknown` for a definition that can be read, otherwise the problems in it: for a parameter of type
 * `D & Checked<D, R>`.
 */
export type Checked<D extends string, R extends References> = string extends D
  ? unknown
  : Read<D, R>['key']['checked'] & Read<D, R>['secondary']['checked']

/** The attributes that a definition declares itself. */
export type LocalOf<D extends string, Codecs = {}> = string extends D ? AnyRow : AsObject<OwnRow<Read<D, {}, Codecs>>>

/** The attributes below the divider that a definition declares itself. */
export type SecondaryLocalOf<D extends string, Codecs = {}> = SecondaryOf<D, {}, Codecs>

/** The names of the tables that a definition refers to, as it spells them. */
export type TargetsOf<D extends string> = string extends D
  ? string
  : Read<D, {}>['key']['targets'] | Read<D, {}>['secondary']['targets']

/** The names of the tables that a definition refers to below the divider. */
export type SecondaryTargetsOf<D extends string> = string extends D ? string : Read<D, {}>['secondary']['targets']

/** The row of a definition that the compiler does not know. */
type AnyRow = Record<string, unknown>

/** Every row is an object: said here because `Reading` leaves it open for tables that are not known yet. */
type AsObject<Row> = Row & NoAttributes

type OwnRow<T extends Sections> = T['key']['row'] & T['secondary']['row']

type OptionalNames<T extends Sections> = Extract<
  | T['key']['optional']
  | T['secondary']['optional']
  | Exclude<T['secondary']['nullable'], T['key']['required'] | T['secondary']['required']>,
  string
>

interface Sections {
  readonly key: Section
  readonly secondary: Section
}

interface Section extends Reading {
  /** The lines after the divider. */
  readonly rest: string
}

/** Reads a definition, key first, each line once. */
type Read<D extends string, R extends References, Codecs = {}> =
  ReadSection<'key', `${D}\n`, R> extends infer Key extends Section
    ? { readonly key: Key; readonly secondary: ReadSection<'secondary', Key['rest'], R, Codecs> }
    : never

/** Recurses in tail position, which the compiler does in a loop: definitions may have hundreds of lines. */
type ReadSection<
  In extends 'key' | 'secondary',
  S extends string,
  R extends References,
  // no attribute of a key has a codec
  Codecs = {},
  Row = NoAttributes,
  Optional extends string = never,
  Nullable extends PropertyKey = never,
  Required extends PropertyKey = never,
  Targets extends string = never,
  Check = unknown,
> = S extends `${infer Line}\n${infer Rest}`
  ? Trim<Line> extends infer Text extends string
    ? Text extends `${'---' | '___'}${string}`
      ? In extends 'key'
        ? EndOfSection<Rest, Row, Optional, Nullable, Required, Targets, Check>
        : ReadSection<In, Rest, R, Codecs, Row, Optional, Nullable, Required, Targets, Check>
      : ReadLine<Text, R, Codecs> extends infer L extends Reading
        ? ReadSection<
            In,
            Rest,
            R,
            Codecs,
            Row & L['row'],
            Optional | L['optional'],
            Nullable | L['nullable'],
            Required | L['required'],
            Targets | L['targets'],
            Check & L['checked']
          >
        : never
    : never
  : EndOfSection<'', Row, Optional, Nullable, Required, Targets, Check>

interface EndOfSection<
  Rest extends string,
  Row,
  Optional extends string,
  Nullable extends PropertyKey,
  Required extends PropertyKey,
  Targets extends string,
  Check,
> extends Section {
  readonly rest: Rest
  readonly row: Row
  readonly optional: Optional
  readonly nullable: Nullable
  readonly required: Required
  readonly targets: Targets
  readonly checked: Check
}
