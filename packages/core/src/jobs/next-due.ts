import { parseAttributeType } from '../attribute/attribute-type.ts'
import type { Condition } from '../relation/condition.ts'
import type { SqlText } from '../relation/expression.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { top } from '../relation/top.ts'
import { all, lease, oursReserved, statusIs } from './job-conditions.ts'
import type { QueueRows } from './queue-rows.ts'

const float64 = parseAttributeType('float64')

/** Seconds until a job is due or a lease of ours expires, of jobs that satisfy all conditions; `null` where there is none. */
export async function secondsUntilDue(rows: QueueRows, conditions: readonly Condition[]): Promise<number | null> {
  const { clock } = rows.context.connection.dialect
  const wait = async (condition: Condition, until: SqlText): Promise<number | null> => {
    const jobs = restrict(rows.node, all([condition, ...conditions]))
    const waiting = project(jobs, { wait: { kind: 'sql', sql: until, type: float64, nullable: true } })
    const [first] = await rows.read(top(waiting, { limit: 1, order: [{ attribute: 'wait', descending: false }] }))
    const seconds = first?.['wait']
    return typeof seconds === 'number' ? seconds : null
  }
  const scheduled = await wait(statusIs('pending'), clock.secondsUntil(attribute('scheduled_time')))
  const lost = await wait(oursReserved, add(clock.secondsUntil(attribute('reserved_time')), lease))
  const waits = [scheduled, lost].filter((value) => value !== null)
  return waits.length === 0 ? null : Math.max(0, Math.min(...waits))
}

const attribute = (name: string): SqlText => ({ text: ['', ''], operands: [{ kind: 'attribute', name }] })

function add(left: SqlText, right: SqlText): SqlText {
  const [first = '', ...others] = right.text
  return {
    text: [...left.text.slice(0, -1), `${left.text.at(-1) ?? ''} + ${first}`, ...others],
    operands: [...left.operands, ...right.operands],
  }
}
