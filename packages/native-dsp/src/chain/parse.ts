import { InvalidParameterError } from '../errors.ts'
import {
  entriesOf,
  filterOrder,
  flag,
  listOf,
  notNegative,
  numberIn,
  oneOf,
  orNull,
  positive,
  record,
  share,
  withDefault,
} from './readers.ts'
import type { Reader } from './readers.ts'
import type { Chain, ChainStep, Complete, CompleteChain, CompleteStep } from './steps.ts'

/**
 * Reads a chain from data of unknown origin, such as a parameter set in a database, and says everything that it leaves to
 * defaults.
 *
 * @throws {InvalidParameterError} `invalid-parameter`, naming the entry by its path, such as `steps[1].low`
 */
export function parseChain(value: unknown): CompleteChain {
  const chain = readChain('', value)
  const steps = chain.steps.map((step, index) => readStep(`steps[${index}]`, step))
  requireOrder(steps)
  return { ...chain, steps }
}

const anything: Reader<unknown> = (_, value) => value

const text: Reader<string> = (path, value) => {
  if (typeof value === 'string') return value
  throw new InvalidParameterError(path, value, 'a text')
}

const readChain = record<{ name: string; steps: readonly unknown[]; rounding: NonNullable<Chain['rounding']> }>({
  name: withDefault('', text),
  steps: listOf(anything),
  rounding: withDefault('half-even', oneOf('half-even', 'truncate')),
})

const direction = withDefault('zero-phase', oneOf('zero-phase', 'causal'))
const indices = listOf(numberIn({ least: 0, whole: true }))
const saturation = record<NonNullable<Complete<Extract<ChainStep, { step: 'mask' }>>['saturation']>>({
  level: withDefault(0.96, numberIn({ above: 0, most: 1 })),
  slope: withDefault(300, positive),
  share: withDefault(0.2, share),
  widenSeconds: withDefault(0.00025, notNegative),
})
const gainControl = record<NonNullable<Complete<Extract<ChainStep, { step: 'spatial-high-pass' }>>['gainControl']>>({
  windowSeconds: withDefault(0.1, positive),
  epsilon: withDefault(0.003, positive),
})
const numbers = listOf(numberIn({}))
const segmentMotion = record<{ times: readonly number[]; depths: readonly number[]; displacement: readonly number[] }>({
  times: numbers,
  depths: numbers,
  displacement: numbers,
})

/** The entries of each step beside `step`, with their defaults. */
const readers: {
  readonly [Step in CompleteStep as Step['step']]: Reader<Omit<Step, 'step'>>
} = {
  mask: record({
    gaps: withDefault(true, flag),
    flatSeconds: withDefault(null, orNull(positive)),
    saturation: withDefault(null, orNull(saturation)),
  }),
  'high-pass': record({ cutoff: withDefault(300, positive), order: withDefault(3, filterOrder), direction }),
  'low-pass': record({ cutoff: positive, order: withDefault(3, filterOrder), direction }),
  'band-pass': record({
    low: withDefault(300, positive),
    high: withDefault(6000, positive),
    order: withDefault(5, filterOrder),
    direction,
  }),
  notch: record({ frequency: positive, quality: withDefault(30, positive), direction }),
  'catgt-butterworth': record({
    order: withDefault(12, numberIn({ least: 1, most: 64, whole: true })),
    low: withDefault(300, orNull(positive)),
    high: withDefault(9000, orNull(positive)),
  }),
  'phase-shift': record({
    taps: withDefault(16, oneOf(16, 24, 32)),
    shifts: withDefault(null, orNull(listOf(numberIn({ least: 0, most: 1 })))),
  }),
  'bad-channels': record({
    method: withDefault('coherence+psd', oneOf('coherence+psd', 'ibl', 'given')),
    channels: withDefault([], indices),
    action: withDefault('interpolate', oneOf('interpolate', 'exclude')),
    outside: withDefault(true, flag),
  }),
  'common-reference': record({
    operator: withDefault('median', oneOf('median', 'mean')),
    scope: withDefault('shank', oneOf('all', 'shank', 'read-out', 'turn')),
    middle: withDefault('mean', oneOf('mean', 'upper', 'lower')),
    whole: withDefault(false, flag),
  }),
  'local-reference': record({
    operator: withDefault('median', oneOf('median', 'mean')),
    inner: withDefault(30, notNegative),
    outer: withDefault(55, positive),
    atLeast: withDefault(0, numberIn({ least: 0, whole: true })),
    whole: withDefault(false, flag),
  }),
  'spatial-high-pass': record({
    scope: withDefault('shank', oneOf('all', 'shank')),
    order: withDefault(3, filterOrder),
    cutoff: withDefault(0.01, numberIn({ above: 0, most: 0.99 })),
    padding: withDefault(60, numberIn({ least: 0, whole: true })),
    taper: withDefault(0, numberIn({ least: 0, whole: true })),
    gainControl: withDefault({ windowSeconds: 0.1, epsilon: 0.003 }, orNull(gainControl)),
  }),
  whiten: record({
    scope: withDefault('all', oneOf('all', 'local')),
    radius: withDefault(100, positive),
    epsilon: withDefault(null, orNull(notNegative)),
    scale: withDefault(null, orNull(positive)),
  }),
  'motion-correction': record({
    motion: withDefault(null, orNull(listOf(segmentMotion))),
    rigid: withDefault(false, flag),
    timeBinSeconds: withDefault(2, positive),
    sigma: withDefault(20, positive),
    power: withDefault(2, positive),
  }),
}

/** The names of all steps. */
const stepNames: readonly string[] = Object.keys(readers)

function readStep(path: string, value: unknown): CompleteStep {
  const { step, ...entries } = entriesOf(path, value)
  const known: Readonly<Record<string, Reader<object>>> = readers
  const read = typeof step === 'string' && Object.hasOwn(known, step) ? known[step] : undefined
  if (!read) throw new InvalidParameterError(`${path}.step`, step, `one of ${stepNames.join(', ')}`)
  const complete = { step, ...read(path, entries) } as CompleteStep // read by the reader of this step
  requireEdges(path, complete)
  return complete
}

function requireEdges(path: string, step: CompleteStep): void {
  if (step.step === 'band-pass' || step.step === 'catgt-butterworth') {
    const { low, high } = step
    if (low === null && high === null) throw new InvalidParameterError(`${path}.low`, low, 'an edge, here or in `high`')
    if (low !== null && high !== null && low >= high)
      throw new InvalidParameterError(`${path}.low`, low, `less than \`high\`, ${high}`)
  }
  if (step.step === 'local-reference' && step.inner >= step.outer)
    throw new InvalidParameterError(`${path}.inner`, step.inner, `less than \`outer\`, ${step.outer}`)
  if (step.step === 'motion-correction')
    for (const [index, { times, depths, displacement }] of (step.motion ?? []).entries()) {
      if (displacement.length === times.length * depths.length && displacement.length > 0) continue
      const expected = `${times.length} times ${depths.length} numbers, and not none`
      throw new InvalidParameterError(`${path}.motion[${index}].displacement`, displacement.length, expected)
    }
}

const onChannels: readonly string[] = [
  'mask',
  'high-pass',
  'low-pass',
  'band-pass',
  'notch',
  'catgt-butterworth',
  'phase-shift',
]
const onlyOnce: readonly string[] = ['mask', 'phase-shift', 'bad-channels', 'catgt-butterworth', 'motion-correction']
const filters: readonly string[] = ['high-pass', 'low-pass', 'band-pass', 'notch']

/** Whether a step works on each channel for itself; those come first. */
const isTemporal = ({ step }: { readonly step: string }): boolean => onChannels.includes(step)

function requireOrder(steps: readonly CompleteStep[]): void {
  const firstAcross = steps.findIndex((step) => !isTemporal(step))
  for (const [index, { step }] of steps.entries()) {
    const path = `steps[${index}]`
    if (firstAcross !== -1 && index > firstAcross && onChannels.includes(step))
      throw new InvalidParameterError(
        path,
        step,
        `to come before \`${steps[firstAcross]?.step}\`, which is across channels`,
      )
    if (onlyOnce.includes(step) && steps.findIndex((other) => other.step === step) !== index)
      throw new InvalidParameterError(path, step, 'only once in a chain')
    if (filters.includes(step) && steps.some((other) => other.step === 'catgt-butterworth'))
      throw new InvalidParameterError(path, step, 'no other filter beside `catgt-butterworth`')
    if (step === 'bad-channels' && index !== firstAcross)
      throw new InvalidParameterError(path, step, 'to be the first step across channels')
  }
}
