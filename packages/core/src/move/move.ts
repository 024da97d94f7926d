import { checkOptions, checkPlan } from '../query/call.ts'
import { contextOf, type Database } from '../query/database.ts'
import { identifyTable } from '../query/dependencies.ts'
import { copyTable, type Rows } from './copy-table.ts'
import { declareParts } from './declare-parts.ts'
import { copyObjects, objectReader, type ObjectReference } from './objects.ts'
import { inOrder, type MovePlan, readParts } from './plan.ts'

/** What happens while schemas are moved. */
export interface MoveProgress {
  /** `schema.table`, as the databases spell it. */
  readonly table: string
  /** How many of its rows were read. */
  readonly done: number
  readonly rows: number
}

export interface MoveOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: MoveProgress) => void
}

/** What was moved. */
export interface Moved {
  readonly tables: number
  readonly rows: number
  /** Objects that rows refer to and that their stores do not have: they were missing before. */
  readonly missing: readonly ObjectReference[]
}

/**
 * Brings schemas whole to another database: declares their tables there, in the format of the generation that they have,
 * copies rows as they are kept, job history too, with the objects that they refer to where a store is at another place
 * there, and compares both. What is there already stays as it is, so that a move
 * that was interrupted goes on when it is done again. On SQLite nobody else can write where it is moved from meanwhile.
 *
 * @throws MoveDiffersError `move-differs` where a table is not the same in both afterwards
 * @throws ObjectInTheWayError `object-in-the-way` where a file that rows point to would replace another one
 * @throws what `planMove` throws
 */
export async function move(from: Database, to: Database, plan: MovePlan, options: MoveOptions = {}): Promise<Moved> {
  checkPlan('move()', plan, 'planMove(from, to, schemas)')
  checkOptions('move()', options, ['signal', 'onProgress'])
  const { signal, onProgress = () => {} } = options
  const parts = await readParts(from, to, plan.schemas)
  await declareParts(to, parts)
  const target = contextOf(to).connection
  let moved = 0
  const missing = new Map<string, ObjectReference>()
  const places = { from: contextOf(from).stores, to: contextOf(to).stores }
  const planned = new Map(plan.tables.map(({ table, rows }) => [table, rows]))
  await contextOf(from).connection.transaction(async (source) => {
    for (const declaration of inOrder(parts)) {
      const table = identifyTable(declaration.name)
      const rows = planned.get(table) ?? 0
      let last = 0
      const onRows = (done: number): void => onProgress({ table, done: (last = done), rows: Math.max(rows, done) })
      onProgress({ table, done: 0, rows })
      const read = objectReader(declaration, places)
      const before = async (some: Rows): Promise<void> => {
        for (const one of read ? await copyObjects(read(some), signal) : [])
          missing.set(`${one.store} ${one.path}`, one)
      }
      await copyTable(source, target, declaration, { signal, before, onRows })
      moved += last
    }
  }, signal)
  return { tables: inOrder(parts).length, rows: moved, missing: [...missing.values()] }
}
