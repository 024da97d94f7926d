import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { OpenSimulation, SimulatedChannel, SimulationParameters } from '../src/simulate.ts'

/** The lowest 32 sites of a Neuropixels 1.0 probe with their ADC shifts, and eight busy units. */
const channels: readonly SimulatedChannel[] = Array.from({ length: 32 }, (_, channel) => ({
  x: [27, 59, 11, 43][channel % 4] ?? 0,
  y: 20 * Math.floor(channel / 2),
  shank: 0,
  shift: Math.floor((channel % 24) / 2) / 13,
}))

const parameters: SimulationParameters = {
  seed: 7,
  samplingRate: 30000,
  durationSeconds: 2,
  channels,
  units: 8,
  firingRates: [5, 40],
  refractorySeconds: 0.003,
  amplitudes: [60, 300],
  amplitudeVariation: 0.1,
  noise: 8,
  noiseRadius: 50,
  commonNoise: 5,
  rhythmFrequency: 8,
  rhythmAmplitude: 250,
  highPass: 300,
  microvoltsPerCount: 2.34375,
  maxCount: 512,
}

const silent = { units: 0, noise: 0, commonNoise: 0, rhythmAmplitude: 0 }
const onlyNoise = { units: 0, noise: 8, commonNoise: 0, rhythmAmplitude: 0 }

/** What every implementation of `openSimulation` must do; each one's own test calls it. */
export function testSimulation(implementation: string, openSimulation: OpenSimulation) {
  async function readAll(changes: Partial<SimulationParameters>) {
    const simulation = await openSimulation({ ...parameters, ...changes })
    const traces = await simulation.traces({ start: 0, end: simulation.frames })
    await simulation.close()
    return { ...simulation, traces }
  }

  describe(`${implementation}: simulation`, () => {
    test('gives the same spikes and samples on every machine and in every implementation', async () => {
      const { spikes, traces } = await readAll({})
      expect(sha1(spikes.times)).toBe('0a830a231b0fd0e89b27c29c8d053be407b841ff')
      expect(sha1(traces)).toBe('4cd7ce8c5593aa8a85b7503af832418ab58d641d')
    })

    test('a range, whatever its blocks, equals that range of the whole', async () => {
      const { traces } = await readAll({})
      const simulation = await openSimulation(parameters)
      const part = await simulation.traces({ start: 1111, end: 9999 })
      expect(Buffer.compare(Buffer.from(part.buffer), Buffer.from(traces.slice(1111 * 32, 9999 * 32).buffer))).toBe(0)
      await simulation.close()
    })

    test('words beyond the channels are zero', async () => {
      const simulation = await openSimulation(parameters)
      const narrow = await simulation.traces({ start: 500, end: 700 })
      const wide = await simulation.traces({ start: 500, end: 700, columns: 33 })
      expect(wide.filter((_, at) => at % 33 < 32)).toEqual(narrow)
      expect(wide.filter((_, at) => at % 33 === 32).every((word) => word === 0)).toBe(true)
      await simulation.close()
    })

    test('another seed gives other units, other spikes and other noise', async () => {
      const [a, b] = [await readAll({}), await readAll({ seed: 8 })]
      expect(a.units[0]?.amplitude).not.toBe(b.units[0]?.amplitude)
      expect(a.spikes.times[0]).not.toBe(b.spikes.times[0])
      const equal = a.traces.filter((count, at) => count === b.traces[at]).length
      // two unrelated normal variables of deviation 4.1 counts round to the same count in 1 of 14 cases
      expect(equal / a.traces.length).toBeLessThan(0.1)
    })

    test('no unit fires within its refractory period, and the rates are as drawn', async () => {
      const simulation = await openSimulation({ ...parameters, durationSeconds: 200 })
      const last = new Map<number, number>()
      const counts = new Map<number, number>()
      for (const [spike, sample] of simulation.spikes.samples.entries()) {
        const unit = simulation.spikes.units[spike] ?? -1
        expect(sample - (last.get(unit) ?? -Infinity)).toBeGreaterThanOrEqual(90)
        last.set(unit, sample)
        counts.set(unit, (counts.get(unit) ?? 0) + 1)
      }
      for (const [unit, { firingRate }] of simulation.units.entries()) {
        const expected = 200 * firingRate
        expect(Math.abs((counts.get(unit) ?? 0) - expected)).toBeLessThan(4 * Math.sqrt(expected))
      }
      await simulation.close()
    })

    test('spikes come in order of time, within the recording, nearest to their sample', async () => {
      const { spikes, frames } = await readAll({})
      for (const [spike, time] of spikes.times.entries()) {
        expect(time).toBeGreaterThanOrEqual(spikes.times[spike - 1] ?? 0)
        expect(Math.abs((spikes.samples[spike] ?? 0) - time)).toBeLessThanOrEqual(0.5)
        expect(spikes.samples[spike]).toBeLessThan(frames)
      }
    })

    test('the trough of a spike has its amplitude, on its peak channel, at its time less the ADC shift', async () => {
      const changes = { ...silent, units: 1, amplitudeVariation: 0, microvoltsPerCount: 0.1, maxCount: 32768 }
      const { spikes, units, traces } = await readAll(changes)
      const [{ peakChannel, amplitude } = { peakChannel: -1, amplitude: NaN }] = units
      const shift = channels[peakChannel]?.shift ?? NaN
      expect(spikes.times.length).toBeGreaterThan(10)
      for (const time of spikes.times.subarray(0, -1)) {
        const frame = Math.round(time - shift)
        const around = (offset: number, channel = peakChannel): number => traces[(frame + offset) * 32 + channel] ?? 0
        expect(around(0)).toBe(Math.min(...[-2, -1, 0, 1, 2].map((offset) => around(offset))))
        expect(around(0)).toBe(Math.min(...channels.map((_, channel) => around(0, channel))))
        // half a sample beside the trough of the narrowest spike, of 3.75 samples' knot distance: 1.5 (0.5 / 3.75)**2
        expect(-0.1 * around(0)).toBeGreaterThan(amplitude * 0.97)
        expect(-0.1 * around(0)).toBeLessThanOrEqual(amplitude + 0.05)
      }
    })

    test('the noise of each channel has the wanted deviation', async () => {
      const { traces } = await readAll(onlyNoise)
      // rounding to counts adds a variance of 2.34375**2 / 12
      const expected = Math.sqrt(8 * 8 + 2.34375 ** 2 / 12)
      for (const channel of channels.keys()) {
        expect(Math.abs(2.34375 * deviation(column(traces, channel)) - expected)).toBeLessThan(0.02 * expected)
      }
    })

    test('neighbouring channels share the noise of the sites around both', async () => {
      const { traces } = await readAll(onlyNoise)
      // channels 24 and 25 are sampled at once, 32 um apart; the weights are (1 - (d / 50)**2)**2
      const expected = (sharedNoise(24, 25) * 64) / (64 + 2.34375 ** 2 / 12)
      expect(expected).toBeGreaterThan(0.4)
      expect(Math.abs(correlation(column(traces, 24), column(traces, 25)) - expected)).toBeLessThan(0.03)
      expect(Math.abs(correlation(column(traces, 0), column(traces, 24)))).toBeLessThan(0.03)
    })

    test('common noise adds the same variance to all channels', async () => {
      const { traces } = await readAll({ ...onlyNoise, commonNoise: 6 })
      const total = 8 * 8 + 6 * 6 + 2.34375 ** 2 / 12
      // channels 0 and 24 are sampled at once and share nothing else
      expect(Math.abs(correlation(column(traces, 0), column(traces, 24)) - 36 / total)).toBeLessThan(0.03)
    })

    test('the noise has the tails of a normal distribution', async () => {
      const { traces } = await readAll({ ...onlyNoise, microvoltsPerCount: 0.1, maxCount: 32768 })
      const beyond = (deviations: number): number =>
        traces.filter((count) => Math.abs(count) > deviations * 80).length / traces.length
      expect(beyond(1)).toBeCloseTo(0.3173, 2)
      expect(beyond(3) / 0.0027).toBeGreaterThan(0.85)
      expect(beyond(3) / 0.0027).toBeLessThan(1.15)
    })

    test('the rhythm is a sine that grows with height, passes the high-pass, and shows the ADC skew', async () => {
      const changes = { ...silent, rhythmFrequency: 400, rhythmAmplitude: 1000, durationSeconds: 0.1 }
      const { traces, frames } = await readAll(changes)
      for (const [channel, { y, shift }] of channels.entries()) {
        // 400 Hz against a corner of 300 Hz: 400 / 500; the highest site lies at 300 um
        const amplitude = 1000 * 0.8 * (0.4 + (0.6 * y) / 300)
        for (let frame = 0; frame < frames; frame += 37) {
          const phase = (400 * (frame + shift)) / 30000 + y / 2500
          const expected = (amplitude * Math.sin(2 * Math.PI * phase)) / 2.34375
          expect(Math.abs((traces[frame * 32 + channel] ?? 0) - expected)).toBeLessThan(0.5001)
        }
      }
    })

    test('counts stay within the range of the ADC', async () => {
      const { traces } = await readAll({ ...silent, rhythmFrequency: 400, rhythmAmplitude: 5000, durationSeconds: 0.1 })
      expect(Math.min(...traces)).toBe(-512)
      expect(Math.max(...traces)).toBe(511)
    })

    test('a reference site has noise, but neither spikes nor rhythm', async () => {
      const withReference = channels.map((channel, index) => ({ ...channel, reference: index === 5 }))
      const changes = { ...silent, units: 8, rhythmAmplitude: 5000, channels: withReference, durationSeconds: 0.5 }
      const { traces, units } = await readAll(changes)
      expect(column(traces, 5).every((count) => count === 0)).toBe(true)
      expect(units.some(({ peakChannel }) => peakChannel === 5)).toBe(false)
    })

    test('an abort rejects at once with its reason', async () => {
      const simulation = await openSimulation({ ...parameters, durationSeconds: 60 })
      const abort = new AbortController()
      const reading = simulation.traces({ start: 0, end: simulation.frames }, { signal: abort.signal })
      const reason = new Error('enough')
      const started = performance.now()
      abort.abort(reason)
      await expect(reading).rejects.toBe(reason)
      expect(performance.now() - started).toBeLessThan(10_000)
      await expect(simulation.traces({ start: 0, end: 10 }, { signal: abort.signal })).rejects.toBe(reason)
      await simulation.close()
    })

    test('samples asked for after the close are refused', async () => {
      const simulation = await openSimulation(parameters)
      await simulation.close()
      const ended = { code: 'simulation-ended' }
      await expect(simulation.traces({ start: 0, end: 10 })).rejects.toMatchObject(ended)
      await expect(simulation.traces({ start: 0, end: 60000 })).rejects.toMatchObject(ended)
    })

    test.each([
      ['seed', { seed: 1.5 }],
      ['durationSeconds', { durationSeconds: 0 }],
      ['firingRates', { firingRates: [5, 400] as const }],
      ['amplitudes', { amplitudes: [0, 100] as const }],
      ['noise', { noise: -1 }],
      ['channels[0].shift', { channels: [{ x: 0, y: 0, shank: 0, shift: 1 }] }],
      ['channels', { channels: [] }],
    ])('refuses a wrong %s by name', async (parameter, changes) => {
      const refused = { code: 'invalid-parameter', parameter }
      await expect(openSimulation({ ...parameters, ...changes })).rejects.toMatchObject(refused)
    })

    test('refuses a range outside of the recording', async () => {
      const simulation = await openSimulation(parameters)
      await expect(simulation.traces({ start: 0, end: 60001 })).rejects.toMatchObject({ code: 'invalid-parameter' })
      await simulation.close()
    })
  })
}

const sha1 = (values: Float64Array | Int16Array): string => createHash('sha1').update(values).digest('hex')

const column = (traces: Int16Array, channel: number): Int16Array => traces.filter((_, at) => at % 32 === channel)

function deviation(values: Int16Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}

function correlation(a: Int16Array, b: Int16Array): number {
  const product = a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0) / a.length
  return product / deviation(a) / deviation(b)
}

/** The correlation that the mixing weights of two channels imply. */
function sharedNoise(a: number, b: number): number {
  const weights = (channel: number): readonly number[] =>
    channels.map((other) => {
      const { x, y } = channels[channel] ?? other
      return (1 - Math.min(1, ((x - other.x) ** 2 + (y - other.y) ** 2) / 2500)) ** 2
    })
  const product = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, value, at) => sum + value * (q[at] ?? 0), 0)
  const [p, q] = [weights(a), weights(b)]
  return product(p, q) / Math.sqrt(product(p, p) * product(q, q))
}
