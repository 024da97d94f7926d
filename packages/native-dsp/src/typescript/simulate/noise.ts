import type { SimulationParameters } from '../../simulate.ts'
import { bump } from './bump.ts'
import { bellDeviation } from './random.ts'

/** Frames of white noise needed before and after a frame to colour it. */
export const framesBefore = 2
export const framesAfter = 3
const tapCount = framesBefore + 1 + framesAfter

const knots = 1.5 // (samples) half the power below 3 kHz, almost nothing above 15 kHz at 30 kHz

/** The filter that colours white noise and reads it `shift` of a sample late; it keeps the variance. */
export function colouringTaps(shift: number): Float64Array {
  const taps = new Float64Array(tapCount).map((_, tap) => bump((shift + framesBefore - tap) / knots))
  const norm = Math.sqrt(taps.reduce((sum, tap) => sum + tap * tap, 0))
  return taps.map((tap) => tap / norm)
}

/** The white noises of which one channel's noise is mixed, in order of channels. */
export interface NoiseMix {
  readonly sources: Int32Array
  readonly weights: Float64Array // white noise of standard deviation `bellDeviation` to uV
}

/** Each channel mixes the white noise of the sites around it, so that neighbours share part of theirs. */
export function mixNoise({ channels, noise, noiseRadius }: SimulationParameters): readonly NoiseMix[] {
  return channels.map((channel, self) => {
    const sources: number[] = []
    const weights: number[] = []
    for (const [index, other] of channels.entries()) {
      const weight = index === self ? 1 : other.shank === channel.shank ? nearness(channel, other, noiseRadius) : 0
      if (weight === 0) continue
      sources.push(index)
      weights.push(weight)
    }
    const norm = Math.sqrt(weights.reduce((sum, weight) => sum + weight * weight, 0))
    const scale = noise / bellDeviation / norm
    return { sources: Int32Array.from(sources), weights: Float64Array.from(weights, (weight) => weight * scale) }
  })
}

interface Position {
  readonly x: number
  readonly y: number
}

function nearness(a: Position, b: Position, radius: number): number {
  const dx = a.x - b.x
  const dy = a.y - b.y
  const squared = dx * dx + dy * dy
  if (squared >= radius * radius) return 0
  const inside = 1 - squared / (radius * radius)
  return inside * inside
}
