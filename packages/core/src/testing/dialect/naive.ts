import type { StoredValue } from '../../attribute/storage.ts'
import type { Condition } from '../../relation/condition.ts'
import type { RelationNode } from '../../relation/node.ts'

export type NaiveRow = Readonly<Record<string, StoredValue>>
/** SQL's truth: `null` is unknown. */
type Truth = boolean | null

/** What a relation means, on arrays of rows: every node by its definition, no plan, no SQL. */
export function evaluate(node: RelationNode, tables: ReadonlyMap<string, readonly NaiveRow[]>): readonly NaiveRow[] {
  switch (node.kind) {
    case 'table':
      return tables.get(node.name.table) ?? []
    case 'restrict':
      return evaluate(node.source, tables).filter((row) => holds(node.condition, row, tables) === true)
    case 'project':
      return evaluate(node.source, tables).map((row) => mapValues(node.columns, (from) => row[from] ?? null))
    case 'join': {
      const right = evaluate(node.right, tables)
      return evaluate(node.left, tables).flatMap((row) =>
        right
          .filter((other) => node.on.every((name) => equal(row[name], other[name]) === true))
          .map((other) => ({ ...other, ...row })),
      )
    }
    case 'top': {
      const sorted = evaluate(node.source, tables).toSorted((a, b) => {
        for (const { attribute, descending } of node.order) {
          const order = compareNullFirst(a[attribute] ?? null, b[attribute] ?? null)
          if (order !== 0) return descending ? -order : order
        }
        return 0
      })
      return sorted.slice(node.offset, node.limit === null ? undefined : node.offset + node.limit)
    }
  }
}

function holds(condition: Condition, row: NaiveRow, tables: ReadonlyMap<string, readonly NaiveRow[]>): Truth {
  switch (condition.kind) {
    case 'compare': {
      const value = row[condition.attribute] ?? null
      if (value === null) return null
      const order = compareNullFirst(value, condition.value)
      return {
        '=': order === 0,
        '!=': order !== 0,
        '<': order < 0,
        '<=': order <= 0,
        '>': order > 0,
        '>=': order >= 0,
      }[condition.operator]
    }
    case 'is-null':
      return (row[condition.attribute] ?? null) === null
    case 'in':
      return any(
        condition.keys.map((key) => all(condition.attributes.map((name, index) => equal(row[name], key[index])))),
      )
    case 'matches':
      return evaluate(condition.source, tables).some((other) =>
        condition.on.every(([here, there]) => equal(row[here], other[there]) === true),
      )
    case 'and':
      return all(condition.conditions.map((part) => holds(part, row, tables)))
    case 'or':
      return any(condition.conditions.map((part) => holds(part, row, tables)))
    case 'not': {
      const truth = holds(condition.condition, row, tables)
      return truth === null ? null : !truth
    }
  }
}

const equal = (a: StoredValue | undefined, b: StoredValue | undefined): Truth =>
  a === null || a === undefined || b === null || b === undefined ? null : a === b

const all = (truths: readonly Truth[]): Truth => (truths.includes(false) ? false : truths.includes(null) ? null : true)

const any = (truths: readonly Truth[]): Truth => (truths.includes(true) ? true : truths.includes(null) ? null : false)

function compareNullFirst(a: StoredValue, b: StoredValue): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return a < b ? -1 : 1
}

const mapValues = (record: Readonly<Record<string, string>>, f: (value: string) => StoredValue): NaiveRow =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]))
