import type { Recording } from '@neurojoint/formats/recording'
import { joinIntervals } from '../chunks.ts'
import { InvalidParameterError, WrongLengthError } from '../errors.ts'
import type { FilterPlan, MaskPlan, SaturationPlan, TemporalPlan } from '../plan.ts'
import type { Layout } from './layout.ts'
import type { CompleteStep } from './steps.ts'

type StepOf<Name extends CompleteStep['step']> = Extract<CompleteStep, { step: Name }>

/** The mask of a chain, in frames and counts; null where nothing is masked. */
export function planMask(steps: readonly CompleteStep[], recording: Recording): MaskPlan | null {
  const at = steps.findIndex(({ step }) => step === 'mask')
  const mask = steps[at]
  if (mask?.step !== 'mask') return null
  const { samplingRate, gaps = [] } = recording
  const plan: MaskPlan = {
    gaps: mask.gaps ? joinIntervals(gaps) : [],
    flatFrames: mask.flatSeconds === null ? null : Math.max(2, Math.round(mask.flatSeconds * samplingRate)),
    saturation: mask.saturation === null ? null : planSaturation(`steps[${at}].saturation`, mask.saturation, recording),
  }
  return plan.gaps.length === 0 && plan.flatFrames === null && plan.saturation === null ? null : plan
}

function planSaturation(
  path: string,
  rule: NonNullable<StepOf<'mask'>['saturation']>,
  { channels, samplingRate }: Recording,
): SaturationPlan {
  const [most] = channels.map((channel) => channel.range?.most).toSorted((a, b) => (a ?? 0) - (b ?? 0))
  if (most === undefined && channels.length > 0)
    throw new InvalidParameterError(path, rule, 'null: the recording does not say the range of its converters')
  const gain = Math.max(...channels.map((channel) => Math.abs(channel.gain)))
  return {
    level: rule.level * (most ?? 32767),
    slope: rule.slope / gain,
    share: rule.share,
    widenFrames: Math.floor(rule.widenSeconds * samplingRate + 1e-6),
  }
}

/** The steps on each channel for itself. */
export function planTemporal(steps: readonly CompleteStep[], samplingRate: number, layout: Layout): TemporalPlan {
  let shifts: readonly number[] | null = null
  let taps: TemporalPlan['taps'] = 16
  const filters: FilterPlan[] = []
  for (const [index, step] of steps.entries()) {
    const path = `steps[${index}]`
    if (step.step === 'phase-shift') {
      taps = step.taps
      shifts = planShifts(path, step, layout)
    } else {
      const filter = planFilter(path, step, samplingRate)
      if (filter) filters.push(filter)
    }
  }
  const method = filters.some(({ kind }) => kind === 'catgt-butterworth') ? 'catgt' : 'direct'
  return { method, shifts, taps, filters }
}

/** Null where every channel is sampled with its frame. */
function planShifts(path: string, { shifts }: StepOf<'phase-shift'>, layout: Layout): readonly number[] | null {
  const chosen = shifts ?? layout.shifts(path)
  if (chosen.length !== layout.channels.length)
    throw new WrongLengthError(`${path}.shifts`, chosen.length, layout.channels.length)
  const late = chosen.findIndex((shift) => !(shift >= 0 && shift < 1))
  if (late !== -1) throw new InvalidParameterError(`${path}.shifts[${late}]`, chosen[late], 'samples in [0, 1)')
  return chosen.every((shift) => shift === 0) ? null : chosen
}

function planFilter(path: string, step: CompleteStep, samplingRate: number): FilterPlan | null {
  const requireBelowNyquist = (name: string, frequency: number | null): void => {
    if (frequency === null || frequency < samplingRate / 2) return
    const expected = `less than half the sampling rate, ${samplingRate / 2} Hz`
    throw new InvalidParameterError(`${path}.${name}`, frequency, expected)
  }
  switch (step.step) {
    case 'high-pass':
    case 'low-pass': {
      const { step: kind, cutoff, order, direction } = step
      requireBelowNyquist('cutoff', cutoff)
      return { kind, cutoff, order, direction }
    }
    case 'band-pass': {
      const { step: kind, low, high, order, direction } = step
      requireBelowNyquist('high', high)
      return { kind, low, high, order, direction }
    }
    case 'notch': {
      const { step: kind, frequency, quality, direction } = step
      requireBelowNyquist('frequency', frequency)
      return { kind, frequency, quality, direction }
    }
    case 'catgt-butterworth': {
      const { step: kind, order, low, high } = step
      requireBelowNyquist('low', low)
      requireBelowNyquist('high', high)
      return { kind, order, low, high }
    }
    case 'mask':
    case 'phase-shift':
    case 'bad-channels':
    case 'common-reference':
    case 'local-reference':
    case 'spatial-high-pass':
    case 'whiten':
    case 'motion-correction':
      return null
  }
}
