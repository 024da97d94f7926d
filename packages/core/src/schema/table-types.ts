import type {
  AnyReference,
  Checked,
  KeyOf,
  NewKeyOf,
  NewSecondaryOf,
  OwnOf,
  Problem,
  References,
  SecondaryOf,
  SecondaryTargetsOf,
  TargetsOf,
} from '../definition/types.ts'
import type { AnyTable, Table } from '../query/table.ts'

/** A part in the options of its master: what it refers to, and its definition. */
export type PartDefinition = readonly [references: References, definition: string]
/** The parts of a master, by their names. */
export type PartDefinitions = Readonly<Record<string, PartDefinition>>

/** What a part's definition may refer to: its own references, `master`, and, in that, the other parts. */
type PartReferences<N extends keyof P, P extends PartDefinitions, D extends string, R extends References> = P[N][0] & {
  readonly master: ReferenceTo<D, R> & {
    readonly [Sibling in Exclude<keyof P, N>]: ReferenceTo<P[Sibling][1], PartReferences<Sibling, P, D, R>>
  }
}

interface ReferenceTo<D extends string, R extends References> extends AnyReference {
  readonly '~key': KeyOf<D, R>
  readonly '~newKey': NewKeyOf<D, R>
}

/** The table that a definition declares; `Codecs` are the values of its schema's own codecs, by their names. */
export type TableOf<D extends string, R extends References, Codecs = {}> = MasterOf<D, R, {}, Codecs>

/** A table and, under their names, its parts. Of a conditional type an editor shows what comes out: the rows of the table. */
export type MasterOf<
  D extends string,
  R extends References,
  P extends PartDefinitions,
  Codecs = {},
> = keyof P extends never
  ? Table<KeyOf<D, R>, SecondaryOf<D, R, Codecs>, NewKeyOf<D, R>, NewSecondaryOf<D, R, Codecs>, OwnOf<D, R, Codecs>>
  : TableOf<D, R, Codecs> & { readonly [N in keyof P]: TableOf<P[N][1], PartReferences<N, P, D, R>, Codecs> }

/** The definitions of parts with what is wrong in them said where it stands. */
export type CheckedParts<P extends PartDefinitions, D extends string, R extends References, Codecs = {}> = {
  readonly [N in keyof P]: readonly [P[N][0], P[N][1] & Checked<P[N][1], PartReferences<N, P, D, R>, Codecs>]
}

/**
 * Attributes that come from references. In a generic element they belong to tables that are not known yet, so their
 * names are checked when the row is inserted.
 */
type Inherited<Targets> = [Exclude<Targets, 'master'>] extends [never]
  ? unknown
  : { readonly [attribute: string]: unknown }

/** What `compute` gives for the table itself: the secondary attributes. */
export type MadeRow<D extends string, Codecs = {}> = NewSecondaryOf<D, {}, Codecs> & Inherited<SecondaryTargetsOf<D>>

/** What `compute` gives for one row of a part: all but the master's key. */
export type MadePartRow<D extends string, Codecs = {}> = NewKeyOf<D, {}> &
  NewSecondaryOf<D, {}, Codecs> &
  Inherited<TargetsOf<D>>

/** What `compute` gives: the row without the key, and, where the table has parts, their rows. */
export type Made<D extends string, P extends PartDefinitions, Codecs = {}> = {
  readonly row: MadeRow<D, Codecs>
  /** What the row refers to and lookup tables may lack: inserted before it, unless it is there. */
  readonly lookups?: readonly LookupRows[]
} & (keyof P extends never
  ? unknown
  : { readonly parts: { readonly [N in keyof P]: Rows<MadePartRow<P[N][1], Codecs>> } })

/** The parts that a table has. */
export interface PartsOption<Parts> {
  readonly parts?: Parts
}

/** What belongs to a lookup table. */
export interface LookupOptions<Row, Parts> extends PartsOption<Parts> {
  readonly contents?: readonly Row[]
}

/** In place of a make: other programs fill the table, which is not populated here. */
export interface MadeElsewhere<Parts> extends PartsOption<Parts> {
  readonly make: null
}

/** An array is an iterable too; said apart, the compiler points at the row that does not fit. */
type Rows<Row> = readonly Row[] | Iterable<Row>

/**
 * `unknown` for a result that has what is expected and no more, which TypeScript does not ask of what a function returns;
 * otherwise the problem, where `compute` stands.
 */
export type CheckedMade<Result, Expected> = [Surplus<Result, Expected>] extends [never]
  ? unknown
  : { readonly compute: Problem<`'${Surplus<Result, Expected>}' is nothing that compute can give`> }

/** The names that a result has at any depth and that are not expected there. */
type Surplus<Result, Expected> = Result extends { readonly row: infer Row }
  ?
      | Unexpected<Result, 'row' | 'parts' | 'lookups'>
      | Unexpected<Row, keyof Member<Expected, 'row'>>
      | SurplusInParts<Member<Result, 'parts'>, Member<Expected, 'parts'>>
  : never

type SurplusInParts<Given, Expected> = {
  [N in keyof Given]: Unexpected<RowIn<Given[N]>, keyof RowIn<Member<Expected, N>>>
}[keyof Given]

type Member<T, Name extends PropertyKey> = T extends { readonly [N in Name]: infer Value } ? Value : unknown
type RowIn<Rows> = Rows extends Iterable<infer Row> ? Row : never
type Unexpected<Row, Known> = Row extends unknown ? Extract<Exclude<keyof Row, Known>, string> : never

/** Rows for a lookup table, or a part of one. */
export interface LookupRows {
  readonly table: AnyTable
  readonly rows: readonly object[]
}
