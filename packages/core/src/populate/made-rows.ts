import { toStored } from '../attribute/to-stored.ts'
import { identifyTable } from '../query/dependencies.ts'
import { gives, isRow, valueIn } from '../query/given-row.ts'
import { keyNames } from '../query/key-names.ts'
import { type AnyTable, isTable } from '../query/table.ts'
import { identify } from '../query/tuple.ts'
import { InvalidMakeError } from './errors.ts'

/** Rows that a make gives for one table. */
export type TableRows = readonly [AnyTable, readonly object[]]

/** The rows for lookup tables, which alone may grow by what a make finds: other tables are somebody's decision. */
export function lookupsOf(table: AnyTable, key: object, made: unknown): readonly TableRows[] {
  const lookups = isRow(made) ? (valueIn(made, 'lookups') ?? []) : []
  const invalid = (problem: string) => new InvalidMakeError(table.typeName, key, problem)
  if (!isIterable(lookups)) throw invalid('`lookups` that are no list')
  return Array.from(lookups, (lookup): TableRows => {
    const [target, rows] = isRow(lookup) ? [valueIn(lookup, 'table'), valueIn(lookup, 'rows')] : []
    if (!isTable(target) || !isIterable(rows)) throw invalid('a member of `lookups` that is not { table, rows }')
    const { tier } = (target.master ?? target).declaration
    if (tier !== 'lookup')
      throw invalid(`lookup rows for ${target.typeName}, a table of tier ${target.declaration.tier}`)
    return [target, Array.from(rows, (row) => requireRow(row, `${target.typeName} among the lookups`, invalid))]
  })
}

const members = ['row', 'parts', 'lookups']

/** The rows of the table and of its parts, with the key filled in; refused unless `made` has the form of a result. */
export function rowsOf(table: AnyTable, key: object, made: unknown): readonly TableRows[] {
  const invalid = (problem: string) => new InvalidMakeError(table.typeName, key, problem)
  const row = isRow(made) ? valueIn(made, 'row') : undefined
  if (!isRow(made) || !isRow(row)) throw invalid('no `row`')
  const strange = Object.keys(made).filter((name) => !members.includes(name))
  if (strange.length > 0)
    throw invalid(`\`${strange.join('`, `')}\`, where \`row\`, \`parts\` and \`lookups\` are known`)
  const given = valueIn(made, 'parts') ?? {}
  if (!isRow(given)) throw invalid('`parts` that are not an object of lists')
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(table.parts, name))
  if (unknown.length > 0) throw invalid(`rows of ${unknown.join(', ')}, which ${table.typeName} does not have`)
  const parts = Object.entries(table.parts).map(([name, part]): TableRows => {
    const rows = valueIn(given, name)
    if (!isIterable(rows)) throw invalid(`no list of rows for its part ${name}`)
    const names = keyNamesIn(part)
    const withKey = (row: object) => addKey(part, names, key, row, `a row of ${name}`, invalid)
    return [part, Array.from(rows, (row) => withKey(requireRow(row, name, invalid)))]
  })
  return [[table, [addKey(table, keyNamesIn(table), key, row, 'the row', invalid)]], ...parts]
}

type Invalid = (problem: string) => InvalidMakeError

function requireRow(row: unknown, owner: string, invalid: Invalid): object {
  if (!isRow(row)) throw invalid(`${row === null ? 'null' : `a ${typeof row}`} as a row for ${owner}`)
  return row
}

/**
 * A row of the table or of a part with the key that is being made, under the names that it has there. The row may repeat
 * the key but not change it: it would be another's row.
 */
function addKey(target: AnyTable, names: KeyNames, key: object, row: object, owner: string, invalid: Invalid): object {
  const { heading } = target.declaration
  const whole: Record<string, unknown> = { ...row }
  for (const { name } of heading) if (gives(row, name)) whole[name] = valueIn(row, name)
  for (const [here, inKey] of names) {
    const [wanted, given] = [valueIn(key, inKey), whole[here]]
    const attribute = heading.find(({ name }) => name === here)
    const stored = (value: unknown) => attribute && identify([toStored(attribute, value)])
    if (given !== undefined && given !== wanted && stored(given) !== stored(wanted))
      throw invalid(`${owner} with another \`${here}\` (${String(given)})`)
    whole[here] = wanted
  }
  return whole
}

/** Names in a table, each with that in the key of its master or, in the master itself, the same. */
type KeyNames = readonly (readonly [here: string, inKey: string])[]

function keyNamesIn(target: AnyTable): KeyNames {
  const master = target.master?.declaration
  if (!master) return keyNames(target.declaration).map((name) => [name, name])
  const reference = target.declaration.foreignKeys.find(
    ({ parent }) => identifyTable(parent) === identifyTable(master.name),
  )
  return (reference?.attributes ?? []).map((name, index) => [name, reference?.parentAttributes[index] ?? name])
}

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value
