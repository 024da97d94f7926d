import { frameCount } from '../../simulate.ts'
import type { SimulatedSpikes, SimulationParameters } from '../../simulate.ts'
import { colouringTaps, mixNoise } from './noise.ts'
import type { NoiseMix } from './noise.ts'
import { bellDeviation, openStream, purpose } from './random.ts'
import type { Stream } from './random.ts'
import { weighRhythm } from './rhythm.ts'
import type { RhythmWeights } from './rhythm.ts'
import { drawSpikes } from './spikes.ts'
import { placeUnits } from './units.ts'
import type { UnitModel } from './units.ts'

/** All that does not depend on the range which is asked for. */
export interface SimulationModel {
  readonly parameters: SimulationParameters
  readonly frames: number
  readonly units: readonly UnitModel[]
  readonly spikes: Omit<SimulatedSpikes, 'samples'>
  readonly headSamples: number // a spike is seen at most this long before its time,
  readonly tailSamples: number // and this long after it
  readonly noise: readonly NoiseMix[]
  readonly noiseStreams: readonly Stream[]
  readonly commonStream: Stream
  readonly commonScale: number // white noise of standard deviation `bellDeviation` to uV
  readonly taps: readonly Float64Array[] // one filter per distinct shift
  readonly tapsOfChannel: Int32Array
  readonly rhythm: RhythmWeights
}

export function modelSimulation(parameters: SimulationParameters): SimulationModel {
  const { channels, seed } = parameters
  const units = placeUnits(parameters)
  const shifts = channels.map(({ shift }) => shift)
  const distinct = [...new Set(shifts)]
  const seen = units.flatMap(({ footprint }) => footprint)
  return {
    parameters,
    frames: frameCount(parameters),
    units,
    spikes: drawSpikes(parameters, units),
    headSamples: seen.reduce((most, f) => Math.max(most, 2 * f.troughWidth - f.delay), 0),
    tailSamples: seen.reduce((most, f) => Math.max(most, f.delay + f.recoveryDelay + 2 * f.recoveryWidth), 0),
    noise: mixNoise(parameters),
    noiseStreams: channels.map((_, index) => openStream(seed, purpose.channelNoise, index)),
    commonStream: openStream(seed, purpose.commonNoise, 0),
    commonScale: parameters.commonNoise / bellDeviation,
    taps: distinct.map(colouringTaps),
    tapsOfChannel: Int32Array.from(shifts, (shift) => distinct.indexOf(shift)),
    rhythm: weighRhythm(parameters),
  }
}
