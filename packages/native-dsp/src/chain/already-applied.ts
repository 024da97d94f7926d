import type { AppliedStep, Recording } from '@neurojoint/formats/recording'
import { AlreadyAppliedError } from '../errors.ts'
import type { CompleteChain, CompleteStep } from './steps.ts'

/** What to do with steps that a recording carries already. */
export type AlreadyApplied = 'refuse' | 'again' | 'skip'

/** A chain without the steps that are not to be done again. */
export interface ChosenSteps {
  readonly chain: CompleteChain
  /** Steps that were left out, since the recording carries them. */
  readonly skipped: readonly CompleteStep[]
}

/** Two steps do the same to a recording where they share one of these. */
const effects: Readonly<Record<string, readonly string[]>> = {
  'high-pass': ['high-pass'],
  'low-pass': ['low-pass'],
  'band-pass': ['high-pass', 'low-pass'],
  'catgt-butterworth': ['high-pass', 'low-pass'],
  notch: ['notch'],
  'phase-shift': ['phase-shift'],
  'common-reference': ['reference'],
  'local-reference': ['reference'],
  'spatial-high-pass': ['reference'],
  whiten: ['whiten'],
  'motion-correction': ['motion-correction'],
}

/**
 * Leaves out or refuses the steps that a recording carries already.
 *
 * @throws {AlreadyAppliedError} `already-applied`, unless told what to do
 */
export function chooseSteps(
  chain: CompleteChain,
  { applied = [] }: Recording,
  choice: AlreadyApplied,
  source: string,
): ChosenSteps {
  const carried = applied.flatMap((step) => effectsOf(step.step).map((effect) => [effect, step] as const))
  const clashOf = (step: CompleteStep): AppliedStep | undefined =>
    carried.find(([effect]) => effectsOf(step.step).includes(effect))?.[1]
  const clashes = chain.steps.filter((step) => clashOf(step))
  if (clashes.length === 0 || choice === 'again') return { chain, skipped: [] }
  if (choice === 'skip')
    return { chain: { ...chain, steps: chain.steps.filter((step) => !clashes.includes(step)) }, skipped: clashes }
  throw new AlreadyAppliedError(
    source,
    clashes.map(({ step }) => step),
    applied.filter((step) => clashes.some((clash) => clashOf(clash) === step)),
  )
}

const effectsOf = (step: string): readonly string[] => (Object.hasOwn(effects, step) ? (effects[step] ?? []) : [])
