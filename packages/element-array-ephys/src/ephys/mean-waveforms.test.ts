import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openRecording, type Recording } from '@neurojoint/formats/recording'
import { chooseSpikes, computeMeanWaveforms } from './mean-waveforms.ts'

const options = { signal: new AbortController().signal, progress: () => {} }
const demoSession = new URL('../../../../fixtures/demo-session/', import.meta.url)

/** Two channels whose count at frame t is t and -t; gain 2 and 0.5 uV, offset 0 and 10 uV. */
const ramp: Recording = {
  kind: 'recording',
  samplingRate: 1000,
  channels: [
    { index: 0, name: 'up', acquisitionIndex: 0, gain: 2, offset: 0 },
    { index: 1, name: 'down', acquisitionIndex: 1, gain: 0.5, offset: 10 },
  ],
  segments: [{ frames: 10_000, startSeconds: 0 }],
  location: null,
  traces: async ({ start, end }) =>
    Int16Array.from({ length: 2 * (end - start) }, (_, at) => (start + (at >> 1)) * (at % 2 === 0 ? 1 : -1)),
  close: async () => {},
}

test('a mean is over the windows of the spikes, in microvolts', async () => {
  const [mean] = await computeMeanWaveforms(ramp, [{ unit: 7, spikeSamples: [100, 9000, 200] }], options)
  expect(mean).toMatchObject({ unit: 7, spikes: 3 })
  // frame 32 of the window is the spike; the mean of 100, 200 and 9000 is 3100
  expect(mean?.waveform(0)).toHaveLength(64)
  expect(mean?.waveform(0)[32]).toBe(3100 * 2)
  expect(mean?.waveform(0)[0]).toBe((3100 - 32) * 2)
  expect(mean?.waveform(1)[33]).toBe(3101 * -0.5 + 10)
})

test('spikes whose window reaches over an end are left out, and without any the mean is NaN', async () => {
  const units = [
    { unit: 1, spikeSamples: [31, 32, 9968, 9969] },
    { unit: 2, spikeSamples: [3] },
  ]
  const [some, none] = await computeMeanWaveforms(ramp, units, options)
  expect(some?.spikes).toBe(2)
  expect(some?.waveform(0)[32]).toBe(5000 * 2)
  expect(none?.spikes).toBe(0)
  expect(none?.waveform(0).every(Number.isNaN)).toBe(true)
})

test('spikes count through all segments, and no window reaches from one into the next', async () => {
  const asked: unknown[] = []
  const parted: Recording = {
    ...ramp,
    segments: [
      { frames: 1000, startSeconds: 0 },
      { frames: 0, startSeconds: 1 },
      { frames: 500, startSeconds: 5 },
    ],
    // counts go on through the segments, as their frames do
    traces: async ({ segment = 0, start, end }) => {
      asked.push([segment, start, end])
      return ramp.traces({ start: start + (segment === 0 ? 0 : 1000), end: end + (segment === 0 ? 0 : 1000) })
    },
  }
  const units = [
    { unit: 1, spikeSamples: [100, 990, 1010, 1200] },
    { unit: 2, spikeSamples: [1469, 1468] },
  ]
  const [first, second] = await computeMeanWaveforms(parted, units, options)
  expect([first?.spikes, second?.spikes]).toEqual([2, 1])
  expect(first?.waveform(0)[32]).toBe(650 * 2)
  expect(second?.waveform(0)[32]).toBe(1468 * 2)
  expect(asked).toEqual([
    [0, 68, 132],
    [2, 168, 500],
  ])
})

test('of many spikes 500 are chosen, the same each time and others for another unit', () => {
  const samples = Array.from({ length: 2000 }, (_, at) => 1000 + at)
  const whole = [{ start: 0, end: 10_000 }]
  const chosen = chooseSpikes(samples, whole, 1)
  expect(new Set(chosen).size).toBe(500)
  expect(chosen).toEqual(chooseSpikes(samples, whole, 1))
  expect(chosen).not.toEqual(chooseSpikes(samples, whole, 2))
  expect(chosen.reduce((sum, sample) => sum + sample, 0) / 500).toBeCloseTo(2000, -2)
})

test('known spikes of a simulated recording have the troughs that were put in', async () => {
  const path = fileURLToPath(new URL('sim_a_g0/sim_a_g0_imec0/sim_a_g0_t0.imec0.ap.meta', demoSession))
  const {
    units,
  }: { units: { unit: number; peakChannel: number; troughMicrovolts: number; spikeSamples: number[] }[] } = JSON.parse(
    await readFile(new URL('ground_truth.json', demoSession), 'utf8'),
  )
  // channel 20 is noisy
  const clear = units.filter(({ peakChannel }) => peakChannel !== 20)
  const recording = await openRecording(path)
  const means = await computeMeanWaveforms(recording, clear, options)
  await recording.close()
  for (const [index, { peakChannel, troughMicrovolts }] of clear.entries()) {
    const waveform = means[index]?.waveform(peakChannel) ?? new Float32Array()
    const trough = Math.min(...waveform)
    // the fixture's README: the trough lies one frame before the spike
    expect(waveform.indexOf(trough)).toBe(31)
    // noise of 5 to 10 uV, averaged over 60 to 150 spikes, on a slow rhythm
    expect(Math.abs(trough - troughMicrovolts)).toBeLessThan(12)
  }
})

test('an abort ends the reading', async () => {
  const controller = new AbortController()
  const progress = () => controller.abort(new Error('enough'))
  const units = [{ unit: 1, spikeSamples: [100, 9000] }]
  const wide: Recording = { ...ramp, segments: [{ frames: 4_000_000, startSeconds: 0 }] }
  const far = [{ unit: 1, spikeSamples: [100, 3_000_000] }]
  await expect(computeMeanWaveforms(wide, far, { signal: controller.signal, progress })).rejects.toThrow('enough')
  await expect(computeMeanWaveforms(ramp, units, { signal: controller.signal, progress })).rejects.toThrow('enough')
})
