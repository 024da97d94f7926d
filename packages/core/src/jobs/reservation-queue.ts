import { hostname } from 'node:os'
import type { Heading } from '../attribute/attribute.ts'
import { toStored } from '../attribute/to-stored.ts'
import { packBlob } from '../blob/blob.ts'
import { lower } from '../compile/lower.ts'
import type { Connection } from '../connection/connection.ts'
import type { Context } from '../query/context.ts'
import { contextOf, type Database } from '../query/database.ts'
import { retryDeadlock } from '../query/deadlock.ts'
import { rowsReader } from '../query/fetch/fetch.ts'
import { valueIn } from '../query/given-row.ts'
import { rememberKey } from '../query/expression/key.ts'
import { keyNames } from '../query/key-names.ts'
import { keySource } from '../query/key-source.ts'
import { findPresent } from '../query/insert/present.ts'
import type { AnyTable } from '../query/table.ts'
import { identify, type Tuple, tupleOf } from '../query/tuple.ts'
import type { Condition } from '../relation/condition.ts'
import { equalIn } from '../relation/matches.ts'
import { project } from '../relation/project.ts'
import { restrict } from '../relation/restrict.ts'
import { tableNode } from '../relation/table.ts'
import { top } from '../relation/top.ts'
import { LeaseLostError } from './errors.ts'
import { all } from './job-conditions.ts'
import { keepMessage } from './job-error.ts'
import { hashKey, identifyKept, identifyKey, otherHash, packKey } from './legacy-key.ts'
import type { Claim, ClaimOptions, JobError, JobQueue, RefreshResult } from './queue.ts'
import { formatReservation, newToken } from './reservation.ts'
import { isUnknown, persist } from './persist.ts'
import { hashesAre, is, type Reservations } from './reservations.ts'
import { shuffled } from './shuffle.ts'

/** How many missing keys are looked at together. */
const PAGE = 1000

/** A key without a row, and the hash under which it is to get one. */
interface Candidate {
  readonly key: object
  readonly hash: string
}

const neverLost = new AbortController().signal

/**
 * The keys of one table in a schema of DataJoint 0.14: those that are missing and that have no row in `~jobs`. To claim one
 * is to insert its row, of which the table allows one for each hash. A row stays until its holder removes it, since there
 * is no room for a lease; in that of a reservation of ours, `error_message` holds its token.
 */
export class ReservationQueue implements JobQueue {
  readonly #db: Database
  readonly #table: AnyTable
  readonly #context: Context
  readonly #key: Heading
  readonly #rows: Reservations
  /** Keys that failed and are to be tried again, and when, for which `~jobs` has no room. */
  readonly #later = new Map<string, { readonly at: number; readonly attempts: number }>()
  readonly #hashes = new WeakMap<Claim, string>()

  constructor(db: Database, table: AnyTable, rows: Reservations) {
    this.#db = db
    this.#table = table
    this.#context = contextOf(db)
    this.#key = table.declaration.heading.filter(({ inKey }) => inKey)
    this.#rows = rows
  }

  async refresh(): Promise<RefreshResult> {
    return { added: 0, removed: 0, orphaned: 0, rePended: 0 }
  }

  async claim(options: ClaimOptions): Promise<readonly Claim[]> {
    const claims: Claim[] = []
    try {
      await this.#claim(options, claims)
      return claims
    } catch (error) {
      // there is no lease by which they would be free again
      await this.release(claims).catch(() => {})
      throw error
    }
  }

  async #claim(options: ClaimOptions, claims: Claim[]): Promise<void> {
    const { limit, order = 'priority', signal } = options
    for (let offset = 0; claims.length < limit; offset += PAGE) {
      const page = await this.#missing(options, offset)
      const due = page.filter((key) => (this.#later.get(this.#identify(key))?.at ?? 0) <= performance.now())
      const found = await this.#free(due)
      let free = order === 'random' ? shuffled(found) : found
      while (free.length > 0 && claims.length < limit) {
        signal?.throwIfAborted()
        const some = free.slice(0, limit - claims.length)
        const reserved = await this.#reserve(some)
        claims.push(...reserved)
        free = free.slice(some.length)
        // another one goes through the same keys: not both in the same order
        if (reserved.length === 0 && order === 'priority') free = shuffled(free)
      }
      if (page.length < PAGE) return
    }
  }

  async complete(transaction: Connection, claim: Claim): Promise<void> {
    if ((await this.#rows.delete(transaction, this.#ours(claim))) !== 1) {
      throw new LeaseLostError(this.#table.typeName, claim.key)
    }
    this.#later.delete(this.#identify(claim.key))
  }

  async fail(claim: Claim, error: JobError, retry: { readonly afterSeconds: number } | null): Promise<boolean> {
    const { connection } = this.#context
    const id = this.#identify(claim.key)
    if (retry) {
      this.#later.set(id, { at: performance.now() + retry.afterSeconds * 1000, attempts: claim.attempt })
      return (await this.#remove(claim)) === 1
    }
    this.#later.delete(id)
    const stack = await packBlob(error.stack)
    const changed = await keepMessage(error.message, (message) =>
      persist(() =>
        this.#rows.update(
          connection,
          { status: 'error', error_message: message, error_stack: stack },
          this.#ours(claim),
        ),
      ),
    )
    return changed === 1
  }

  async release(claims: readonly Claim[]): Promise<void> {
    for (const claim of claims) await this.#remove(claim)
  }

  /** Its row would stay for ever. To remove it waits for that transaction to end, and does nothing if it was committed. */
  async unknown(claim: Claim): Promise<void> {
    await this.#remove(claim)
  }

  async settle(claim: Claim): Promise<void> {
    await this.#remove(claim)
  }

  async nextDue(): Promise<number | null> {
    const waits = [...this.#later.values()].map(({ at }) => Math.max(0, (at - performance.now()) / 1000))
    return waits.length === 0 ? null : Math.min(...waits)
  }

  #identify(key: object): string {
    return identifyKey(key, this.#key)
  }

  #remove(claim: Claim): Promise<number> {
    return persist(() => this.#rows.delete(this.#context.connection, this.#ours(claim)))
  }

  #ours(claim: Claim): Condition {
    const hash = this.#hashes.get(claim) ?? hashKey(claim.key, this.#key)
    return all([is('key_hash', hash), is('status', 'reserved'), is('error_message', claim.token)])
  }

  async #missing({ restriction, order, signal }: ClaimOptions, offset: number): Promise<readonly object[]> {
    const source = keySource(this.#db, this.#table)
    const wanted = restriction === undefined ? source : source.restrict(restriction)
    const names = this.#key.map(({ name }) => name)
    const made = equalIn(tableNode(this.#table.declaration), names)
    const missing = restrict(project(wanted.node, {}), { kind: 'not', condition: made })
    const ordered = names.map((attribute) => ({ attribute, descending: order === 'reverse' }))
    const page = top(missing, { limit: PAGE, offset, order: ordered })
    const { connection } = this.#context
    const rows = await connection.query(connection.dialect.select(lower(page)), signal)
    const keys = await rowsReader<object>(page.heading, this.#context)(rows)
    for (const key of keys) {
      rememberKey(key, this.#key)
      Object.freeze(key)
    }
    return keys
  }

  /** The keys that have no row: neither under their hash nor, where another key has that, under their other one. */
  async #free(keys: readonly object[]): Promise<readonly Candidate[]> {
    if (keys.length === 0) return []
    const hashes = keys.map((key) => ({ key, hash: hashKey(key, this.#key), other: otherHash(key, this.#key) }))
    const rows = await this.#rows.find(hashesAre(hashes.flatMap(({ hash, other }) => [hash, other])), ['key'])
    const taken = new Map(rows.map((row) => [row.key_hash, identifyKept(row['key'])]))
    const matlab = new Set((await this.#rows.ofMatlab()).map((row) => identifyKept(row['key'])))
    return hashes.flatMap(({ key, hash, other }) => {
      const id = this.#identify(key)
      if (matlab.has(id) || taken.has(other)) return []
      const holder = taken.get(hash)
      if (holder === undefined) return [{ key, hash }]
      // what cannot be told is taken for this key
      return holder === null || holder === id ? [] : [{ key, hash: other }]
    })
  }

  /** Inserts the rows of some keys, and gives those that nobody inserted before. */
  async #reserve(candidates: readonly Candidate[]): Promise<readonly Claim[]> {
    const token = newToken()
    const claims = candidates.map(({ key, hash }): Claim => {
      const attempt = (this.#later.get(this.#identify(key))?.attempts ?? 0) + 1
      const claim = { key, token: formatReservation(token, 0, attempt), attempt, lost: neverLost }
      this.#hashes.set(claim, hash)
      return claim
    })
    const rows = await Promise.all(
      claims.map(async (claim) => ({
        key_hash: this.#hashes.get(claim) ?? '',
        status: 'reserved',
        key: await packKey(claim.key, this.#key),
        error_message: claim.token,
        host: hostname().slice(0, 255),
        pid: BigInt(process.pid),
      })),
    )
    const hashes = hashesAre(rows.map((row) => row.key_hash))
    const mine = { kind: 'like', attribute: 'error_message', pattern: `neurojoint/% ${escapeLike(token)} %` } as const
    const found = await this.#orNone(all([hashes, mine]), () =>
      this.#context.connection.transaction(
        async (transaction) => {
          if ((await this.#rows.insert(transaction, rows)) === 0) return []
          const who = { user: { server: 'user' }, connection_id: { server: 'connection' } } as const
          await this.#rows.update(transaction, who, all([hashes, mine]))
          return this.#rows.find(all([hashes, mine]), [], transaction)
        },
        undefined,
        'latest',
      ),
    )
    const reserved = new Set(found.map((row) => row.key_hash))
    const ours = claims.filter((claim) => reserved.has(this.#hashes.get(claim) ?? ''))
    try {
      return await this.#notMade(ours)
    } catch (error) {
      await this.release(ours).catch(() => {})
      throw error
    }
  }

  /** Gives back keys that were made after they were found missing and before they were reserved. */
  async #notMade(claims: readonly Claim[]): Promise<readonly Claim[]> {
    const { declaration } = this.#table
    const tuples = claims.map(({ key }) => this.#tuple(key))
    const made = await findPresent(this.#context.connection, declaration, keyNames(declaration), tuples)
    const isMade = (_: Claim, index: number): boolean => {
      const tuple = tuples[index]
      return tuple !== undefined && tuple !== null && made.has(identify(tuple))
    }
    for (const claim of claims.filter(isMade)) await this.#remove(claim)
    return claims.filter((claim, index) => !isMade(claim, index))
  }

  #tuple(key: object): Tuple | null {
    const values = this.#key.map((attribute) => toStored(attribute, valueIn(key, attribute.name)))
    return tupleOf(values, [...values.keys()])
  }

  /** What reserving gave; where nobody knows whether it was done, it is undone: the rows would stay for ever. */
  async #orNone<T>(reserved: Condition, work: () => Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      return await retryDeadlock(work)
    } catch (error) {
      if (!isUnknown(error)) throw error
      await persist(() => this.#rows.delete(this.#context.connection, reserved))
      return []
    }
  }
}

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, (letter) => `\\${letter}`)
