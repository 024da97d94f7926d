import { designButterworth } from './butterworth.ts'
import { margin, type Cascade } from './cascade.ts'
import { delay, designDelays, shiftMargin } from './phase-shift.ts'
import { filterZeroPhase } from './zero-phase.ts'

/** What is done to each channel for itself. */
export interface ChannelSteps {
  /** The frames on either side of a stretch that its result depends on. */
  readonly margin: number
  /** Runs the steps on a channel (double precision); the result may be either of the two buffers. */
  run(channel: number, signal: Float64Array, spare: Float64Array): Float64Array
}

/** What is done to every channel. */
interface Steps {
  readonly samplingRate: number // (Hz)
  /** A high-pass where `high` is missing. */
  readonly filter?: { readonly order: number; readonly low: number; readonly high?: number }
  readonly shifts?: readonly number[]
}

export function prepareSteps(plan: Steps): ChannelSteps {
  const cascade = plan.filter && designButterworth(plan.filter.order, plan.filter, plan.samplingRate)
  const delays = plan.shifts && designDelays(plan.shifts)
  return {
    margin: marginOf(cascade) + (delays ? shiftMargin : 0),
    run(channel, signal, spare) {
      if (cascade) filterZeroPhase(signal, cascade)
      const filter = delays?.[channel]
      if (!filter) return signal
      delay(signal, filter, spare)
      return spare
    },
  }
}

const marginOf = (cascade: Cascade | undefined): number => (cascade ? margin(cascade) : 0)
