import { InvalidParameterError } from '../errors.ts'
import { lowBandRate } from '../measuring-parameters.ts'
import type { GroupReferencePlan, LocalReferencePlan, Plan, SpatialPlan } from '../plan.ts'
import { annulusNeighbours, krigingMix, rowsByKey } from '../referencing-plans.ts'
import type { Layout } from './layout.ts'
import type { BadChannel, Measurements } from './measurements.ts'
import type { CompleteStep } from './steps.ts'

type StepOf<Name extends CompleteStep['step']> = Extract<CompleteStep, { step: Name }>

/** Which rows a step works on. */
export interface Members {
  /** Rows that make a reference. */
  readonly of: readonly number[]
  /** Rows that it is subtracted from: those outside of the brain too. */
  readonly from: readonly number[]
}

/** All rows that are recording sites. */
export const allMembers = ({ used }: Layout): Members => ({ of: used, from: used })

/** Without those that are bad and stay so, or are silent. */
export function membersAfter(
  step: StepOf<'bad-channels'>,
  bad: readonly BadChannel[],
  silent: readonly number[],
  members: Members,
): Members {
  const out = new Set(bad.filter(({ label }) => label === 'outside').map(({ channel }) => channel))
  const broken = new Set(bad.filter(({ label }) => label !== 'outside').map(({ channel }) => channel))
  const stays = (row: number): boolean => (step.action === 'interpolate' ? !silent.includes(row) : !broken.has(row))
  return {
    of: members.of.filter((row) => stays(row) && !(step.outside && out.has(row))),
    from: members.from.filter(stays),
  }
}

/** Rows that a step makes of no others, and that are 0 after it. */
export const rowsOfNothing = (step: SpatialPlan | null): readonly number[] =>
  step?.kind === 'mix'
    ? step.rows
        .filter(({ of }) => of.length === 0)
        .map(({ row }) => row)
        .toSorted((a, b) => a - b)
    : []

/** Refuses limits that were found for the AP band where they call every channel of an LF band noisy. */
export function requireBand(path: string, { method }: StepOf<'bad-channels'>, samplingRate: number): void {
  if (method !== 'coherence+psd' || samplingRate > lowBandRate) return
  const expected = `\`ibl\`, which has limits for an LF band as this one of ${Math.round(samplingRate)} Hz: the chain \`lf\` has it`
  throw new InvalidParameterError(`${path}.method`, method, expected)
}

/**
 * A step across channels, resolved; `before` is the plan of all steps before it, whose result some are measured on. Null
 * where it changes nothing.
 */
export async function planSpatial(
  path: string,
  step: CompleteStep,
  { layout, members, bad, before, measure }: SpatialContext,
): Promise<SpatialPlan | null> {
  switch (step.step) {
    case 'bad-channels': {
      const broken = bad.filter(({ label }) => label !== 'outside').map(({ channel }) => channel)
      if (step.action === 'exclude' || broken.length === 0) return null
      const good = layout.used.filter((row) => !broken.includes(row))
      if (good.length === 0)
        throw new InvalidParameterError(
          path,
          `all ${broken.length} channels dead or noisy`,
          'at least one good channel: look at the recording, or name the bad ones with the method `given`',
        )
      const positions = layout.positions(path)
      // SpikeInterface takes the usual distance of rows of sites, IBL 20 um
      const sigma = step.method === 'ibl' ? 20 : rowPitch(positions)
      return krigingMix({ positions, bad: broken, good, sigma, power: 1.3 })
    }
    case 'common-reference':
      return planGroupReference(path, step, layout, members)
    case 'local-reference':
      return planLocalReference(path, step, layout, members)
    case 'spatial-high-pass': {
      const { order, cutoff, padding, taper } = step
      const groups = groupsOf(path, step.scope, layout, members.of)
      const gainControl = step.gainControl && {
        windowFrames: 2 * Math.round((step.gainControl.windowSeconds * before.samplingRate) / 2) + 1,
        // silence stays silence, whatever it is divided by
        epsilon: step.gainControl.epsilon * ((await measure.standardDeviation(before, step, members.of)) || 1),
      }
      return groups.length === 0
        ? null
        : { kind: 'spatial-high-pass', groups, order, cutoff, padding, taper, gainControl }
    }
    case 'whiten':
      layout.positions(path)
      return { kind: 'mix', purpose: 'whiten', rows: await measure.whitening(before, step, members.from) }
    case 'motion-correction': {
      const { sigma, power } = step
      const positions = layout.positions(path)
      const motion = step.motion ?? (await measure.motion(before, step, members.from))
      return { kind: 'motion-correction', positions, sigma, power, motion }
    }
    case 'mask':
    case 'high-pass':
    case 'low-pass':
    case 'band-pass':
    case 'notch':
    case 'catgt-butterworth':
    case 'phase-shift':
      return null
  }
}

export interface SpatialContext {
  readonly layout: Layout
  readonly members: Members
  readonly bad: readonly BadChannel[]
  readonly before: Plan
  readonly measure: Measurements
}

function planGroupReference(
  path: string,
  { operator, scope, middle, whole }: StepOf<'common-reference'>,
  layout: Layout,
  members: Members,
): GroupReferencePlan | null {
  const isOf = new Set(members.of)
  const groups = groupsOf(path, scope, layout, members.from)
    .map((from) => ({ of: from.filter((row) => isOf.has(row)), from }))
    .filter(({ of }) => of.length > 0)
  return groups.length === 0 ? null : { kind: 'group-reference', operator, middle, whole, groups }
}

/** The distance between neighbouring depths that is found most often (um); 20 where there is one depth only. */
function rowPitch(positions: readonly number[]): number {
  const depths = [...new Set(positions.filter((_, at) => at % 2 === 1))].toSorted((a, b) => a - b)
  const counts = new Map<number, number>()
  for (const [place, depth] of depths.entries()) {
    const step = (depths[place + 1] ?? depth) - depth
    if (step > 0) counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
  return most?.[0] ?? 20
}

/** Channels that the bases of a probe read out together. */
const readOutChannels = 384

function groupsOf(
  path: string,
  scope: StepOf<'common-reference'>['scope'],
  layout: Layout,
  rows: readonly number[],
): readonly (readonly number[])[] {
  switch (scope) {
    case 'all':
      return rowsByKey(rows, () => 0)
    case 'shank': {
      const shanks = layout.shanks(path)
      return rowsByKey(rows, (row) => shanks[row] ?? 0)
    }
    case 'read-out':
      return rowsByKey(rows, (row) => Math.floor((layout.channels[row]?.acquisitionIndex ?? 0) / readOutChannels))
    case 'turn': {
      const shifts = layout.shifts(path)
      return rowsByKey(rows, (row) => shifts[row] ?? 0)
    }
  }
}

function planLocalReference(
  path: string,
  { operator, inner, outer, atLeast, whole }: StepOf<'local-reference'>,
  layout: Layout,
  members: Members,
): LocalReferencePlan {
  const positions = layout.positions(path)
  const shanks = layout.shanks(path)
  const { of, from } = members
  const neighbours = annulusNeighbours({ positions, shanks, inner, outer, atLeast, members: of, rows: from })
  if (neighbours.every((others) => others.length === 0) && from.length > 0)
    throw new InvalidParameterError(`${path}.outer`, outer, 'a ring in which at least one channel has neighbours')
  return { kind: 'local-reference', operator, whole, neighbours }
}
