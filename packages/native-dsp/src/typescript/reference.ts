import type { Attention } from './attention.ts'
import { median } from './median.ts'

const framesPerLook = 256

/** Subtracts from every frame the median over its channels, in place. */
export async function subtractMedian(
  traces: Float32Array,
  channels: number,
  attention: Attention,
  fractionAt: (frame: number) => number,
): Promise<void> {
  const scratch = new Float32Array(channels)
  for (let frame = 0; frame * channels < traces.length; frame++) {
    if (frame % framesPerLook === 0 && attention.due()) await attention.rest(fractionAt(frame))
    const start = frame * channels
    for (let channel = 0; channel < channels; channel++) scratch[channel] = traces[start + channel]!
    const reference = median(scratch)
    for (let channel = 0; channel < channels; channel++) traces[start + channel]! -= reference
  }
}
