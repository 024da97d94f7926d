import type { Recording } from '@neurojoint/formats/recording'
import type { Plan } from '../plan.ts'
import { chooseSteps, type AlreadyApplied } from './already-applied.ts'
import { layoutOf, type Layout } from './layout.ts'
import type { BadChannel, Measurements } from './measurements.ts'
import { allMembers, membersAfter, planSpatial, requireBand, rowsOfNothing } from './plan-spatial.ts'
import { planMask, planTemporal } from './plan-temporal.ts'
import type { CompleteChain, CompleteStep } from './steps.ts'

/** A chain resolved against a recording: what will be computed, with everything that was measured for it. */
export interface Resolution {
  /** Without the steps that were skipped. */
  readonly chain: CompleteChain
  /** Steps that the recording carries already and that were left out. */
  readonly skipped: readonly CompleteStep[]
  /** Of all channels, which are its rows, and all segments of the recording. */
  readonly plan: Plan
  readonly badChannels: readonly BadChannel[]
  /** Rows of bad channels that have no good one near enough to be made from: they are 0, and enter no reference. */
  readonly silent: readonly number[]
  /** Rows that are recording sites and not bad, or were made from their neighbours. */
  readonly good: readonly number[]
}

export interface ResolveOptions {
  /** What to do with steps that the recording carries already. Default `refuse`. */
  readonly alreadyApplied?: AlreadyApplied | undefined
}

/**
 * Makes a plan of a chain for a recording. Two resolutions of equal chains and recordings are equal.
 *
 * @throws {AlreadyAppliedError} `already-applied`
 * @throws {InvalidParameterError} `invalid-parameter` for a step that does not fit the recording, by its path
 */
export async function resolveChain(
  chain: CompleteChain,
  recording: Recording,
  measure: Measurements,
  { alreadyApplied = 'refuse' }: ResolveOptions = {},
): Promise<Resolution> {
  const source = recording.files?.[0]?.path ?? recording.location?.path ?? 'The recording'
  const chosen = chooseSteps(chain, recording, alreadyApplied, source)
  const { steps, rounding } = chosen.chain
  const layout = layoutOf(recording)
  let plan: Plan = {
    samplingRate: recording.samplingRate,
    columns: layout.channels.map(({ index }) => index),
    scale: planScale(layout),
    mask: planMask(steps, recording),
    temporal: planTemporal(steps, recording.samplingRate, layout),
    spatial: [],
    rounding,
  }
  let badChannels: readonly BadChannel[] = []
  let silent: readonly number[] = []
  let members = allMembers(layout)
  for (const [index, step] of steps.entries()) {
    if (step.step === 'bad-channels') {
      requireBand(`steps[${index}]`, step, recording.samplingRate)
      badChannels = await measure.badChannels(step, layout.used)
    }
    const context = { layout, members, bad: badChannels, before: plan, measure }
    const spatial = await planSpatial(`steps[${index}]`, step, context)
    if (spatial) plan = { ...plan, spatial: [...plan.spatial, spatial] }
    if (step.step === 'bad-channels') {
      silent = rowsOfNothing(spatial)
      members = membersAfter(step, badChannels, silent, members)
    }
  }
  return { chain: chosen.chain, skipped: chosen.skipped, plan, badChannels, silent, good: members.from }
}

/** What makes all gains the first one, or null where they are equal. */
function planScale({ channels }: Layout): readonly number[] | null {
  const [first] = channels
  if (!first || channels.every(({ gain }) => gain === first.gain)) return null
  return channels.map(({ gain }) => gain / first.gain)
}
