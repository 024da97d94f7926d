import type { MixPlan, Plan } from '../plan.ts'
import type { CompleteStep } from './steps.ts'

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
  /** Weights that make each of the rows `bad` from the rows `good`. */
  interpolation(bad: readonly number[], good: readonly number[]): Promise<MixPlan['rows']>
  /** (counts, of the rows) the standard deviation of all values of the result of a plan in the rows. */
  standardDeviation(plan: Plan, rows: readonly number[]): Promise<number>
  /** Weights that make the rows of the result of a plan uncorrelated. */
  whitening(plan: Plan, step: StepOf<'whiten'>, rows: readonly number[]): Promise<MixPlan['rows']>
}
