import { keySource } from '../query/key-source.ts'
import type { Database } from '../query/database.ts'
import { rememberKey } from '../query/expression/key.ts'
import type { Restriction } from '../query/expression/restriction.ts'
import type { AnyTable } from '../query/table.ts'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import type { Condition } from '../relation/condition.ts'
import { distinct } from '../relation/distinct.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { top } from '../relation/top.ts'
import { all, statusIs } from './job-conditions.ts'
import type { Job, JobDesk } from './jobs.ts'
import { persist } from './persist.ts'
import type { JobStatus, RefreshOptions } from './queue.ts'
import { now, pending, type QueueRows } from './queue-rows.ts'
import { refreshJobs } from './refresh.ts'
import { attemptsIn } from './reservation.ts'

/** What people do with the jobs in a `~~table`. */
export function queueDesk(db: Database, table: AnyTable, rows: QueueRows): JobDesk {
  const { connection } = rows.context
  const chosen = (restriction: Restriction<object> | null): readonly Condition[] =>
    restriction === null ? [] : [rows.conditionOf(restriction)]
  return {
    refresh: (options: RefreshOptions = {}) => refreshJobs(db, table, rows, options),

    async ignore(restriction) {
      const waiting = all([statusIs('pending', 'reserved', 'error'), ...chosen(restriction)])
      const changed = await persist(() => rows.update(connection, { ...pending, status: 'ignore' }, waiting))
      const notMade: Condition = { kind: 'not', condition: rows.isIn(tableNode(table.declaration)) }
      const missing = restrict(keySource(db, table).restrict(restriction).node, notMade)
      const job = { status: 'ignore', priority: 5, delaySeconds: 0 } as const
      return changed + (await rows.enqueue(missing, job, undefined))
    },

    clear: (restriction, statuses) =>
      persist(() => rows.delete(connection, all([statusIs(...statuses), ...chosen(restriction)]))),

    retry: (restriction) =>
      persist(() =>
        rows.update(
          connection,
          { ...pending, scheduled_time: now, error_message: '', error_stack: null },
          all([statusIs('error'), ...chosen(restriction)]),
        ),
      ),

    takeOver: (restriction) =>
      persist(() =>
        rows.update(
          connection,
          { ...pending, scheduled_time: now },
          all([statusIs('reserved'), ...chosen(restriction)]),
        ),
      ),

    async counts() {
      const count = { kind: 'aggregate', aggregation: 'count', attribute: null } as const
      const node = distinct(rows.node, { status: 'status', jobs: count })
      const found = await rows.read(node)
      return new Map(found.map((row) => [row['status'] as JobStatus, Number(row['jobs'])]))
    },

    async list({ restriction, statuses, limit, signal }) {
      const latest = {
        kind: 'sql',
        sql: {
          text: ['COALESCE(', ', ', ', ', ')'],
          operands: ['completed_time', 'reserved_time', 'created_time'].map(
            (name) => ({ kind: 'attribute', name }) as const,
          ),
        },
        type: parseAttributeType('datetime(3)'),
        nullable: false,
      } as const
      const jobs = restrict(rows.node, all([statusIs(...statuses), ...chosen(restriction)]))
      const columns = Object.fromEntries(jobs.heading.map(({ name }) => [name, name]))
      const dated = project(jobs, { ...columns, latest })
      const found = await rows.read(top(dated, { limit, order: [{ attribute: 'latest', descending: true }] }), signal)
      return found.map((row) => jobOf(rows, row))
    },
  }
}

function jobOf(rows: QueueRows, row: Readonly<Record<string, unknown>>): Job {
  const key = Object.fromEntries(rows.names.map((name) => [name, row[name]]))
  rememberKey(key, rows.key)
  const text = (name: string): string | null => (typeof row[name] === 'string' ? row[name] : null)
  const number = (name: string): number | null => (row[name] === null ? null : Number(row[name]))
  return {
    key: Object.freeze(key),
    // the values of the enum
    status: row['status'] as JobStatus,
    priority: number('priority'),
    created: text('created_time'),
    scheduled: text('scheduled_time'),
    reserved: text('reserved_time'),
    completed: text('completed_time'),
    duration: number('duration'),
    message: text('error_message') ?? '',
    stack: stackOf(row['error_stack']),
    user: text('user') ?? '',
    host: text('host') ?? '',
    pid: number('pid') ?? 0,
    version: text('version') ?? '',
    attempts: attemptsIn(text('version') ?? ''),
  }
}

/** A stack as text, whatever a client kept as one. */
export const stackOf = (stack: unknown): string | null =>
  stack === null || stack === undefined ? null : typeof stack === 'string' ? stack : JSON.stringify(stack)
