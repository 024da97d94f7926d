import type { Attribute, Heading } from '../attribute/attribute.ts'
import type { StoredValue } from '../attribute/storage.ts'
import type { ServerValue } from '../compile/dialect.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { RawRow } from '../driver/driver.ts'
import type { Context } from '../query/context.ts'
import { contextOf, type Database } from '../query/database.ts'
import { rowsReader } from '../query/fetch/fetch.ts'
import { keyNames } from '../query/key-names.ts'
import { keysOf } from '../query/fetch/keys-of.ts'
import { Relation } from '../query/relation.ts'
import { conditionOf, type Restriction } from '../query/expression/restriction.ts'
import type { AnyTable } from '../query/table.ts'
import type { Condition } from '../relation/condition.ts'
import type { SqlText } from '../relation/expression.ts'
import { requireAttribute } from '../relation/heading.ts'
import { equalIn } from '../relation/matches.ts'
import type { RelationNode } from '../relation/node.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { all, held, keysAre, seconds } from './job-conditions.ts'
import type { QueueTable } from './job-table.ts'
import { persist } from './persist.ts'
import type { Claim, JobStatus } from './queue.ts'

/** What a statement puts into a job. */
export type JobValues = Readonly<Record<string, StoredValue | ServerValue>>

export const now: ServerValue = { server: 'now', seconds: 0 }

/** How many keys one statement names: a server takes no packet of any size. */
const REMOVED_AT_ONCE = 50_000

/** A job that nobody has. */
export const pending: JobValues = {
  status: 'pending',
  reserved_time: null,
  completed_time: null,
  duration: null,
  version: '',
}

export const queueRows = (db: Database, table: AnyTable, jobs: QueueTable): QueueRows =>
  new QueueRows(contextOf(db), jobs, `the jobs of ${table.typeName}`)

/** The rows of one `~~table`. */
export class QueueRows {
  readonly jobs: QueueTable
  readonly context: Context
  readonly label: string
  /** The attributes of the key. */
  readonly key: Heading
  readonly names: readonly string[]
  readonly node: RelationNode

  constructor(context: Context, jobs: QueueTable, label: string) {
    this.context = context
    this.jobs = jobs
    this.label = label
    this.key = jobs.heading.filter(({ inKey }) => inKey)
    this.names = keyNames(jobs)
    this.node = tableNode({ name: jobs.declaration.name, heading: jobs.heading })
  }

  /** A restriction is one of keys: what else a job has is none of its attributes. */
  conditionOf(restriction: Restriction<object>): Condition {
    return conditionOf(restriction, new Relation<object, object>(this.context, project(this.node, {}), this.label))
  }

  keysAre(keys: readonly object[]): Condition {
    return keysAre(keys, this.key, this.label)
  }

  held(claims: readonly Claim[]): Condition {
    return held(claims, this.jobs.heading, this.label)
  }

  /** That a node with the same key has this key. */
  isIn(node: RelationNode): Condition {
    return equalIn(node, this.names)
  }

  update(connection: Connection, values: JobValues, condition: Condition, signal?: AbortSignal): Promise<number> {
    const { declaration, heading } = this.jobs
    const set = Object.entries(values).map(([name, value]): readonly [Attribute, StoredValue | ServerValue] => [
      requireAttribute(heading, name),
      value,
    ])
    return connection.execute(connection.dialect.update(declaration.name, heading, set, condition), signal)
  }

  delete(connection: Connection, condition: Condition, signal?: AbortSignal): Promise<number> {
    const { declaration, heading } = this.jobs
    return connection.execute(connection.dialect.delete(declaration.name, heading, condition), signal)
  }

  /** Removes the jobs that satisfy `found`, which is looked for without keeping rows from others, and still `condition`. */
  async remove(found: Condition, condition: Condition, signal: AbortSignal | undefined): Promise<number> {
    const { connection } = this.context
    const keys = await keysOf(connection, restrict(this.node, found), signal)
    let removed = 0
    for (let at = 0; at < keys.length; at += REMOVED_AT_ONCE) {
      const some = keys.slice(at, at + REMOVED_AT_ONCE)
      const listed = all([{ kind: 'in', attributes: this.names, keys: some }, condition])
      removed += await persist(() => this.delete(connection, listed, signal))
    }
    return removed
  }

  /** Inserts jobs for those keys of a relation that have none, in one statement. */
  async enqueue(
    keys: RelationNode,
    job: { readonly status: JobStatus; readonly priority: number; readonly delaySeconds: number },
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { connection } = this.context
    const { dialect } = connection
    const value = (name: string, sql: SqlText) => {
      const { type } = requireAttribute(this.jobs.heading, name)
      return [name, { kind: 'sql', sql, type, nullable: false }] as const
    }
    const missing = restrict(project(keys, {}), { kind: 'not', condition: this.isIn(this.node) })
    const node = project(
      missing,
      Object.fromEntries([
        value('status', { text: [`'${job.status}'`], operands: [] }),
        value('priority', { text: ['', ''], operands: [{ kind: 'value', value: BigInt(job.priority) }] }),
        value('created_time', dialect.clock.now(seconds(0))),
        value('scheduled_time', dialect.clock.now(seconds(job.delaySeconds))),
      ]),
    )
    const attributes = node.heading.map(({ name }) => requireAttribute(this.jobs.heading, name))
    const statement = dialect.insertSelect(this.jobs.declaration.name, attributes, lower(node), 'skip')
    const insert = (transaction: Connection): Promise<number> => transaction.execute(statement, signal)
    // a snapshot would keep the rows that are read from others
    return persist(() => connection.transaction(insert, signal, 'latest'))
  }

  async read(node: RelationNode, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
    const { connection } = this.context
    return this.rowsOf(node, await connection.query(connection.dialect.select(lower(node)), signal), signal)
  }

  rowsOf(node: RelationNode, rows: readonly RawRow[], signal?: AbortSignal): Promise<Record<string, unknown>[]> {
    return rowsReader<Record<string, unknown>>(node.heading, this.context, signal)(rows)
  }
}
