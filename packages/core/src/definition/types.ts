import type { NoAttributes, Reading, ReadLine, References } from './line-type.ts'
import type { Trim } from './spelling.ts'

export type { AnyReference, References } from './line-type.ts'
export type { Problem } from './spelling.ts'

/** Shows an intersection as one flat object type. */
export type Flatten<T> = { [K in keyof T]: T[K] } & {}

/** The primary key that a definition declares: its own attributes and the keys that it inherits. */
export type KeyOf<D extends string, R extends References> = string extends D
  ? AnyRow
  : Flatten<Read<D, R>['key']['row']>

/** The attributes below the divider, inherited ones included. `Codecs` are the values of a schema's own, by their names. */
export type SecondaryOf<D extends string, R extends References, Codecs = {}> = string extends D
  ? AnyRow
  : Flatten<Read<D, R, Codecs>['secondary']['row']>

/** The primary key as it is inserted: what has a default is optional. */
export type NewKeyOf<D extends string, R extends References> = string extends D
  ? AnyRow
  : Flatten<Read<D, R>['key']['new']>

/** The attributes below the divider as they are inserted: what is nullable or has a default is optional. */
export type NewSecondaryOf<D extends string, R extends References, Codecs = {}> = string extends D
  ? AnyRow
  : Flatten<Read<D, R, Codecs>['secondary']['new']>

/** The attributes that a definition declares itself: known also where the tables that it refers to are not. */
export type OwnOf<D extends string, R extends References, Codecs = {}> = string extends D
  ? AnyRow
  : Flatten<Read<D, R, Codecs>['key']['own'] & Read<D, R, Codecs>['secondary']['own']>

/**
 * `unknown` for a definition that can be read, otherwise the problems in it: for a parameter of type
 * `D & Checked<D, R>`.
 */
export type Checked<D extends string, R extends References, Codecs = {}> = string extends D
  ? unknown
  : Read<D, R, Codecs>['key']['checked'] & Read<D, R, Codecs>['secondary']['checked']

/** The names of the tables that a definition refers to, as it spells them. */
export type TargetsOf<D extends string> = string extends D
  ? string
  : Read<D, {}>['key']['targets'] | Read<D, {}>['secondary']['targets']

/** The names of the tables that a definition refers to below the divider. */
export type SecondaryTargetsOf<D extends string> = string extends D ? string : Read<D, {}>['secondary']['targets']

/** The row of a definition that the compiler does not know. */
type AnyRow = Record<string, unknown>

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
  New = NoAttributes,
  Own = NoAttributes,
  Targets extends string = never,
  Check = unknown,
> = S extends `${infer Line}\n${infer Rest}`
  ? Trim<Line> extends infer Text extends string
    ? Text extends `${'---' | '___'}${string}`
      ? In extends 'key'
        ? EndOfSection<Rest, Row, New, Own, Targets, Check>
        : ReadSection<In, Rest, R, Codecs, Row, New, Own, Targets, Check>
      : ReadLine<Text, R, Codecs> extends infer L extends Reading
        ? ReadSection<
            In,
            Rest,
            R,
            Codecs,
            Row & L['row'],
            New & L['new'],
            Own & L['own'],
            Targets | L['targets'],
            Check & L['checked']
          >
        : never
    : never
  : EndOfSection<'', Row, New, Own, Targets, Check>

interface EndOfSection<Rest extends string, Row, New, Own, Targets extends string, Check> extends Section {
  readonly rest: Rest
  readonly row: Row
  readonly new: New
  readonly own: Own
  readonly targets: Targets
  readonly checked: Check
}
