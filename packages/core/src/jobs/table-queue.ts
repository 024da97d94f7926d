import { hostname } from 'node:os'
import type { Attribute, Heading } from '../attribute/attribute.ts'
import { packBlob } from '../blob/blob.ts'
import type { ServerValue } from '../compile/dialect.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { StoredValue } from '../attribute/storage.ts'
import { parseAttributeType } from '../attribute/attribute-type.ts'
import { conditionOf, type Restriction } from '../query/restriction.ts'
import type { Context } from '../query/context.ts'
import { contextOf, type Database } from '../query/database.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { rowsReader } from '../query/fetch.ts'
import { rememberKey } from '../query/key.ts'
import { keysOf } from '../query/keys-of.ts'
import { Relation } from '../query/relation.ts'
import type { AnyTable } from '../query/table.ts'
import type { Condition } from '../relation/condition.ts'
import type { SqlText } from '../relation/expression.ts'
import { requireAttribute } from '../relation/heading.ts'
import { equalIn } from '../relation/matches.ts'
import type { Order, RelationNode } from '../relation/node.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { top } from '../relation/top.ts'
import { keySource } from '../query/key-source.ts'
import { LeaseLostError } from './errors.ts'
import {
  all,
  due,
  expired,
  held,
  keysAre,
  lease,
  olderThan,
  oursReserved,
  seconds,
  statusIs,
} from './job-conditions.ts'
import { keepMessage } from './job-error.ts'
import type { QueueTable } from './job-table.ts'
import type { LeaseHolder } from './lease.ts'
import type { Claim, ClaimOptions, JobError, JobQueue, RefreshOptions, RefreshResult } from './queue.ts'
import { shuffled } from './shuffle.ts'
import { attemptsIn, formatAttempts, formatReservation, longestLease, newToken } from './reservation.ts'

/** What a queue works with. */
export interface QueueParts {
  readonly db: Database
  readonly table: AnyTable
  readonly jobs: QueueTable
  readonly lease: LeaseHolder | null
  /** Jobs that are done stay, as `success`. */
  readonly keepCompleted: boolean
}

type Values = Readonly<Record<string, StoredValue | ServerValue>>

const now: ServerValue = { server: 'now', seconds: 0 }

/** The jobs of one table in its `~~table`. */
export class TableQueue implements JobQueue {
  readonly #parts: QueueParts
  readonly #context: Context
  readonly #label: string
  readonly #heading: Heading
  readonly #key: Heading
  readonly #node: RelationNode
  readonly #losing = new WeakMap<Claim, AbortController>()
  #lookedForExpired = -Infinity

  constructor(parts: QueueParts) {
    const { db, table, jobs } = parts
    this.#parts = parts
    this.#context = contextOf(db)
    this.#label = `the jobs of ${table.typeName}`
    this.#heading = jobs.heading
    this.#key = jobs.heading.filter(({ inKey }) => inKey)
    this.#node = tableNode({ name: jobs.declaration.name, heading: jobs.heading })
  }

  async refresh(options: RefreshOptions = {}): Promise<RefreshResult> {
    const { delaySeconds = 0, priority = 5, staleSeconds = 3600, orphanSeconds, signal } = options
    const { connection } = this.#context
    const { dialect } = connection
    const source = keySource(this.#parts.db, this.#parts.table)
    const wanted = options.restriction === undefined ? source : source.restrict(options.restriction)
    const made = equalIn(tableNode(this.#parts.table.declaration), this.#names)
    const inSource = (node: RelationNode): Condition => equalIn(node, this.#names)
    const not = (condition: Condition): Condition => ({ kind: 'not', condition })

    const again = await this.#remove(
      all([statusIs('success'), inSource(wanted.node), not(made)]),
      statusIs('success'),
      signal,
    )
    const finished = all([statusIs('success', 'error'), not(made)])
    const old = all([not(statusIs('ignore')), olderThan('created_time', staleSeconds, dialect)])
    const stale: Condition = staleSeconds > 0 ? { kind: 'or', conditions: [finished, old] } : finished
    const removed = await this.#remove(all([stale, not(inSource(source.node))]), not(statusIs('ignore')), signal)
    const orphaned =
      orphanSeconds === undefined
        ? 0
        : await this.#update(
            connection,
            { ...this.#pending(), created_time: now, scheduled_time: now, priority: BigInt(priority) },
            all([statusIs('reserved'), olderThan('reserved_time', orphanSeconds, dialect)]),
            signal,
          )
    const missing = restrict(restrict(project(wanted.node, {}), not(made)), not(equalIn(this.#node, this.#names)))
    const added = await this.#enqueue(missing, priority, delaySeconds, signal)
    const rePended = Math.min(again, added)
    return { added: added - rePended, removed, orphaned, rePended }
  }

  async claim(options: ClaimOptions): Promise<readonly Claim[]> {
    const { limit, order = 'priority', leaseSeconds, signal } = options
    if (!(leaseSeconds > 0 && leaseSeconds <= longestLease)) {
      throw new RangeError(`A lease of ${leaseSeconds} s: give a number above 0, up to ${longestLease}.`)
    }
    const { dialect } = this.#context.connection
    const chosen = this.#chosen(options)
    const claims: Claim[] = []
    // a queue that is long must not keep those waiting that lost their worker
    const overdue = performance.now() - this.#lookedForExpired > leaseSeconds * 500
    if (overdue) claims.push(...(await this.#takeExpired(chosen, options, limit)))
    const condition = all([due(dialect), ...chosen])
    while (claims.length < limit) {
      const room = limit - claims.length
      const orders = ordersOf(order, this.#names)
      const direct = order === 'priority' && options.restriction === undefined
      const candidates = direct ? null : await this.#candidates(condition, orders, order === 'random', room, signal)
      if (candidates?.length === 0) break
      claims.push(
        ...(candidates
          ? await this.#takeOf(candidates, condition, room, options)
          : await this.#take({ condition, candidates, orders, limit: room, leaseSeconds, signal })),
      )
      // of candidates others may have taken some meanwhile
      if (direct || (candidates && candidates.length < room)) break
    }
    if (claims.length < limit && !overdue) {
      claims.push(...(await this.#takeExpired(chosen, options, limit - claims.length)))
    }
    this.#parts.lease?.hold(
      this.#parts.jobs,
      claims.map((claim) => ({ claim, lose: () => this.#lose(claim) })),
    )
    return claims
  }

  async complete(transaction: Connection, claim: Claim, { seconds: duration }: { readonly seconds: number }) {
    // its row is locked from here on, by which nobody else can take it: a heartbeat would wait for it
    this.#parts.lease?.drop([claim])
    if ((await this.#end(transaction, claim, duration)) !== 1) {
      throw new LeaseLostError(this.#parts.table.typeName, claim.key)
    }
  }

  async fail(claim: Claim, error: JobError, retry: { readonly afterSeconds: number } | null): Promise<boolean> {
    this.#parts.lease?.drop([claim])
    const stack = await packBlob(error.stack)
    const outcome: Values = retry
      ? {
          ...this.#pending(),
          scheduled_time: { server: 'now', seconds: retry.afterSeconds },
          version: formatAttempts(claim.attempt),
        }
      : { status: 'error', completed_time: now }
    const changed = await keepMessage(error.message, (message) =>
      this.#again(() =>
        this.#update(
          this.#context.connection,
          { ...outcome, error_message: message, error_stack: stack },
          this.#held([claim]),
        ),
      ),
    )
    return changed === 1
  }

  async release(claims: readonly Claim[]): Promise<void> {
    this.#parts.lease?.drop(claims)
    for (const [attempt, group] of Map.groupBy(claims, (claim) => claim.attempt)) {
      const values = { ...this.#pending(), version: formatAttempts(attempt - 1) }
      await this.#again(() => this.#update(this.#context.connection, values, this.#held(group)))
    }
  }

  async settle(claim: Claim): Promise<void> {
    this.#parts.lease?.drop([claim])
    await this.#again(() => this.#end(this.#context.connection, claim, null))
  }

  async nextDue(options: Pick<ClaimOptions, 'restriction' | 'maxPriority'> = {}): Promise<number | null> {
    const { connection } = this.#context
    const { clock } = connection.dialect
    const wait = async (condition: Condition, until: SqlText): Promise<number | null> => {
      const jobs = restrict(this.#node, all([condition, ...this.#chosen(options)]))
      const waiting = project(jobs, { wait: { kind: 'sql', sql: until, type: float64, nullable: true } })
      const first = { ...top(waiting, { limit: 1 }), order: [{ attribute: 'wait', descending: false }] }
      const [row] = await rowsReader<{ wait: number | null }>(
        first.heading,
        this.#context,
      )(await connection.query(connection.dialect.select(lower(first))))
      return row?.wait ?? null
    }
    const scheduled = await wait(statusIs('pending'), clock.secondsUntil(attribute('scheduled_time')))
    const lost = await wait(oursReserved, add(clock.secondsUntil(attribute('reserved_time')), lease))
    const waits = [scheduled, lost].filter((value) => value !== null)
    return waits.length === 0 ? null : Math.max(0, Math.min(...waits))
  }

  get #names(): readonly string[] {
    return this.#key.map(({ name }) => name)
  }

  #held(claims: readonly Claim[]): Condition {
    return held(claims, this.#heading, this.#label)
  }

  /** A job that nobody has. */
  #pending(): Values {
    return { status: 'pending', reserved_time: null, completed_time: null, duration: null, version: '' }
  }

  #chosen({ restriction, maxPriority }: Pick<ClaimOptions, 'restriction' | 'maxPriority'>): readonly Condition[] {
    return [
      ...(restriction === undefined ? [] : [this.#conditionOf(restriction)]),
      ...(maxPriority === undefined
        ? []
        : [{ kind: 'compare', attribute: 'priority', operator: '<=', value: BigInt(maxPriority) } as const]),
    ]
  }

  /** A restriction is one of keys: what else a job has is none of its attributes. */
  #conditionOf(restriction: Restriction<object>): Condition {
    const keys = new Relation<object, object>(this.#context, project(this.#node, {}), this.#label)
    return conditionOf(restriction, keys)
  }

  async #candidates(
    condition: Condition,
    order: readonly Order[],
    random: boolean,
    room: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly object[]> {
    // more than are wanted, since others may be about to take the same
    const limit = random ? room * 64 : room * 4
    const node = { ...top(restrict(this.#node, condition), { limit }), order }
    const rows = await this.#read(this.#context.connection, project(node, {}), signal)
    return random ? shuffled(rows).slice(0, room * 4) : rows
  }

  async #takeExpired(chosen: readonly Condition[], { leaseSeconds, signal }: ClaimOptions, limit: number) {
    this.#lookedForExpired = performance.now()
    const condition = all([expired(this.#context.connection.dialect), ...chosen])
    const candidates = await this.#candidates(condition, [], false, limit, signal)
    return this.#takeOf(candidates, condition, limit, { leaseSeconds, signal })
  }

  /** Reserves the first of some keys that others leave. */
  async #takeOf(
    candidates: readonly object[],
    condition: Condition,
    limit: number,
    { leaseSeconds, signal }: Pick<ClaimOptions, 'leaseSeconds'> & { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly Claim[]> {
    const claims: Claim[] = []
    for (let at = 0; at < candidates.length && claims.length < limit;) {
      const some = candidates.slice(at, at + limit - claims.length)
      at += some.length
      const taken = await this.#take({
        condition,
        candidates: some,
        orders: [],
        limit: some.length,
        leaseSeconds,
        signal,
      })
      const places = new Map(some.map((key, place) => [identifyKey(key), place]))
      const placeOf = ({ key }: Claim): number => places.get(identifyKey(key)) ?? 0
      claims.push(...taken.toSorted((left, right) => placeOf(left) - placeOf(right)))
    }
    return claims
  }

  /** Reserves jobs of which nobody else is about to do the same. */
  async #take(wanted: {
    readonly condition: Condition
    /** The keys to choose among; `null` for all. */
    readonly candidates: readonly object[] | null
    readonly orders: readonly Order[]
    readonly limit: number
    readonly leaseSeconds: number
    readonly signal: AbortSignal | undefined
  }): Promise<readonly Claim[]> {
    const { condition, candidates, orders, limit, leaseSeconds, signal } = wanted
    const { connection } = this.#context
    const chosen = candidates ? all([keysAre(candidates, this.#key, this.#label), condition]) : condition
    const node = { ...top(restrict(this.#node, chosen), { limit }), order: candidates ? [] : orders }
    const versioned = project(node, { version: 'version' })
    return retryDeadlock(
      () =>
        connection.transaction(
          async (transaction) => {
            const statement = transaction.dialect.claiming(transaction.dialect.select(lower(versioned)))
            const rows = await this.#rowsOf(versioned, await transaction.query(statement, signal), signal)
            const token = newToken()
            const claims = rows.map((row): Claim => this.#claimOf(row, token, leaseSeconds))
            for (const [version, group] of Map.groupBy(claims, (claim) => claim.token)) {
              const keys = group.map(({ key }) => key)
              await this.#update(
                transaction,
                {
                  status: 'reserved',
                  reserved_time: now,
                  user: { server: 'user' },
                  host: hostname().slice(0, 255),
                  pid: BigInt(process.pid),
                  connection_id: { server: 'connection' },
                  version,
                },
                keysAre(keys, this.#key, this.#label),
                signal,
              )
            }
            return claims
          },
          signal,
          'latest',
        ),
      { signal },
    )
  }

  #claimOf(row: Readonly<Record<string, unknown>>, token: string, leaseSeconds: number): Claim {
    const { version, ...key } = row
    rememberKey(key, this.#key)
    const attempt = attemptsIn(String(version)) + 1
    const reservation = formatReservation(token, leaseSeconds, attempt)
    const losing = new AbortController()
    const claim: Claim = { key: Object.freeze(key), token: reservation, attempt, lost: losing.signal }
    this.#losing.set(claim, losing)
    return claim
  }

  #lose(claim: Claim): void {
    this.#losing.get(claim)?.abort(new LeaseLostError(this.#parts.table.typeName, claim.key))
  }

  async #enqueue(missing: RelationNode, priority: number, delay: number, signal: AbortSignal | undefined) {
    const { connection } = this.#context
    const { dialect } = connection
    const value = (name: string, sql: SqlText) => {
      const { type } = requireAttribute(this.#heading, name)
      return [name, { kind: 'sql', sql, type, nullable: false }] as const
    }
    const node = project(
      missing,
      Object.fromEntries([
        value('status', { text: ["'pending'"], operands: [] }),
        value('priority', { text: ['', ''], operands: [{ kind: 'value', value: BigInt(priority) }] }),
        value('created_time', dialect.clock.now(seconds(0))),
        value('scheduled_time', dialect.clock.now(seconds(delay))),
      ]),
    )
    const attributes = node.heading.map(({ name }) => requireAttribute(this.#heading, name))
    const statement = dialect.insertSelect(this.#parts.jobs.declaration.name, attributes, lower(node), 'skip')
    return this.#again(
      () => connection.transaction((transaction) => transaction.execute(statement, signal), signal, 'latest'),
      signal,
    )
  }

  /** Removes the jobs that satisfy `found`, which is looked for without keeping rows from others, and still `condition`. */
  async #remove(found: Condition, condition: Condition, signal: AbortSignal | undefined): Promise<number> {
    const { connection } = this.#context
    const keys = await keysOf(connection, restrict(this.#node, found), signal)
    if (keys.length === 0) return 0
    const { name } = this.#parts.jobs.declaration
    const statement = connection.dialect.delete(
      name,
      this.#heading,
      all([{ kind: 'in', attributes: this.#names, keys }, condition]),
    )
    return this.#again(() => connection.execute(statement, signal), signal)
  }

  #end(connection: Connection, claim: Claim, duration: number | null): Promise<number> {
    if (this.#parts.keepCompleted) {
      return this.#update(connection, { status: 'success', completed_time: now, duration }, this.#held([claim]))
    }
    const { name } = this.#parts.jobs.declaration
    return connection.execute(connection.dialect.delete(name, this.#heading, this.#held([claim])))
  }

  #update(connection: Connection, values: Values, condition: Condition, signal?: AbortSignal): Promise<number> {
    const set = Object.entries(values).map(([name, value]): readonly [Attribute, StoredValue | ServerValue] => [
      requireAttribute(this.#heading, name),
      value,
    ])
    const { name } = this.#parts.jobs.declaration
    return connection.execute(connection.dialect.update(name, this.#heading, set, condition), signal)
  }

  #again<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return retryDeadlock(work, { signal })
  }

  async #read(connection: Connection, node: RelationNode, signal: AbortSignal | undefined) {
    return this.#rowsOf(node, await connection.query(connection.dialect.select(lower(node)), signal), signal)
  }

  #rowsOf(node: RelationNode, rows: Awaited<ReturnType<Connection['query']>>, signal: AbortSignal | undefined) {
    return rowsReader<Record<string, unknown>>(node.heading, this.#context, signal)(rows)
  }
}

const float64 = parseAttributeType('float64')

const attribute = (name: string): SqlText => ({ text: ['', ''], operands: [{ kind: 'attribute', name }] })

function add(left: SqlText, right: SqlText): SqlText {
  const [first = '', ...others] = right.text
  return {
    text: [...left.text.slice(0, -1), `${left.text.at(-1) ?? ''} + ${first}`, ...others],
    operands: [...left.operands, ...right.operands],
  }
}

function ordersOf(order: ClaimOptions['order'], key: readonly string[]): readonly Order[] {
  switch (order) {
    case 'key':
    case 'reverse':
      return key.map((attribute) => ({ attribute, descending: order === 'reverse' }))
    case 'random':
      return []
    default:
      return ['priority', 'scheduled_time'].map((attribute) => ({ attribute, descending: false }))
  }
}

const identifyKey = (key: object): string => JSON.stringify(Object.values(key).map(String))
