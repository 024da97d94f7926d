import type { SimulatedSpikes, SimulatedUnit, SimulationParameters } from '../../simulate.ts'
import { frameCount, refractorySamples } from '../../simulate.ts'
import { bell, bellDeviation, draw, openStream, purpose, readStream } from './random.ts'

/** The spikes of all units: Poisson trains with a refractory period, merged in order of time, then of unit. */
export function drawSpikes(
  parameters: SimulationParameters,
  units: readonly SimulatedUnit[],
): Omit<SimulatedSpikes, 'samples'> {
  const times: number[] = []
  const owners: number[] = []
  const amplitudes: number[] = []
  for (const [unit, { firingRate, amplitude }] of units.entries()) {
    const loudness = openStream(parameters.seed, purpose.amplitude, unit)
    for (const [spike, time] of drawTrain(parameters, unit, firingRate).entries()) {
      times.push(time)
      owners.push(unit)
      amplitudes.push(amplitude * (1 + (parameters.amplitudeVariation * bell(draw(loudness, spike))) / bellDeviation))
    }
  }
  const order = Uint32Array.from(times.keys()).toSorted((a, b) => times[a]! - times[b]! || owners[a]! - owners[b]!)
  return {
    times: Float64Array.from(order, (spike) => times[spike]!),
    units: Int32Array.from(order, (spike) => owners[spike]!),
    amplitudes: Float64Array.from(order, (spike) => amplitudes[spike]!),
  }
}

function drawTrain(parameters: SimulationParameters, unit: number, firingRate: number): number[] {
  const frames = frameCount(parameters)
  const refractory = refractorySamples(parameters)
  const mean = parameters.samplingRate / firingRate - refractory
  const { nextExponential } = readStream(openStream(parameters.seed, purpose.train, unit))
  const times: number[] = []
  for (let time = nextExponential() * mean; Math.floor(time + 0.5) < frames;) {
    times.push(time)
    time += refractory + nextExponential() * mean
  }
  return times
}
