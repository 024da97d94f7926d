import type { Rows } from '../rows.ts'
import { createChannelFilter } from './channel-filter.ts'
import { createGainControl, type GainControl } from './gain-control.ts'
import type { PrepareSpatial } from './step.ts'

/**
 * IBL's k-filter (`ibldsp.voltage.kfilt`): a Butterworth high-pass across the rows of each group, forward and backward
 * (`scipy.signal.sosfiltfilt`, its odd extension shortened where there are too few rows). Rows are divided by
 * `max(epsilon, gain)` before and multiplied by the gain after it. What is the same in all rows of a group goes, so that a
 * group of one row becomes 0. Rows in no group stay.
 */
export const prepareSpatialHighPass: PrepareSpatial<'spatial-high-pass'> = (plan, channels) => {
  const epsilon = plan.gainControl?.epsilon ?? 0
  const filters = plan.groups
    .filter((group) => group.length > 0)
    .map((group) => createFilter(Int32Array.from(group), epsilon, createChannelFilter(plan, group.length)))
  if (plan.gainControl) {
    const control = createGainControl(plan.gainControl.windowFrames, channels)
    return { margin: control.margin, apply: (rows) => filterWithGain(rows, control, filters) }
  }
  const gain = new Float64Array(channels).fill(1)
  return {
    margin: 0,
    apply({ data }) {
      for (let start = 0; start < data.length; start += channels) {
        for (const filter of filters) filter(data, start, gain)
      }
    },
  }
}

/** Filters one frame, given the gain of all rows in it. */
type FrameFilter = (data: Float32Array, start: number, gain: Float64Array) => void

function createFilter(group: Int32Array, epsilon: number, filter: (values: Float64Array) => void): FrameFilter {
  const values = new Float64Array(group.length)
  return (data, start, gain) => {
    for (let index = 0; index < group.length; index++) {
      values[index] = data[start + group[index]!]! / Math.max(epsilon, gain[group[index]!]!)
    }
    filter(values)
    for (let index = 0; index < group.length; index++) {
      data[start + group[index]!] = values[index]! * gain[group[index]!]!
    }
  }
}

/** Frame by frame those that have whole windows. */
function filterWithGain(rows: Rows, control: GainControl, filters: readonly FrameFilter[]): void {
  const { data, channels, firstFrame } = rows
  const from = firstFrame + (rows.atStart ? 0 : control.margin)
  const to = firstFrame + data.length / channels - (rows.atEnd ? 0 : control.margin)
  if (from >= to) return
  const [before, after, gain] = [new Float64Array(channels), new Float64Array(channels), new Float64Array(channels)]
  control.open(rows)
  let knot = Math.floor(from / control.step)
  control.at(knot, before)
  control.at(knot + 1, after)
  for (let frame = from; frame < to; frame++) {
    if (frame >= (knot + 1) * control.step) {
      knot++
      before.set(after)
      control.at(knot + 1, after)
    }
    const part = frame / control.step - knot
    for (let channel = 0; channel < channels; channel++) {
      gain[channel] = before[channel]! + part * (after[channel]! - before[channel]!)
    }
    for (const filter of filters) filter(data, (frame - firstFrame) * channels, gain)
  }
}
