import { probeType } from '@neurojoint/formats/probes'
import { InvalidParameterError } from './errors.ts'
import type { SimulatedChannel, SimulationParameters } from './simulate.ts'

/** A probe as a simulated run has it: all read-out channels on the lowest bank, the AP gain 500. */
export interface SimulatedProbe {
  readonly partNumber: string
  readonly name: string
  readonly shankWidth: number // (um)
  readonly columnsPerShank: number
  readonly rowsPerShank: number
  readonly tipLength: number // (um)
  readonly channels: readonly ProbeChannel[]
  readonly samplingRate: number // (Hz)
  readonly apGain: number
  readonly lfGain: number
  readonly rangeVolts: number // largest input of the ADC, as imAiRangeMax
  readonly maxCount: number
  readonly microvoltsPerCount: number
  /** Read-out channels that are sampled together, in order of their turn. */
  readonly turns: readonly (readonly number[])[]
}

/** A channel and the place of its electrode in the grid of the probe. */
export interface ProbeChannel extends SimulatedChannel {
  readonly reference: boolean
  readonly column: number
  readonly row: number
}

const apGain = 500
const lfGain = 250
const referenceChannel = 191 // of Neuropixels 1.0: the internal reference of the lowest bank

/** A Neuropixels 1.0 probe; throws `unknown-probe`, and `invalid-parameter` for other families. */
export function simulatedProbe(partNumber: string): SimulatedProbe {
  const type = probeType(partNumber)
  if (type.imroFormat !== 'np1000' || type.muxFormat !== 'np1000' || type.shanks !== 1) {
    throw new InvalidParameterError('partNumber', partNumber, 'a Neuropixels 1.0 probe with one shank, such as NP1010')
  }
  const channels: ProbeChannel[] = []
  for (const { electrode, shank, column, row, x, y } of type.electrodes()) {
    if (electrode >= type.readoutChannels) break
    const shift = type.sampleShift(electrode)
    channels.push({ x, y, shank, shift, column, row, reference: electrode === referenceChannel })
  }
  const shifts = [...new Set(channels.map(({ shift }) => shift))].toSorted((a, b) => a - b)
  const maxCount = 2 ** (type.adcBits - 1)
  const rangeVolts = type.adcRange / 2
  return {
    partNumber: type.partNumber,
    name: type.name,
    shankWidth: type.shankWidth,
    columnsPerShank: type.columns,
    rowsPerShank: type.rows,
    tipLength: type.tipLength,
    channels,
    samplingRate: 30000,
    apGain,
    lfGain,
    rangeVolts,
    maxCount,
    microvoltsPerCount: (1e6 * rangeVolts) / maxCount / apGain,
    turns: shifts.map((turn) => channels.flatMap(({ shift }, channel) => (shift === turn ? [channel] : []))),
  }
}

/** What may be chosen for a simulated run; the rest follows from its probe. */
export type SimulationChoices = Pick<SimulationParameters, 'seed' | 'durationSeconds'> &
  Partial<Omit<SimulationParameters, 'channels' | 'samplingRate' | 'microvoltsPerCount' | 'maxCount'>>

/** The parameters of a recording with a probe; what is not chosen is as in a quiet cortical recording. */
export function probeSimulation(
  { channels, samplingRate, microvoltsPerCount, maxCount }: SimulatedProbe,
  choices: SimulationChoices,
): SimulationParameters {
  return {
    units: 80,
    firingRates: [2, 15],
    refractorySeconds: 0.003,
    amplitudes: [40, 300],
    amplitudeVariation: 0.1,
    noise: 8,
    noiseRadius: 50,
    commonNoise: 5,
    rhythmFrequency: 8,
    rhythmAmplitude: 250,
    highPass: 300,
    ...choices,
    samplingRate,
    microvoltsPerCount,
    maxCount,
    channels: channels.map(({ x, y, shank, shift, reference }) => ({ x, y, shank, shift, reference })),
  }
}
