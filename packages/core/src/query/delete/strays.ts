import type { Connection } from '../../connection/connection.ts'
import type { ForeignKey, TableDeclaration } from '../../definition/table-declaration.ts'
import { equalIn } from '../../relation/matches.ts'
import type { RelationNode } from '../../relation/node.ts'
import { restrict } from '../../relation/restrict.ts'
import { tableNode } from '../../relation/table.ts'
import { countRows } from '../fetch/count-rows.ts'
import { masterOf } from './delete-plan.ts'
import { type Dependencies, identifyTable } from '../dependencies.ts'
import type { Doomed } from './doomed.ts'
import { keyNames } from '../key-names.ts'

/** Rows of a part that would go although their master stays. */
export interface Strays {
  readonly part: TableDeclaration
  readonly master: TableDeclaration
  readonly rows: number
  /** The masters that would stay. */
  readonly masters: RelationNode
}

/** Looks, row by row, for parts that would lose their place although their master stays; `null` where there are none. */
export async function findStrays(
  connection: Connection,
  dependencies: Dependencies,
  doomed: ReadonlyMap<string, Doomed>,
  signal?: AbortSignal,
): Promise<Strays | null> {
  for (const { table: part, node, reasons } of doomed.values()) {
    const name = masterOf(part)
    const master = name && dependencies.find(name)
    const foreignKey = name && masterReference(part, identifyTable(name))
    if (!master || !foreignKey) continue
    const id = identifyTable(master.name)
    const toMaster = part.foreignKeys.filter(({ parent }) => identifyTable(parent) === id)
    const [only, ...others] = reasons
    // drawn in by their master alone, they go with it
    if (others.length === 0 && toMaster.length === 1 && only?.because && identifyTable(only.because) === id) continue
    const going = doomed.get(id)
    const { attributes, parentAttributes } = foreignKey
    // a row that refers to no master leaves none behind
    const ofMaster = restrict(node, equalIn(tableNode(master), attributes, parentAttributes))
    const strays = going
      ? restrict(ofMaster, { kind: 'not', condition: equalIn(going.node, attributes, parentAttributes) })
      : ofMaster
    const rows = await countRows({ connection }, strays, signal)
    if (rows === 0) continue
    const masters = restrict(tableNode(master), equalIn(strays, parentAttributes, attributes))
    return { part, master, rows, masters }
  }
  return null
}

/** The reference by which a part belongs to its master: in its key, where it refers to it more than once. */
function masterReference(part: TableDeclaration, master: string): ForeignKey | undefined {
  const key = keyNames(part)
  const references = part.foreignKeys.filter(({ parent }) => identifyTable(parent) === master)
  return references.find(({ attributes }) => attributes.every((name) => key.includes(name))) ?? references[0]
}
