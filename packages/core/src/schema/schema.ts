import type { Codec, ValuesOf } from '../codec/define-codec.ts'
import type { Checked, KeyOf, References } from '../definition/types.ts'
import type { AnyTable, NewRow } from '../query/table.ts'
import type { Make } from '../query/make.ts'
import type {
  CheckedMade,
  CheckedParts,
  LookupOptions,
  Made,
  MadeElsewhere,
  MasterOf,
  PartDefinitions,
  PartsOption,
  TableOf,
} from './table-types.ts'

/**
 * A set of tables, which the database keeps under one name. Declaring a table here does no I/O: it parses the
 * definition, resolves its references and gives the table as a value.
 */
export interface Schema {
  readonly kind: 'schema'
  readonly name: string
  /** In the order in which they were declared: each after what it refers to. */
  readonly tables: readonly AnyTable[]
  /** Those that its types in `<…>` name, beside those that every pipeline has. */
  readonly codecs: readonly Codec[]
  /** What their values are, by their names: for the compiler alone. */
  readonly '~codecs': object

  /** A table whose rows people or programs insert. */
  manual<const D extends string, const R extends References, const P extends PartDefinitions = {}>(
    name: string,
    references: R,
    definition: D & Checked<D, R, this['~codecs']>,
    options?: PartsOption<P & CheckedParts<P, D, R, this['~codecs']>>,
  ): MasterOf<D, R, P, this['~codecs']>

  /** A table of what is known beforehand: `contents` are inserted when it is declared. */
  lookup<const D extends string, const R extends References, const P extends PartDefinitions = {}>(
    name: string,
    references: R,
    definition: D & Checked<D, R, this['~codecs']>,
    options?: LookupOptions<NewRow<TableOf<D, R, this['~codecs']>>, P & CheckedParts<P, D, R, this['~codecs']>>,
  ): MasterOf<D, R, P, this['~codecs']>

  /**
   * A table that fills itself from files or programs outside the database. With `{ make: null }` other programs fill it: it
   * is read and declared, and populated elsewhere.
   */
  imported<
    const D extends string,
    const R extends References,
    Inputs,
    Result extends Made<D, P, this['~codecs']>,
    const P extends PartDefinitions = {},
  >(
    name: string,
    references: R,
    definition: D & Checked<D, R, this['~codecs']>,
    make:
      | (PartsOption<P & CheckedParts<P, D, R, this['~codecs']>> &
          Make<KeyOf<D, R>, Inputs, Result> &
          CheckedMade<Result, Made<D, P, this['~codecs']>>)
      | MadeElsewhere<P & CheckedParts<P, D, R, this['~codecs']>>,
  ): MasterOf<D, R, P, this['~codecs']>

  /** A table that fills itself from other tables; with `{ make: null }`, other programs fill it. */
  computed<
    const D extends string,
    const R extends References,
    Inputs,
    Result extends Made<D, P, this['~codecs']>,
    const P extends PartDefinitions = {},
  >(
    name: string,
    references: R,
    definition: D & Checked<D, R, this['~codecs']>,
    make:
      | (PartsOption<P & CheckedParts<P, D, R, this['~codecs']>> &
          Make<KeyOf<D, R>, Inputs, Result> &
          CheckedMade<Result, Made<D, P, this['~codecs']>>)
      | MadeElsewhere<P & CheckedParts<P, D, R, this['~codecs']>>,
  ): MasterOf<D, R, P, this['~codecs']>
}

/** A schema with codecs of its own: its rows have their values. It goes wherever a schema does. */
export type SchemaWith<Own extends readonly Codec[]> = Schema & { readonly '~codecs': ValuesOf<Own> }

/** From JavaScript, it may be a module, or nothing at all. */
export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'schema' && 'tables' in value
