import type { Attribute } from '../../attribute/attribute.ts'
import type { StoredValue } from '../../attribute/storage.ts'
import { lower } from '../../compile/lower.ts'
import type { Connection } from '../../connection/connection.ts'
import type { TableDeclaration } from '../../definition/table-declaration.ts'
import { project } from '../../relation/project.ts'
import type { DeleteGroup } from './delete-graph.ts'
import { identifyTable } from '../dependencies.ts'
import type { Doomed } from './doomed.ts'
import { keyNames } from '../key-names.ts'
import { identify, type Tuple, tupleOf } from '../tuple.ts'
import { CircularRowsError } from '../insert/write-errors.ts'

/** What is done together to rows of one table. */
export interface DeleteStep {
  readonly table: TableDeclaration
  readonly keys: readonly Tuple[]
  /** An attribute that is set to NULL, so that the rows no longer refer to each other; `null` where they are deleted. */
  readonly clear: Attribute | null
}

/** One row of a circle of references, and the references to doomed rows that it has. */
interface Row {
  readonly table: TableDeclaration
  readonly key: Tuple
  readonly values: readonly StoredValue[]
  references: readonly Reference[]
  referrers: number
}

interface Reference {
  readonly parent: Row
  /** An attribute of the reference that may be NULL. */
  readonly nullable: Attribute | null
}

/**
 * In which order rows of tables that refer to each other can be deleted: each after those that refer to it. Where they
 * refer to each other in a circle, or to themselves, references that may be NULL are cleared first.
 */
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
      const isCleared = ({ name, nullable, inKey }: Attribute) =>
        nullable && !inKey && foreignKey.attributes.includes(name)
      const nullable = table.heading.find(isCleared) ?? null
      for (const row of rows.get(table) ?? []) {
        const values = valuesIn(row, foreignKey.attributes)
        const referred = values && above.get(identify(values))
        if (!referred) continue
        row.references = [...row.references, { parent: referred, nullable }]
        referred.referrers += 1
      }
    }
  }
  return stepsOf([...rows.values()].flat())
}

function stepsOf(rows: readonly Row[]): readonly DeleteStep[] {
  const steps: DeleteStep[] = []
  const left = new Set(rows)
  let free: readonly Row[] = rows.filter(({ referrers }) => referrers === 0)
  for (;;) {
    while (free.length > 0) {
      for (const [table, step] of Map.groupBy(free, (row) => row.table)) {
        steps.push({ table, keys: step.map(({ key }) => key), clear: null })
      }
      for (const row of free) left.delete(row)
      free = release(free.flatMap(({ references }) => references))
    }
    if (left.size === 0) return steps
    const cleared = [...left].flatMap((row) =>
      row.references.flatMap(({ parent, nullable }) => (nullable ? [{ row, parent, nullable }] : [])),
    )
    for (const [clear, some] of Map.groupBy(cleared, ({ nullable }) => nullable)) {
      for (const [table, step] of Map.groupBy(some, ({ row }) => row.table)) {
        steps.push({ table, keys: step.map(({ row }) => row.key), clear })
      }
    }
    for (const row of left) row.references = row.references.filter(({ nullable }) => !nullable)
    free = release(cleared)
    if (free.length > 0) continue
    const tables = new Set([...left].map(({ table }) => identifyTable(table.name)))
    throw new CircularRowsError([...tables], left.size)
  }
}

/** Takes references away; gives the rows to which none is left. */
function release(references: readonly Reference[]): readonly Row[] {
  return references.flatMap(({ parent }) => {
    parent.referrers -= 1
    return parent.referrers === 0 ? [parent] : []
  })
}

/** The doomed rows of a table with the attributes by which rows may refer to each other. */
async function readRows(
  connection: Connection,
  { table, node }: Doomed,
  signal: AbortSignal | undefined,
): Promise<readonly Row[]> {
  const { dialect } = connection
  const names = node.heading.filter(({ type }) => type.codec === null).map(({ name }) => name)
  const wanted = project(node, Object.fromEntries(names.map((name) => [name, name])))
  const raw = await connection.query(dialect.select(lower(wanted)), signal)
  const key = keyNames(table).map((name) => table.heading.findIndex((attribute) => attribute.name === name))
  return raw.map((row) => {
    const values = table.heading.map(({ name }) => {
      const index = wanted.heading.findIndex((attribute) => attribute.name === name)
      const attribute = wanted.heading[index]
      return attribute ? dialect.fromRaw(row[index] ?? null, attribute.type.storage) : null
    })
    return { table, key: tupleOf(values, key) ?? [], values, references: [], referrers: 0 }
  })
}
