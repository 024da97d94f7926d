import { longestLease } from '../jobs/reservation.ts'
import { checkOptions, show } from '../query/call.ts'
import { InvalidCallError } from '../query/errors.ts'
import type { Restriction } from '../query/expression/restriction.ts'
import type { AnyTable, Key } from '../query/table.ts'
import type { PopulateEvent } from './event.ts'

/** In which order keys are made. */
export type KeyOrder = 'key' | 'reverse' | 'random'

/** Which of the missing keys are to be made. */
export interface PopulateScope<T extends AnyTable> {
  /** Only keys that satisfy it: by their own attributes, or by what a relation says of them. */
  readonly restriction?: Restriction<Key<T>>
  /** The most keys to begin. */
  readonly limit?: number
  /** Stops it when it aborts; keys that are made by then stay. */
  readonly signal?: AbortSignal
}

/** How often a key is tried that fails, and how long each time is waited. */
export interface RetryAfterFailure {
  /** How often a key is tried in all. */
  readonly attempts: number
  /** How long after the first failure, 10 where it is left out. */
  readonly delaySeconds?: number
  /** How many times longer after each further one, 2 where it is left out. */
  readonly factor?: number
}

/** Which keys to make, by how many at once, and what to do with failures and progress. */
export interface PopulateOptions<T extends AnyTable> extends PopulateScope<T> {
  /**
   * By key (`key`, the default), from the last (`reverse`), or at random; reserved ones by `priority`, the lowest number
   * and the longest due first, where nothing else is said.
   */
  readonly order?: KeyOrder | 'priority'
  /**
   * How many makes of this process are under way at once; 1 where it is left out. While the rows of one are inserted, the
   * next one is made.
   */
  readonly concurrency?: number
  /** Takes keys from the table's queue of jobs, which other workers, in other processes and in Python, take them from too. */
  readonly reserve?: boolean
  /** Tries keys that fail again; once only where it is left out. */
  readonly retry?: RetryAfterFailure
  /** After how long a make is told to stop by its signal, with `time-limit`; what it gives after that is not inserted. */
  readonly timeLimitSeconds?: number
  /** What to do when a key fails: reject at once (`stop`, the default), or go on and collect (`continue`). */
  readonly onError?: 'stop' | 'continue'
  readonly onEvent?: (event: PopulateEvent) => void
  /** With `reserve`: after how long others may take over the keys of a worker that has died; 60 where it is left out. */
  readonly leaseSeconds?: number
  /** With `reserve`: how many keys are claimed at once; as many as take about a quarter of a second where it is left out. */
  readonly batch?: number
  /** With `reserve`: only jobs of this priority or a lower number. */
  readonly maxPriority?: number
  /**
   * With `reserve`: whether the queue is first brought in line with the key source, as it is where this is left out;
   * `when-empty`: only once it holds nothing that is due, as is best where many workers begin together.
   */
  readonly refresh?: boolean | 'when-empty'
}

const SCOPE = ['restriction', 'limit', 'signal'] as const
/** What only means something for a queue. */
const OF_QUEUE = ['leaseSeconds', 'batch', 'maxPriority', 'refresh'] as const
const OTHERS = ['order', 'concurrency', 'reserve', 'retry', 'timeLimitSeconds', 'onError', 'onEvent'] as const

/** A timer takes no more milliseconds than 2^31. */
const LONGEST_SECONDS = 2_000_000

/** The same for the engine, whose restrictions have been typed already. */
export interface AnyPopulateOptions extends Omit<PopulateOptions<AnyTable>, 'restriction'> {
  readonly restriction?: unknown
}

/** The options that are text, numbers or the like: what can be sent to another process. */
export type PlainPopulateOptions = Omit<PopulateOptions<AnyTable>, 'onEvent' | 'signal' | 'restriction'>

/** From JavaScript they may be anything; one that is misspelt would do nothing. */
export function checkScope(call: string, options: object): void {
  checkOptions(call, options, SCOPE)
  checkCount(call, options, 'limit', 0)
}

export function checkPopulate(options: object): void {
  checkOptions('populate()', options, [...SCOPE, ...OTHERS, ...OF_QUEUE])
  checkPlain('populate()', options)
}

export function checkPlain(call: string, options: object): void {
  checkCount(call, options, 'limit', 0)
  checkCount(call, options, 'concurrency', 1)
  checkCount(call, options, 'batch', 1)
  checkCount(call, options, 'maxPriority', -128)
  checkSeconds(call, options, 'timeLimitSeconds')
  checkLease(call, options)
  checkOne(call, options, 'onError', ['stop', 'continue'])
  checkOne(call, options, 'reserve', [true, false])
  checkOne(call, options, 'refresh', [true, false, 'when-empty'])
  const reserve = valueOf(options, 'reserve') === true
  const [name] = reserve ? [] : OF_QUEUE.filter((option) => valueOf(options, option) !== undefined)
  if (name !== undefined)
    throw new InvalidCallError(`${call} was given ${name}, which needs a queue: write { reserve: true } too.`)
  checkOne(call, options, 'order', ['key', 'reverse', 'random', 'priority'])
  if (!reserve && valueOf(options, 'order') === 'priority')
    throw new InvalidCallError(
      `${call} was given order: 'priority', which jobs of a queue have: write { reserve: true } too.`,
    )
  const retry = valueOf(options, 'retry')
  if (retry === undefined) return
  checkOptions(`The retry of ${call}`, retry, ['attempts', 'delaySeconds', 'factor'])
  const given = Object(retry)
  if (valueOf(given, 'attempts') === undefined)
    throw new InvalidCallError(`The retry of ${call} has no attempts. Write { attempts: 3 }.`)
  checkCount(`The retry of ${call}`, given, 'attempts', 1)
  checkSeconds(`The retry of ${call}`, given, 'delaySeconds', 0)
  const factor = valueOf(given, 'factor')
  if (factor !== undefined && !(typeof factor === 'number' && factor >= 1 && Number.isFinite(factor)))
    throw new InvalidCallError(`The retry of ${call} was given factor: ${show(factor)}. Give a number of 1 or more.`)
}

const valueOf = (options: object, name: string): unknown => Reflect.get(options, name)

export function checkCount(call: string, options: object, name: string, least: number): void {
  const value = valueOf(options, name)
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) >= least)) return
  throw new InvalidCallError(`${call} was given ${name}: ${show(value)}. Give an integer of ${least} or more.`)
}

export function checkSeconds(call: string, options: object, name: string, least?: 0): void {
  const value = valueOf(options, name)
  const fits = typeof value === 'number' && (value > 0 || value === least) && value <= LONGEST_SECONDS
  if (value === undefined || fits) return
  const range = `${least === 0 ? 'from' : 'above'} 0 up to ${LONGEST_SECONDS.toLocaleString('en')}`
  throw new InvalidCallError(`${call} was given ${name}: ${show(value)}. Give a number of seconds ${range}.`)
}

/** A shorter one is lost by a machine that is busy, and a longer one has no room in a job. */
function checkLease(call: string, options: object): void {
  const value = valueOf(options, 'leaseSeconds')
  if (value === undefined || (typeof value === 'number' && value >= 1 && value <= longestLease)) return
  const most = longestLease.toLocaleString('en')
  throw new InvalidCallError(
    `${call} was given leaseSeconds: ${show(value)}. Give a number of seconds from 1 up to ${most}.`,
  )
}

export function checkOne(call: string, options: object, name: string, known: readonly unknown[]): void {
  const value = valueOf(options, name)
  if (value === undefined || known.includes(value)) return
  throw new InvalidCallError(`${call} was given ${name}: ${show(value)}. There are ${known.map(show).join(', ')}.`)
}

/** In how many seconds a key is tried again that has failed so often; `null` where it is not. */
export function retryAfter(retry: RetryAfterFailure | undefined, attempt: number): number | null {
  if (!retry || attempt >= retry.attempts) return null
  const { delaySeconds = 10, factor = 2 } = retry
  return Math.min(delaySeconds * factor ** (attempt - 1), LONGEST_SECONDS)
}
