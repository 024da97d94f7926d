import type { MixPlan, Plan } from '../plan.ts'
import type { CompleteStep, SegmentMotion } from './steps.ts'

type StepOf<Name extends CompleteStep['step']> = Extract<CompleteStep, { step: Name }>

/** A channel that is not as the others. */
export interface BadChannel {
  /** Index into `recording.channels`. */
  readonly channel: number
  readonly label: 'dead' | 'noisy' | 'outside' | 'given'
}

/** What a chain has to know of the counts before it can run; always from the same stretches of a recording. */
export interface Measurements {
  /** Of the channels `used`, from the counts as they were recorded. */
  badChannels(step: StepOf<'bad-channels'>, used: readonly number[]): Promise<readonly BadChannel[]>
  /** (counts, all of the first channel's gain) the standard deviation of all values of the result of a plan in the rows. */
  standardDeviation(plan: Plan, step: StepOf<'spatial-high-pass'>, rows: readonly number[]): Promise<number>
  /** Weights that make the rows of the result of a plan uncorrelated. */
  whitening(plan: Plan, step: StepOf<'whiten'>, rows: readonly number[]): Promise<MixPlan['rows']>
  /** How the tissue moves in each segment, from the peaks of the result of a plan in the rows. */
  motion(plan: Plan, step: StepOf<'motion-correction'>, rows: readonly number[]): Promise<readonly SegmentMotion[]>
}
