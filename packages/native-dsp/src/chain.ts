import { InvalidParameterError, WrongLengthError } from './errors.ts'
import {
  requireFilterOrder,
  requirePositive,
  requireNotNegative,
  requireOneOf,
  requirePositions,
} from './parameters.ts'

/**
 * What is done to a recording, as plain data that can be stored; the steps run in the order of the fields.
 *
 * Stated quantities are of the recording, not of its sampling: times in seconds, frequencies in Hz, distances in um.
 */
export interface PreprocessingChain {
  readonly highPass?: { readonly cutoff: number; readonly order: number } | undefined
  readonly bandPass?: { readonly low: number; readonly high: number; readonly order: number } | undefined
  /** Undo the delays between channels that share a converter; the layout tells them. */
  readonly phaseShift?: boolean | undefined
  readonly commonReference?: 'median' | undefined
  readonly detect: {
    /** In noise levels, above 0. */
    readonly threshold: number
    /** Channels no further apart than this compete (um). */
    readonly radius: number
    /** Peaks no further apart than this compete (s); at most 32768 samples. */
    readonly exclusionSeconds: number
    readonly sign?: 'negative' | undefined
  }
}

/** The chain that suits Neuropixels recordings when nothing else is known. */
export const defaultChain: PreprocessingChain = {
  bandPass: { low: 300, high: 6000, order: 5 },
  phaseShift: true,
  commonReference: 'median',
  detect: { threshold: 5, radius: 60, exclusionSeconds: 0.0005 },
}

/** What a recording does not say about its channels; entries in the order of `recording.channels`. */
export interface RecordingLayout {
  /** x, y of each channel in turn (um). */
  readonly positions: ArrayLike<number>
  /** How much later than the frame each channel is sampled, as a fraction of a sample in [0, 1). */
  readonly shifts?: ArrayLike<number> | undefined
}

const steps = ['highPass', 'bandPass', 'phaseShift', 'commonReference', 'detect']

/**
 * Reads a chain from data of unknown origin, such as a parameter set in a database.
 *
 * @throws {InvalidParameterError} naming the entry by its path, such as `bandPass.low`
 */
export function parseChain(value: unknown): PreprocessingChain {
  const chain = record(value, 'chain')
  for (const name of Object.keys(chain)) requireOneOf('chain', name, steps)
  const { highPass, bandPass, phaseShift = false, commonReference, detect } = chain
  if (highPass !== undefined && bandPass !== undefined) {
    throw new InvalidParameterError('chain', value, '`highPass` or `bandPass`, not both')
  }
  if (typeof phaseShift !== 'boolean') throw new InvalidParameterError('phaseShift', phaseShift, 'true or false')
  if (commonReference !== undefined) requireOneOf('commonReference', commonReference, ['median'])
  return {
    ...(highPass === undefined ? {} : { highPass: parseHighPass(highPass) }),
    ...(bandPass === undefined ? {} : { bandPass: parseBandPass(bandPass) }),
    ...(phaseShift ? { phaseShift } : {}),
    ...(commonReference === undefined ? {} : { commonReference: 'median' }),
    detect: parseDetect(detect),
  }
}

function parseHighPass(value: unknown): { cutoff: number; order: number } {
  const { cutoff, order } = fields(value, 'highPass', ['cutoff', 'order'])
  return { cutoff: requirePositive('highPass.cutoff', cutoff), order: requireFilterOrder('highPass.order', order) }
}

function parseBandPass(value: unknown): { low: number; high: number; order: number } {
  const entries = fields(value, 'bandPass', ['low', 'high', 'order'])
  const low = requirePositive('bandPass.low', entries['low'])
  const high = requirePositive('bandPass.high', entries['high'])
  if (low >= high) throw new InvalidParameterError('bandPass.low', low, 'less than `bandPass.high`')
  return { low, high, order: requireFilterOrder('bandPass.order', entries['order']) }
}

function parseDetect(value: unknown): PreprocessingChain['detect'] {
  const entries = fields(value, 'detect', ['threshold', 'radius', 'exclusionSeconds', 'sign'])
  if (entries['sign'] !== undefined) requireOneOf('detect.sign', entries['sign'], ['negative'])
  return {
    threshold: requirePositive('detect.threshold', entries['threshold']),
    radius: requireNotNegative('detect.radius', entries['radius']),
    exclusionSeconds: requireNotNegative('detect.exclusionSeconds', entries['exclusionSeconds']),
  }
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidParameterError(name, value, 'an object')
  }
  return { ...value }
}

function fields(value: unknown, name: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  const entries = record(value, name)
  for (const entry of Object.keys(entries)) requireOneOf(name, entry, known)
  return entries
}

/** Refuses a layout that does not fit the number of channels. */
export function requireLayout(layout: RecordingLayout, channels: number, phaseShift: boolean): void {
  requirePositions('layout.positions', layout.positions, channels)
  if (!phaseShift) return
  if (!layout.shifts) throw new InvalidParameterError('layout.shifts', undefined, 'the shift of each channel')
  if (layout.shifts.length !== channels) throw new WrongLengthError('layout.shifts', layout.shifts.length, channels)
}
