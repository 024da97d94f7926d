import { availableParallelism } from 'node:os'
import { InvalidParameterError, RaggedFramesError, WrongLengthError } from './errors.ts'

/** Refuses a buffer that does not hold whole frames; returns their number. */
export function requireFrames(traces: Float32Array, channels: number): number {
  requireCount('channels', channels)
  if (channels === 0 || traces.length % channels !== 0) throw new RaggedFramesError(traces.length, channels)
  return traces.length / channels
}

/** Refuses what is not x and y of each channel. */
export function requirePositions(name: string, positions: ArrayLike<number>, channels: number): void {
  if (positions.length !== 2 * channels) throw new WrongLengthError(name, positions.length, 2 * channels)
  const unknown = Array.from(positions).find((coordinate) => !Number.isFinite(coordinate))
  if (unknown !== undefined) throw new InvalidParameterError(name, unknown, 'finite numbers')
}

export function requireFilterOrder(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 8) return value
  throw new InvalidParameterError(name, value, 'an order from 1 to 8')
}

export function requirePositive(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value
  throw new InvalidParameterError(name, value, 'a positive number')
}

export function requireNotNegative(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  throw new InvalidParameterError(name, value, 'a number that is not negative')
}

/** A thread holds a block of the recording, so that their number is a matter of memory. */
const mostThreads = 64

/** Without being asked for, no more are taken. */
const mostUnasked = 8

/** How many threads work: as many as were asked for, else as many as processors. */
export function chooseThreads(asked: number | undefined): number {
  requireThreads(asked)
  return asked ?? Math.min(availableParallelism(), mostUnasked)
}

export function requireThreads(value: number | undefined): void {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= mostThreads)) return
  throw new InvalidParameterError('threads', value, `a whole number from 1 to ${mostThreads}`)
}

export function requireOneOf(name: string, value: unknown, known: readonly unknown[]): void {
  if (!known.includes(value)) throw new InvalidParameterError(name, value, `one of ${known.join(', ')}`)
}

export function requireBelowNyquist(name: string, value: number, samplingRate: number): void {
  requirePositive(name, value)
  if (value >= samplingRate / 2) throw new InvalidParameterError(name, value, 'less than half the sampling rate')
}

/** The largest count that both implementations hold. */
const largestCount = 2 ** 31 - 1

export function requireCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= largestCount) return
  throw new InvalidParameterError(name, value, 'a whole number that is not negative')
}
