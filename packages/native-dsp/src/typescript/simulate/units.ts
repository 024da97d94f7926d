import type { SimulatedChannel, SimulatedUnit, SimulationParameters } from '../../simulate.ts'
import { openStream, purpose, readStream } from './random.ts'

/** What a unit's spike looks like on one channel; times in samples. */
export interface Footprint {
  readonly channel: number
  readonly scale: number // amplitude relative to the peak channel
  readonly delay: number // of the trough, the channel's ADC skew already undone
  readonly troughWidth: number // knot distance of the trough's bump
  readonly recoveryDelay: number // from the trough to the positive peak
  readonly recoveryWidth: number
}

export interface UnitModel extends SimulatedUnit {
  readonly recovery: number // height of the positive peak, relative to the trough
  readonly footprint: readonly Footprint[] // in order of channels
}

const reach = 150 // (um) beyond which a spike is not seen
const faintest = 1 // (uV) less on a channel is left out

/** Places the units along the shanks, one per stretch of sites, and gives each its shape. */
export function placeUnits(parameters: SimulationParameters): readonly UnitModel[] {
  const { channels, units } = parameters
  const sites = channels
    .filter(({ reference }) => !reference)
    .toSorted((a, b) => a.shank - b.shank || a.y - b.y || a.x - b.x)
  return Array.from({ length: units }, (_, unit) => placeUnit(parameters, sites, unit))
}

function placeUnit(parameters: SimulationParameters, sites: readonly SimulatedChannel[], unit: number): UnitModel {
  const { samplingRate, channels } = parameters
  const { next } = readStream(openStream(parameters.seed, purpose.unit, unit))
  const site = sites[Math.floor(((unit + next()) / parameters.units) * sites.length)]!
  const x = site.x + 24 * (next() - 0.5)
  const y = site.y + 20 * (next() - 0.5)
  const z = 8 + 22 * next()
  const loudness = next()
  const amplitude = between(parameters.amplitudes, loudness * loudness)
  const firingRate = between(parameters.firingRates, next())
  const spread = 18 + 22 * next() // (um)
  const troughToPeak = 0.25 + 0.4 * next() // (ms)
  const troughWidth = 0.09 + 0.14 * troughToPeak // (ms)
  const recoveryWidth = 0.5 * troughToPeak // (ms): the positive bump begins at the trough and leaves its height alone
  const recovery = (troughWidth / recoveryWidth) * (0.5 + 0.4 * next()) // 1 times the quotient would cancel the area
  const speed = 300 + 200 * next() // (um/ms)
  const samplesPerMs = samplingRate / 1000

  const seen = channels.map((channel, index) => {
    const dx = channel.x - x
    const dy = channel.y - y
    const distance = Math.sqrt(dx * dx + dy * dy + z * z)
    const visible = channel.shank === site.shank && channel.reference !== true && distance < reach
    const taper = 1 - (distance / reach) * (distance / reach)
    const fall = 1 + (distance / spread) * (distance / spread)
    return { index, shift: channel.shift, distance, gain: visible ? (taper * taper) / (fall * Math.sqrt(fall)) : 0 }
  })
  const peak = seen.reduce((best, candidate) => (candidate.gain > best.gain ? candidate : best))
  const footprint = seen
    .filter(({ gain }) => (gain / peak.gain) * amplitude >= faintest)
    .map(({ index, shift, distance, gain }) => {
      const further = distance - peak.distance // (um)
      const stretch = 1 + further / 300 // slower with distance
      return {
        channel: index,
        scale: gain / peak.gain,
        delay: (further / speed) * samplesPerMs - shift,
        troughWidth: troughWidth * stretch * samplesPerMs,
        recoveryDelay: troughToPeak * stretch * samplesPerMs,
        recoveryWidth: recoveryWidth * stretch * samplesPerMs,
      }
    })
  return {
    x,
    y,
    z,
    shank: site.shank,
    peakChannel: peak.index,
    amplitude,
    firingRate,
    troughToPeakSeconds: troughToPeak / 1000,
    recovery,
    footprint,
  }
}

const between = ([low, high]: readonly [number, number], fraction: number): number => low + (high - low) * fraction
