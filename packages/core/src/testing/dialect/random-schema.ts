import * as fc from 'fast-check'
import type { Attribute } from '../../attribute/attribute.ts'
import type { Storage, StoredValue } from '../../attribute/storage.ts'
import { toStored } from '../../attribute/to-stored.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import type { NaiveRow } from './naive-values.ts'

/** One table of a random schema; the numbers choose among what is possible. */
export interface TablePlan {
  readonly choices: readonly number[]
  readonly rows: readonly (readonly number[])[]
}

const choices = (length: number) => fc.array(fc.nat(1000), { minLength: length, maxLength: length })

/** About one table in eight has no rows. */
const rows = fc.oneof(
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 7, arbitrary: fc.array(choices(9), { minLength: 3, maxLength: 8 }) },
)

export const schemas: fc.Arbitrary<readonly TablePlan[]> = fc.array(fc.record({ choices: choices(10), rows }), {
  minLength: 3,
  maxLength: 5,
})

const keyTypes = ['int16', 'varchar(4)', 'date', "enum('b','a')", 'int32'] as const
const types = [
  'int32',
  'varchar(8)',
  "enum('b','a','B')",
  'float64',
  'decimal(6,2)',
  'json',
  'datetime(3)',
  'bool',
  'uuid',
  'float32',
] as const

/**
 * The definition of the table at `index`, whose references are to tables before it: in the key or beside it, as they are or
 * under other names, nullable or not. A table has one to three attributes in its key, and its last one may have NULL.
 */
export function definitionOf(
  { choices: chosen }: TablePlan,
  index: number,
  before: readonly TableDeclaration[],
): string {
  const [toKey = 0, ownKeys = 0, keyType = 0, toBeside = 0, beside = 0, first = 0, second = 0, nulls = 0] = chosen
  const key: string[] = []
  const secondary: string[] = []
  const parent = before.length > 0 && toKey % 3 > 0 ? before[toKey % before.length] : undefined
  if (parent) key.push(`-> ${nameOf(before.indexOf(parent))}`)
  const own = parent ? ownKeys % 2 : 1 + (ownKeys % 2)
  for (let at = 0; at < own; at += 1) key.push(`k${index}${'xy'[at]} : ${pick(keyTypes, keyType + at)}`)
  const other = before.length > 0 && toBeside % 3 > 0 ? before[toBeside % before.length] : undefined
  if (other) {
    const names = other.heading.filter(({ inKey }) => inKey).map(({ name }) => name)
    const clash = parent !== undefined || beside % 2 === 0
    const renames = names.map((name) => `r${index}${name} = '${name}'`).join(', ')
    const target = nameOf(before.indexOf(other))
    secondary.push(`-> ${beside % 3 > 0 ? '[nullable] ' : ''}${target}${clash ? `.proj(${renames})` : ''}`)
  }
  for (const [at, choice] of [first, second].entries()) {
    const nullable = (nulls + at) % 2 === 0 ? ' = null' : ''
    secondary.push(`s${index}${'xy'[at]}${nullable} : ${pick(types, choice)}`)
  }
  return [...key, '---', ...secondary].join('\n')
}

export const nameOf = (index: number): string => `T${'abcdefgh'[index]}`

/** Rows of a table, of which no two have one key and which refer to rows that are there. */
export function rowsOf(
  { rows }: TablePlan,
  { heading, foreignKeys }: TableDeclaration,
  rowsIn: (table: string) => readonly NaiveRow[],
): readonly NaiveRow[] {
  const made: NaiveRow[] = []
  for (const chosen of rows) {
    const row: Record<string, StoredValue> = {}
    for (const [at, attribute] of heading.entries()) {
      const choice = chosen[at % 9] ?? 0
      const values = valuesOf(attribute)
      row[attribute.name] = attribute.nullable && choice % 4 === 0 ? null : toStored(attribute, pick(values, choice))
    }
    const refers = foreignKeys.every(({ attributes, parent, parentAttributes }, at) => {
      if (attributes.some((name) => row[name] === null)) {
        for (const name of attributes) row[name] = null
        return true
      }
      const parents = rowsIn(parent.table)
      const target = parents[(chosen[at] ?? 0) % Math.max(parents.length, 1)]
      for (const [n, name] of attributes.entries()) row[name] = target?.[parentAttributes[n] ?? ''] ?? null
      return target !== undefined
    })
    const key = (given: NaiveRow): string => heading.flatMap((a) => (a.inKey ? String(given[a.name]) : [])).join('|')
    if (refers && !made.some((other) => key(other) === key(row))) made.push(row)
  }
  return made
}

/** Values, as rows have them, of which tables are made, and with which conditions compare. */
export function valuesOf({ type }: Attribute): readonly unknown[] {
  return candidates(type.storage)
}

/** The same in canonical form. */
export const storedValuesOf = (attribute: Attribute): readonly Exclude<StoredValue, null>[] =>
  valuesOf(attribute).flatMap((value) => toStored({ ...attribute, nullable: true }, value) ?? [])

function candidates(storage: Storage): readonly unknown[] {
  switch (storage.kind) {
    case 'integer':
      return storage.bits === 64 ? [-1n, 0n, 1n, 2n] : [-1, 0, 1, 2]
    case 'boolean':
      return [true, false]
    case 'float':
      return [-1.5, 0, 0.25, 2]
    case 'decimal':
      return ['-1.50', '0.00', '2.25', '0.10']
    case 'date':
      return ['2020-01-01', '2020-01-02', '1999-12-31']
    case 'datetime':
      return ['2020-01-01 10:00:00.000', '2020-01-01 10:00:00.500', '1999-12-31 23:59:59.999']
    case 'uuid':
      return ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'f47ac10b-58cc-4372-a567-0e02b2c3d479']
    case 'enum':
      return storage.values
    case 'json':
      return [
        { a: 1, b: { 'c d': 'x' }, l: [1, 'x', null] },
        { a: '1', b: null, l: { 0: 'y' } },
        { a: true, l: [] },
        { a: 1.5, b: { 'c d': 'X' } },
        ['x'],
        7,
      ]
    case 'text':
      return ['a', 'A', 'b ', 'é', '', '%', '_b'].filter((text) => text.length <= storage.length)
    default:
      return []
  }
}

export function pick<T>(items: readonly T[], choice = 0): T {
  const item = items[choice % items.length]
  if (item === undefined) throw new RangeError('nothing to choose from')
  return item
}
