import type { TableName } from '../definition/table-declaration.ts'
import { typeName } from '../definition/table-name.ts'
import { PipelineError } from '../errors.ts'

/** A part would be dropped although its master stays: the master's rows would lose what makes them whole. */
export class DroppedPartError extends PipelineError {
  override readonly name = 'DroppedPartError'
  readonly code = 'part-without-master'
  readonly part: TableName
  readonly master: TableName
  constructor(part: TableName, master: TableName) {
    super(
      `${typeName(part.table)} would be dropped and its master ${typeName(master.table)} would stay. ` +
        `Drop the master, or pass { parts: 'alone' } for the part alone.`,
    )
    this.part = part
    this.master = master
  }
}

/** What a drop would take is no longer what its plan showed. */
export class StaleDropError extends PipelineError {
  override readonly name = 'StaleDropError'
  readonly code = 'stale-plan'
  readonly table: TableName
  /** Rows when it was planned; `null` where the table was not in the plan. */
  readonly planned: number | null
  /** Rows now; `null` where there is no such table. */
  readonly present: number | null
  constructor(table: TableName, planned: number | null, present: number | null) {
    const say = (rows: number | null) =>
      rows === null ? 'not among the tables' : `${rows} ${rows === 1 ? 'row' : 'rows'}`
    super(
      `The plan to drop is out of date: ${typeName(table.table)} was ${say(planned)} then, and is ${say(present)} now. ` +
        'Nothing was dropped; plan again, and look.',
    )
    this.table = table
    this.planned = planned
    this.present = present
  }
}
