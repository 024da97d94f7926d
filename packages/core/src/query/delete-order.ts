import type { StoredValue } from '../attribute/storage.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { TableDeclaration } from '../definition/table-declaration.ts'
import { project } from '../relation/project.ts'
import type { DeleteGroup } from './delete-graph.ts'
import { identifyTable } from './dependencies.ts'
import type { Doomed } from './doomed.ts'
import { keyNames } from './key-names.ts'
import { identify, type Tuple, tupleOf } from './tuple.ts'
import { CircularRowsError } from './write-errors.ts'

/** Keys of one table that can be deleted together. */
export interface DeleteStep {
  readonly table: TableDeclaration
  readonly keys: readonly Tuple[]
}

/** One row of a circle of references, and the doomed rows that it refers to. */
interface Row {
  readonly table: TableDeclaration
  readonly key: Tuple
  readonly values: readonly StoredValue[]
  readonly parents: Row[]
  referrers: number
}

/** In which order rows of tables that refer to each other can be deleted: each after those that refer to it. */
export async function deleteOrder(
  connection: Connection,
  { tables }: DeleteGroup,
  doomed: ReadonlyMap<string, Doomed>,
  signal?: AbortSignal,
): Promise<readonly DeleteStep[]> {
  const rows = new Map<TableDeclaration, readonly Row[]>()
  for (const { table } of tables) {
    const found = doomed.get(identifyTable(table.name))
    if (found) rows.set(table, await readRows(connection, found, signal))
  }
  const valuesIn = (row: Row, names: readonly string[]) =>
    tupleOf(
      row.values,
      names.map((name) => row.table.heading.findIndex((attribute) => attribute.name === name)),
    )
  for (const { table, links } of tables) {
    for (const { parent, foreignKey } of links) {
      const above = new Map<string, Row>()
      for (const row of rows.get(parent) ?? []) {
        const values = valuesIn(row, foreignKey.parentAttributes)
        if (values) above.set(identify(values), row)
      }
      for (const row of rows.get(table) ?? []) {
        const values = valuesIn(row, foreignKey.attributes)
        const referred = values && above.get(identify(values))
        // a row that refers to itself stands in nobody's way
        if (!referred || referred === row) continue
        row.parents.push(referred)
        referred.referrers += 1
      }
    }
  }
  return stepsOf([...rows.values()].flat())
}

function stepsOf(rows: readonly Row[]): readonly DeleteStep[] {
  const steps: DeleteStep[] = []
  let left = rows.length
  let free = rows.filter(({ referrers }) => referrers === 0)
  while (free.length > 0) {
    left -= free.length
    for (const [table, step] of Map.groupBy(free, (row) => row.table)) {
      steps.push({ table, keys: step.map(({ key }) => key) })
    }
    const next: Row[] = []
    for (const { parents } of free) {
      for (const parent of parents) {
        parent.referrers -= 1
        if (parent.referrers === 0) next.push(parent)
      }
    }
    free = next
  }
  if (left === 0) return steps
  const tables = new Set(rows.filter(({ referrers }) => referrers > 0).map(({ table }) => identifyTable(table.name)))
  throw new CircularRowsError([...tables], left)
}

/** The doomed rows of a table with the attributes by which rows may refer to each other. */
async function readRows(
  connection: Connection,
  { table, node }: Doomed,
  signal: AbortSignal | undefined,
): Promise<readonly Row[]> {
  const { dialect } = connection
  const isRead = (name: string, codec: unknown) => codec === null && table.heading.some((one) => one.name === name)
  const names = node.heading.filter(({ name, type }) => isRead(name, type.codec)).map(({ name }) => name)
  const wanted = project(node, Object.fromEntries(names.map((name) => [name, name])))
  const raw = await connection.query(dialect.select(lower(wanted)), signal)
  const key = keyNames(table).map((name) => table.heading.findIndex((attribute) => attribute.name === name))
  return raw.map((row) => {
    const values = table.heading.map(({ name }) => {
      const index = wanted.heading.findIndex((attribute) => attribute.name === name)
      const attribute = wanted.heading[index]
      return attribute ? dialect.fromRaw(row[index] ?? null, attribute.type.storage) : null
    })
    return { table, key: tupleOf(values, key) ?? [], values, parents: [], referrers: 0 }
  })
}
