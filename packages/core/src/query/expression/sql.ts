import { parseAttributeType } from '../../attribute/attribute-type.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import type { SqlOperand, SqlText } from '../../relation/expression.ts'
import { checkOptions, requireText, show } from '../../options.ts'
import { type CheckedType, type Computed, isComputed, type ValueOfType } from './computed.ts'
import { InvalidCallError } from '../errors.ts'
import { isMade, made } from '../made.ts'

/** A value that is bound beside the text of SQL; a `Date` as its date and time in UTC. */
export type SqlValue = string | number | bigint | boolean | null | Uint8Array | Date

/** The name of an attribute in a piece of SQL: checked, and quoted as the database quotes names. */
export interface AttributeName<Name extends string = string> {
  readonly kind: 'attribute'
  readonly name: Name
}

/**
 * A piece of SQL in the language of the database that runs it: as it stands a restriction, with `as` a computed attribute.
 * `~reads` exists for the compiler alone.
 */
export interface Sql<Reads extends string = never> {
  readonly kind: 'sql'
  readonly sql: SqlText
  /** The value of this expression, of a type that is spelt as in a definition: `float64`, `varchar(32)`. */
  as<const T extends string>(
    type: T & CheckedType<T>,
    options?: { readonly nullable?: true },
  ): Computed<ValueOfType<T> | null, Reads>
  /** The same of an expression that is never NULL. */
  as<const T extends string>(
    type: T & CheckedType<T>,
    options: { readonly nullable: boolean },
  ): Computed<ValueOfType<T>, Reads>
  readonly '~reads': Reads
}

type SqlPart = SqlValue | AttributeName | Sql<string>
type ReadsOf<P> = P extends AttributeName<infer Name> ? Name : P extends Sql<infer Reads> ? Reads : never

/**
 * SQL in the server's own language, untranslated, so that it may mean something else on another database. What stands in
 * `${}` is bound as a value, never written into the text; names come by `attribute('name')`, and another `sql` is put in.
 *
 * ```ts
 * db(Session).restrict(sql`stop - start > ${5}`)
 * db(Session).project({ length: sql`${attribute('stop')} - ${attribute('start')}`.as('float64') })
 * ```
 *
 * @throws InvalidCallError `invalid-call` for text in the place of a template, and for what cannot be bound
 * @throws InvalidSqlError `invalid-sql` where the database cannot read it, which shows when it is fetched
 */
export function sql<const P extends readonly SqlPart[]>(
  strings: TemplateStringsArray,
  ...parts: P
): Sql<ReadsOf<P[number]>> {
  // from JavaScript, a text with values pasted into it is how injections come about
  if (!Array.isArray(strings) || !('raw' in strings)) {
    throw new InvalidCallError(
      `sql(...) was called with ${show(strings)}. Write sql\`…\` with values in \${}, so that they are bound and never ` +
        `read as SQL.`,
    )
  }
  return fragment(parts.reduce<SqlText>(append, { text: [strings[0] ?? ''], operands: [] }))

  function append(text: SqlText, part: SqlPart, index: number): SqlText {
    return concatenate(concatenate(text, textOf(part)), { text: [strings[index + 1] ?? ''], operands: [] })
  }
}

/** An attribute's name in a piece of SQL. */
export function attribute<const Name extends string>(name: Name): AttributeName<Name> {
  if (typeof name !== 'string') throw new InvalidCallError(`attribute(${show(name)}): give the name of an attribute.`)
  return made({ kind: 'attribute', name })
}

export const isSql = (value: unknown): value is Sql<string> => isMade(value, 'sql')

function fragment<Reads extends string>(text: SqlText): Sql<Reads> {
  const as = (type: string, options: { readonly nullable?: boolean } = {}) => {
    requireText('sql`…`.as()', "a type, such as 'float64'", type)
    checkOptions('sql`…`.as()', options, ['nullable'])
    const { nullable = true } = options
    return made({ kind: 'computed', expression: { kind: 'sql', sql: text, type: parseAttributeType(type), nullable } })
  }
  // the members for the compiler are on no value
  return made({ kind: 'sql', sql: text, as }) as unknown as Sql<Reads>
}

const concatenate = (left: SqlText, right: SqlText): SqlText => ({
  text: [...left.text.slice(0, -1), `${left.text.at(-1) ?? ''}${right.text[0] ?? ''}`, ...right.text.slice(1)],
  operands: [...left.operands, ...right.operands],
})

function textOf(part: unknown): SqlText {
  if (isSql(part)) return part.sql
  return { text: ['', ''], operands: [operandOf(part)] }
}

function operandOf(part: unknown): SqlOperand {
  if (isAttributeName(part)) return { kind: 'attribute', name: part.name }
  const value = valueOf(part)
  if (value !== undefined) return { kind: 'value', value }
  const advice = isComputed(part) ? 'a computed attribute: give it a name with project() first' : show(part)
  throw new InvalidCallError(
    `sql\`…\` was given ${advice}. It takes finite numbers, text, bigint, true, false, null, Date, bytes, attribute('name') ` +
      `and other sql\`…\`.`,
  )
}

const isAttributeName = (value: unknown): value is AttributeName => isMade(value, 'attribute')

/** A whole number is bound as an integer: drivers bind every `number` as a double. `undefined` for what cannot be bound. */
function valueOf(part: unknown): StoredValue | undefined {
  switch (typeof part) {
    case 'string':
    case 'bigint':
      return part
    case 'boolean':
      return part ? 1n : 0n
    case 'number':
      if (Number.isSafeInteger(part)) return BigInt(part)
      return Number.isFinite(part) ? part : undefined
    default:
      if (part === null || part instanceof Uint8Array) return part
      return part instanceof Date && !Number.isNaN(part.getTime()) ? formatDate(part) : undefined
  }
}

const formatDate = (date: Date): string =>
  date
    .toISOString()
    .replace('T', ' ')
    .replace(/(?:\.000)?Z$/, '')
