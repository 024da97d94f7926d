import { describe, expect, test } from 'vitest'
import { findBadChannels } from '../src/bad-channels.ts'
import type { Dsp, OperationOptions } from '../src/dsp.ts'
import { surveyRecording } from '../src/survey.ts'
import { createRecording } from './memory-recording.ts'

const samplingRate = 30_000

/** Every operation of the area over the same traces. */
const operations = (dsp: Dsp, traces: Float32Array, channels: number) =>
  ({
    noiseLevels: (options?: OperationOptions) => dsp.noiseLevels(traces, { channels }, options),
    rms: (options?: OperationOptions) => dsp.rms(traces, { channels }, options),
    powerSpectralDensity: (options?: OperationOptions) =>
      dsp.powerSpectralDensity(traces, { channels, samplingRate, segmentSamples: 300 }, options),
    labelChannels: (options?: OperationOptions) =>
      dsp.labelChannels(traces, { channels, samplingRate, method: 'ibl' }, options),
    findMasked: (options?: OperationOptions) =>
      dsp.findMasked(Int16Array.from(traces), { columns: channels, flatFrames: 100 }, options),
    decimate: (options?: OperationOptions) => dsp.decimate(traces, { channels, factor: 12 }, options),
  }) satisfies Record<string, (options?: OperationOptions) => Promise<unknown>>

/** Odd sizes, refused parameters, progress and abort. */
export function testMeasuringControl(dsp: Dsp): void {
  testOddSizes(dsp)
  testRefusals(dsp)
  testProgress(dsp)
}

function testOddSizes(dsp: Dsp): void {
  describe(`${dsp.implementation}: measuring odd sizes`, () => {
    test.for([
      [1, 1],
      [7, 1],
      [7, 3],
      [1, 385],
      [13, 1536],
      [1000, 17],
    ] as const)('%i frames of %i channels that stand still', async ([frames, channels]) => {
      const constant = new Float32Array(frames * channels).fill(-1200)
      const run = operations(dsp, constant, channels)
      const each = (value: number): number[] => Array.from({ length: channels }, () => value)
      expect(Array.from(await run.noiseLevels())).toEqual(each(0))
      expect(Array.from(await run.rms())).toEqual(each(1200))
      const { frequencies, density } = await run.powerSpectralDensity()
      expect(frequencies).toHaveLength(Math.floor(Math.min(frames, 300) / 2) + 1)
      expect(density.every((value) => value < 1e-18)).toBe(true)
      const { labels, similarity } = await run.labelChannels()
      expect(Array.from(labels)).toEqual(each(0))
      expect(similarity.every(Number.isNaN)).toBe(true)
      expect(await run.findMasked()).toEqual(frames >= 100 ? [{ start: 0, end: frames }] : [])
      const decimated = await run.decimate()
      expect(decimated).toHaveLength(Math.ceil(frames / 12) * channels)
      expect(decimated.every((value) => value === -1200)).toBe(true)
    })

    test('no frames give no numbers', async () => {
      const run = operations(dsp, new Float32Array(0), 3)
      expect(Array.from(await run.noiseLevels())).toEqual([NaN, NaN, NaN])
      expect(Array.from(await run.rms())).toEqual([NaN, NaN, NaN])
      expect((await run.powerSpectralDensity()).frequencies).toHaveLength(0)
      expect(await run.findMasked()).toEqual([])
      expect(await run.decimate()).toHaveLength(0)
      await expect(run.labelChannels()).rejects.toMatchObject({ code: 'invalid-parameter', parameter: 'margin' })
    })

    test('a NaN stays in its channel', async () => {
      const traces = Float32Array.from({ length: 3000 }, (_, at) => (at === 1000 ? Number.NaN : Math.sin(at)))
      const run = operations(dsp, traces, 3)
      expect(Array.from(await run.rms(), Number.isNaN)).toEqual([false, true, false])
      const { density } = await run.powerSpectralDensity()
      expect(Array.from(density.subarray(0, 3), Number.isNaN)).toEqual([false, true, false])
      const decimated = await run.decimate()
      expect(decimated.some((value, at) => at % 3 !== 1 && Number.isNaN(value))).toBe(false)
    })
  })
}

function testRefusals(dsp: Dsp): void {
  describe(`${dsp.implementation}: measuring refuses`, () => {
    const traces = new Float32Array(600)
    const shape = { channels: 3, samplingRate }
    const saturation = { level: 1, slope: 1, share: 0.2, widenFrames: 0 }
    const masked = (search: object) => dsp.findMasked(new Int16Array(6), { columns: 3, ...search })

    test.for([
      ['segmentSamples', () => dsp.powerSpectralDensity(traces, { ...shape, segmentSamples: 0 })],
      ['segmentSamples', () => dsp.powerSpectralDensity(traces, { ...shape, segmentSamples: 65_537 })],
      ['segmentSamples', () => dsp.powerSpectralDensity(traces, { ...shape, segmentSamples: 2.5 })],
      ['samplingRate', () => dsp.powerSpectralDensity(traces, { channels: 3, samplingRate: -1, segmentSamples: 8 })],
      // the type has no such method
      ['method', () => dsp.labelChannels(traces, { ...shape, method: 'mad' as 'ibl' })],
      ['highPass', () => dsp.labelChannels(traces, { ...shape, method: 'coherence+psd', highPass: 15_000 })],
      ['margin', () => dsp.labelChannels(traces, { ...shape, method: 'ibl', margin: [100, 100] })],
      ['margin', () => dsp.labelChannels(traces, { ...shape, method: 'ibl', margin: [-1, 0] })],
      ['deadThreshold', () => dsp.labelChannels(traces, { ...shape, method: 'ibl', thresholds: { dead: NaN } })],
      ['factor', () => dsp.decimate(traces, { channels: 3, factor: 1 })],
      ['factor', () => dsp.decimate(traces, { channels: 3, factor: 33 })],
      ['factor', () => dsp.decimate(traces, { channels: 3, factor: 2.5 })],
      ['flatFrames', () => masked({ flatFrames: 1 })],
      ['flatFrames', () => masked({ flatFrames: 32_769 })],
      ['level', () => masked({ saturation: { ...saturation, level: -1 } })],
      ['slope', () => masked({ saturation: { ...saturation, slope: 0 } })],
      ['share', () => masked({ saturation: { ...saturation, share: NaN } })],
      ['widenFrames', () => masked({ saturation: { ...saturation, widenFrames: 0.5 } })],
      ['columns', () => masked({ flatFrames: 2, take: [3] })],
      ['columns', () => masked({ flatFrames: 2, take: [] })],
    ] as const)('%s that means nothing', async ([parameter, call]) => {
      await expect(call()).rejects.toMatchObject({ code: 'invalid-parameter', parameter })
    })

    test('partial frames', async () => {
      for (const run of Object.values(operations(dsp, new Float32Array(7), 3))) {
        await expect(run()).rejects.toMatchObject({ code: 'ragged-frames' })
      }
    })

    test('channels that a recording does not have, and stretches of no length', async () => {
      const recording = await createRecording(new Int16Array(90), 3)
      const refused = (parameter: string) => ({ code: 'invalid-parameter', parameter })
      await expect(findBadChannels(dsp, recording, { groups: [[3]] })).rejects.toMatchObject(refused('groups'))
      await expect(findBadChannels(dsp, recording, { chunks: 0 })).rejects.toMatchObject(refused('chunks'))
      await expect(findBadChannels(dsp, recording, { chunkSeconds: 0 })).rejects.toMatchObject(refused('chunkSeconds'))
      await expect(surveyRecording(dsp, recording, { channels: [5] })).rejects.toMatchObject(refused('channels'))
      const { labels } = await findBadChannels(dsp, recording)
      expect(labels).toEqual(['good', 'good', 'good'])
      await recording.close()
    })
  })
}

function testProgress(dsp: Dsp): void {
  describe(`${dsp.implementation}: measuring takes its time`, () => {
    const traces = Float32Array.from({ length: 12_000 * 32 }, (_, at) => Math.sin(at * at * 0.37) * 50)

    test('progress never falls and ends with 1, and the input stays as it is', async () => {
      const before = traces.slice()
      for (const run of Object.values(operations(dsp, traces, 32))) {
        const fractions: number[] = []
        await run({ onProgress: (fraction) => fractions.push(fraction) })
        expect(fractions.at(-1)).toBe(1)
        expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
      }
      expect(traces.every((value, at) => value === before[at])).toBe(true)
    })

    test('an abort is the rejection, soon', async () => {
      const long = new Float32Array(5 * traces.length)
      for (let part = 0; part < 5; part++) long.set(traces, part * traces.length)
      for (const run of Object.values(operations(dsp, long, 32))) {
        const before = process.cpuUsage()
        await run({})
        const { user } = process.cpuUsage(before)
        // what takes no longer than a slice of work may be done before anybody can stop it
        if (user < 50_000) continue
        const control = new AbortController()
        const running = run({ signal: control.signal }).then(
          () => 'done',
          (reason: unknown) => reason,
        )
        const aborted = process.cpuUsage()
        control.abort('stop')
        expect(await running).toBe('stop')
        // what it did of its work (µs): a busy machine takes longer for it
        expect(process.cpuUsage(aborted).user).toBeLessThan(user / 2)
      }
    })

    test('a search over a recording stops too, and says how far it is', async () => {
      const recording = await createRecording(Int16Array.from(traces), 32)
      const fractions: number[] = []
      await findBadChannels(dsp, recording, { chunks: 3, chunkSeconds: 0.05, onProgress: (f) => fractions.push(f) })
      expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
      expect(fractions.length).toBeGreaterThanOrEqual(3)
      expect(fractions.filter((fraction) => fraction === 1)).toHaveLength(1)
      const control = new AbortController()
      const search = findBadChannels(dsp, recording, { signal: control.signal })
      control.abort('stop')
      await expect(search).rejects.toBe('stop')
      await expect(surveyRecording(dsp, recording, { signal: control.signal })).rejects.toBe('stop')
      await recording.close()
    })
  })
}
