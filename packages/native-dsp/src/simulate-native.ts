import { checkSimulation } from './simulate-check.ts'
import { runSimulation } from './simulate-engine.ts'
import { frameCount, refractorySamples } from './simulate.ts'
import type { SimulatedSpikes, SimulatedUnit, Simulation, SimulationParameters } from './simulate.ts'

/** What `crates/node/src/simulate.rs` exports. */
export interface SimulationBinding {
  openSimulation(parameters: NativeParameters): Promise<NativeSimulation>
}

interface NativeSimulation {
  units(): SimulatedUnit[]
  spikes(): Omit<SimulatedSpikes, 'samples'>
  traces(start: number, end: number, columns: number): Promise<Int16Array>
}

/** Opens a simulation that native code computes; throws `invalid-parameter`. */
export async function openNativeSimulation(
  binding: SimulationBinding,
  parameters: SimulationParameters,
): Promise<Simulation> {
  checkSimulation(parameters)
  const native = await binding.openSimulation(flatten(parameters))
  return runSimulation(parameters, {
    units: native.units(),
    spikes: native.spikes(),
    computeBlock: ({ start, end, columns }) => native.traces(start, end, columns),
    close: async () => {},
  })
}

/** One array per property of the channels, as the binding takes them. */
function flatten(parameters: SimulationParameters) {
  const { channels, firingRates, amplitudes } = parameters
  return {
    seed: parameters.seed,
    samplingRate: parameters.samplingRate,
    frames: frameCount(parameters),
    x: Float64Array.from(channels, ({ x }) => x),
    y: Float64Array.from(channels, ({ y }) => y),
    shanks: Uint32Array.from(channels, ({ shank }) => shank),
    shifts: Float64Array.from(channels, ({ shift }) => shift),
    references: Uint8Array.from(channels, ({ reference }) => (reference === true ? 1 : 0)),
    units: parameters.units,
    lowestFiringRate: firingRates[0],
    highestFiringRate: firingRates[1],
    refractorySamples: refractorySamples(parameters),
    lowestAmplitude: amplitudes[0],
    highestAmplitude: amplitudes[1],
    amplitudeVariation: parameters.amplitudeVariation,
    noise: parameters.noise,
    noiseRadius: parameters.noiseRadius,
    commonNoise: parameters.commonNoise,
    rhythmFrequency: parameters.rhythmFrequency,
    rhythmAmplitude: parameters.rhythmAmplitude,
    highPass: parameters.highPass,
    microvoltsPerCount: parameters.microvoltsPerCount,
    maxCount: parameters.maxCount,
  }
}

type NativeParameters = ReturnType<typeof flatten>
