import { InvalidParameterError } from './errors.ts'
import { frameCount, refractorySamples } from './simulate.ts'
import type { SimulationParameters } from './simulate.ts'

/** Refuses parameters that the generator could not compute; throws `invalid-parameter`. */
export function checkSimulation(parameters: SimulationParameters): void {
  const { seed, samplingRate, channels, units, firingRates, amplitudes, maxCount } = parameters
  demand(isWhole(seed, 0, 2 ** 32 - 1), 'seed', seed, 'a whole number from 0 to 2**32 - 1')
  demand(samplingRate > 0 && samplingRate < Infinity, 'samplingRate', samplingRate, 'Hz, above 0')
  const frames = frameCount(parameters)
  demand(isWhole(frames, 1, 2 ** 32 - 1), 'durationSeconds', parameters.durationSeconds, '1 to 2**32 - 1 frames')
  demand(isWhole(units, 0, 2 ** 31 - 1), 'units', units, 'a whole number, 0 or more')
  demand(isWhole(maxCount, 1, 32768), 'maxCount', maxCount, 'a whole number from 1 to 32768')
  const { microvoltsPerCount } = parameters
  demand(microvoltsPerCount > 0 && microvoltsPerCount < Infinity, 'microvoltsPerCount', microvoltsPerCount, 'above 0')
  for (const name of nonNegative) {
    demand(parameters[name] >= 0 && parameters[name] < Infinity, name, parameters[name], 'a number not below 0')
  }
  demand(
    firingRates[0] > 0 && firingRates[0] <= firingRates[1],
    'firingRates',
    firingRates,
    'lowest > 0, and highest, in Hz',
  )
  demand(
    amplitudes[0] > 0 && amplitudes[0] <= amplitudes[1],
    'amplitudes',
    amplitudes,
    'lowest > 0, and highest, in uV',
  )
  demand(
    firingRates[1] * refractorySamples(parameters) < samplingRate,
    'firingRates',
    firingRates,
    `rates below ${samplingRate / refractorySamples(parameters)} Hz, which the refractory period allows`,
  )
  for (const [index, { x, y, shank, shift }] of channels.entries()) {
    const name = `channels[${index}]`
    demand(Number.isFinite(x) && Number.isFinite(y), `${name}.x, y`, [x, y], 'a position in um')
    demand(isWhole(shank, 0, 2 ** 31 - 1), `${name}.shank`, shank, 'a whole number, 0 or more')
    demand(shift >= 0 && shift < 1, `${name}.shift`, shift, 'a fraction of a sample in [0, 1)')
  }
  const sites = channels.filter(({ reference }) => reference !== true).length
  demand(sites > 0, 'channels', `${channels.length} channels`, 'one or more that is no reference')
}

const nonNegative = [
  'refractorySeconds',
  'amplitudeVariation',
  'noise',
  'noiseRadius',
  'commonNoise',
  'rhythmFrequency',
  'rhythmAmplitude',
  'highPass',
] as const

function demand(holds: boolean, name: string, value: unknown, expected: string): void {
  if (!holds) throw new InvalidParameterError(name, value, expected)
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high
}
