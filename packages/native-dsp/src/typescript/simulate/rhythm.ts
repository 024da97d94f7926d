import type { SimulationParameters } from '../../simulate.ts'

/** The field potential of each channel is `sine * sin + cosine * cos` of the rhythm's phase (uV). */
export interface RhythmWeights {
  readonly sine: Float64Array
  readonly cosine: Float64Array
}

const depthOfCycle = 2500 // (um)

/** Weights per channel: louder towards the top of the probe, its phase running with depth and with the ADC skew. */
export function weighRhythm(parameters: SimulationParameters): RhythmWeights {
  const { channels, rhythmFrequency, highPass, samplingRate } = parameters
  const bottom = channels.reduce((lowest, { y }) => (y < lowest ? y : lowest), Infinity)
  const top = channels.reduce((highest, { y }) => (y > highest ? y : highest), -Infinity)
  const passed =
    rhythmFrequency === 0 ? 0 : rhythmFrequency / Math.sqrt(rhythmFrequency * rhythmFrequency + highPass * highPass)
  const sine = new Float64Array(channels.length)
  const cosine = new Float64Array(channels.length)
  for (const [index, { y, shift, reference }] of channels.entries()) {
    if (reference === true) continue
    const height = top > bottom ? (y - bottom) / (top - bottom) : 1
    const amplitude = parameters.rhythmAmplitude * passed * (0.4 + 0.6 * height)
    const phase = y / depthOfCycle + (rhythmFrequency * shift) / samplingRate
    sine[index] = amplitude * sineOfCycles(phase + 0.25)
    cosine[index] = amplitude * sineOfCycles(phase)
  }
  return { sine, cosine }
}

/** sin(2 pi x) within 1e-9, by the Taylor polynomial of order 13: the same bits in every language. */
export function sineOfCycles(x: number): number {
  let r = x - Math.floor(x + 0.5)
  if (r > 0.25) r = 0.5 - r
  else if (r < -0.25) r = -0.5 - r
  const z = 6.283185307179586 * r
  const s = z * z
  return z * (1 - (s / 6) * (1 - (s / 20) * (1 - (s / 42) * (1 - (s / 72) * (1 - (s / 110) * (1 - s / 156))))))
}
