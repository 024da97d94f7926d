import type { Attribute, Heading } from '../../attribute/attribute.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import type { KeyValue } from '../../codec/codec.ts'
import type { External } from '../../codec/external.ts'
import { toStored } from '../../attribute/to-stored.ts'
import { listNames } from '../../errors.ts'
import { show } from '../call.ts'
import type { Context } from '../context.ts'
import { isRow, valueIn } from '../given-row.ts'
import type { AnyTable } from '../table.ts'
import { textValue } from './text-value.ts'
import { InvalidCsvError, InvalidRowError } from './write-errors.ts'

export interface EncoderOptions {
  readonly ignoreExtra?: boolean
}

/** One row on its way into a table, and where it stood in what was given. */
export interface GivenRow {
  readonly value: unknown
  readonly row: number
  readonly line: number | null
  /** Its values are text, as a file has them. */
  readonly text: boolean
}

/** Refuses names in the header of a text, which stand in its line `line`, that do not fit the table. */
export type RequireNames = (names: readonly string[], line: number) => void

/** The values of one row in the order of the heading; `undefined` where the row leaves an attribute out. */
export type EncodedRow = (StoredValue | undefined)[]

/** Puts the values of codecs into an encoded row. */
export type FinishRow = (given: GivenRow, encoded: EncodedRow, signal: AbortSignal) => Promise<void>

/** Converts rows by the types of a table's attributes, which it looks at once. */
export interface RowEncoder {
  readonly requireNames: RequireNames
  /** Everything but the values of codecs, whose places hold `undefined`. */
  encode(given: GivenRow): EncodedRow
  /** `null` where the table has no codecs. */
  readonly finish: FinishRow | null
  /** The objects of DataJoint 0.14 to which a finished row refers. */
  externalsOf(encoded: EncodedRow): readonly External[]
}

export function rowEncoder(context: Context, table: AnyTable, options: EncoderOptions): RowEncoder {
  const { heading } = table.declaration
  const readers = heading.map((attribute) => ({
    attribute,
    required: attribute.default.kind === 'required',
    isCodec: attribute.type.codec !== null,
    read: readerOf(attribute.name),
  }))
  const known = new Set(heading.map(({ name }) => name))
  const refuse = (given: GivenRow, names: readonly string[], problem: string, cause?: unknown) =>
    new InvalidRowError(table.typeName, given, names, problem, cause)

  const requireNames: RequireNames = (names, line) => {
    const unknown = options.ignoreExtra === true ? undefined : names.find((name) => !known.has(name))
    const missing = readers.find(({ required, attribute: { name } }) => required && !names.includes(name))
    const name = unknown ?? missing?.attribute.name
    if (name === undefined) return
    const has = `; ${table.typeName} has ${listNames([...known])}`
    const problem = unknown === undefined ? `does not name \`${name}\`, which is required` : `names \`${name}\`${has}`
    const advice = 'The first line names the attributes; { separator } says what stands between.'
    throw new InvalidCsvError(line, `the header ${problem}. ${advice}`, { attributes: [name] })
  }

  const encode = (given: GivenRow): EncodedRow => {
    const { value: row } = given
    if (!isRow(row)) throw refuse(given, [], `it is ${show(row)}; ${adviceFor(row)}`)
    if (options.ignoreExtra !== true) {
      for (const name of Object.keys(row)) {
        if (known.has(name)) continue
        throw refuse(given, [name], `it has no attribute \`${name}\`; it has ${listNames([...known])}.`)
      }
    }
    const encoded: EncodedRow = []
    for (const { attribute, required, isCodec, read } of readers) {
      const value = read(row)
      if (value === undefined) {
        if (required) throw refuse(given, [attribute.name], `\`${attribute.name}\` is missing.`)
        encoded.push(undefined)
      } else if (isCodec && value !== null) {
        if (given.text) throw refuse(given, [attribute.name], `${attribute.type.text} cannot be given as text.`)
        encoded.push(undefined)
      } else encoded.push(convert(attribute, value, given))
    }
    return encoded
  }

  const convert = (attribute: Attribute, value: unknown, given: GivenRow): StoredValue => {
    try {
      return toStored(attribute, given.text ? textValue(attribute, value) : value)
    } catch (error) {
      if (!isAboutValue(error)) throw error
      throw refuse(given, [attribute.name], error.message, error)
    }
  }

  const codecs = heading.flatMap((attribute, index) =>
    attribute.type.codec === null ? [] : [{ attribute, index, read: readerOf(attribute.name) }],
  )
  const { schema, table: tableName } = table.declaration.name
  const externals = new WeakMap<EncodedRow, External[]>()
  const finish: FinishRow = async (given, encoded, signal) => {
    const key = keyOf(heading, encoded)
    const tracked: External[] = []
    const track = (external: External): void => void tracked.push(external)
    const { codecs: known, stores } = context
    for (const { attribute, index, read } of codecs) {
      const value = isRow(given.value) ? read(given.value) : undefined
      if (value === undefined || value === null) continue
      try {
        encoded[index] = await known
          .get(attribute.type)
          .encode(value, { schema, table: tableName, attribute: attribute.name, key, stores, signal, track })
      } catch (error) {
        if (!isAboutValue(error)) throw error
        throw refuse(given, [attribute.name], problemOf(attribute, error), error)
      }
    }
    if (tracked.length > 0) externals.set(encoded, tracked)
  }
  return {
    requireNames,
    encode,
    finish: codecs.length === 0 ? null : finish,
    externalsOf: (encoded) => externals.get(encoded) ?? [],
  }
}

/** The key of a row as far as it is known before the row is there. */
export const keyOf = (heading: Heading, encoded: EncodedRow): readonly KeyValue[] =>
  heading.flatMap(({ name, type, inKey, default: fallback }, index) =>
    inKey ? [{ name, type, value: encoded[index] ?? (fallback.kind === 'literal' ? fallback.value : null) }] : [],
  )

/** Reads one attribute of a row: of most names, what every object has stands in nobody's way. */
const readerOf = (name: string): ((row: object) => unknown) =>
  name in Object.prototype ? (row) => valueIn(row, name) : (row) => Reflect.get(row, name)

const adviceFor = (value: unknown): string =>
  Array.isArray(value)
    ? 'a row is an object, { attribute: value }: a list would depend on the order of the attributes.'
    : 'a row is an object, { attribute: value }.'

const valueProblems: readonly unknown[] = [
  'invalid-value',
  'unpackable-value',
  'codec-value',
  'local-file',
  'source-changed',
  'filepath',
  'invalid-object-path',
]

/** Whether an error is the value's fault, rather than a store's or an abort. */
export const isAboutValue = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && valueProblems.includes(error.code)

/** What is wrong with a value, with the attribute that it is of, which a codec does not know. */
export const problemOf = ({ name }: Attribute, { message }: Error): string =>
  message.includes(`\`${name}\``) ? message : `\`${name}\`: ${message}`
