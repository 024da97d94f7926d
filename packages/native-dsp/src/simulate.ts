/** One channel of a simulated probe. */
export interface SimulatedChannel {
  readonly x: number // (um)
  readonly y: number // (um) along the shank
  readonly shank: number
  /** How much later than frame `n` the channel is sampled, as a fraction of a sample in [0, 1). */
  readonly shift: number
  /** A reference site: it carries noise, but no spikes and no rhythm. */
  readonly reference?: boolean
}

/** Everything that a simulated recording is made of: the same parameters give the same recording. */
export interface SimulationParameters {
  readonly seed: number // 0 .. 2**32 - 1
  readonly samplingRate: number // (Hz)
  readonly durationSeconds: number
  readonly channels: readonly SimulatedChannel[]
  readonly units: number
  readonly firingRates: readonly [number, number] // (Hz) lowest and highest
  readonly refractorySeconds: number
  readonly amplitudes: readonly [number, number] // (uV) of the trough on the peak channel; small ones are the more frequent
  readonly amplitudeVariation: number // standard deviation over a unit's spikes, as a fraction of its amplitude
  readonly noise: number // (uV) standard deviation of the noise of each channel
  readonly noiseRadius: number // (um) within which a channel takes part in its neighbours' noise; 0: independent channels
  readonly commonNoise: number // (uV) standard deviation of the noise that all channels share
  readonly rhythmFrequency: number // (Hz) of the field potential
  readonly rhythmAmplitude: number // (uV) at the top of the probe, before the high-pass; 0.4 of it at the bottom
  readonly highPass: number // (Hz) corner of the amplifier's first-order high-pass; 0: none
  readonly microvoltsPerCount: number
  readonly maxCount: number // counts lie in -maxCount .. maxCount - 1
}

/** A simulated neuron: where it is, how it fires and what its spikes look like. */
export interface SimulatedUnit {
  readonly x: number // (um)
  readonly y: number // (um)
  readonly z: number // (um) from the plane of the probe
  readonly shank: number
  readonly peakChannel: number // index in the parameters' channels
  readonly amplitude: number // (uV) mean trough on the peak channel
  readonly firingRate: number // (Hz)
  readonly troughToPeakSeconds: number
}

/** All spikes in order of time. */
export interface SimulatedSpikes {
  /** Times of the troughs on the peak channel in samples, with their fraction: what is found once the ADC skew is undone. */
  readonly times: Float64Array
  /** The times rounded to whole samples; two spikes of a unit are never closer than its refractory period. */
  readonly samples: Float64Array
  readonly units: Int32Array
  readonly amplitudes: Float64Array // (uV) trough on the peak channel
}

/** Frames to compute. */
export interface SimulatedRange {
  readonly start: number // first frame
  readonly end: number // the frame after the last
  /** Words per frame of the result, at least the number of channels (default); further words are 0. */
  readonly columns?: number
}

/** A recording that is computed where it is read; any range gives the samples that the whole would have there. */
export interface Simulation {
  readonly parameters: SimulationParameters
  readonly frames: number
  readonly units: readonly SimulatedUnit[]
  readonly spikes: SimulatedSpikes
  /** Counts, frame-major, computed off the event loop; rejects with the signal's reason at once, and with `simulation-ended` once closed. */
  traces(range: SimulatedRange, options?: { readonly signal?: AbortSignal }): Promise<Int16Array>
  close(): Promise<void>
}

/** Chooses the units and spikes of a simulation; its samples are computed where they are read. */
export type OpenSimulation = (parameters: SimulationParameters) => Promise<Simulation>

export const frameCount = ({ durationSeconds, samplingRate }: SimulationParameters): number =>
  Math.round(durationSeconds * samplingRate)

/** A whole number of samples, so that rounding the times cannot shorten it. */
export const refractorySamples = ({ refractorySeconds, samplingRate }: SimulationParameters): number =>
  Math.ceil(refractorySeconds * samplingRate - 1e-6)
