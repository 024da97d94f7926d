import { describe, expect, test } from 'vitest'
import type { Locating, LocationMethod, MotionEstimation, MovingPeaks, PeakLocation } from '../src/locating.ts'
import { furthest, readArray, reference } from './locating-reference.ts'
import { testMotion } from './motion-kit.ts'

const positions = reference.positions.flat()
const channels = reference.positions.length

/** Each peak stands in the middle of 30 frames of its own. */
const peaks = {
  channels,
  positions,
  sampleIndex: reference.channels.map((_, peak) => 30 * peak + 15),
  channel: reference.channels,
  before: 15,
  after: 15,
}
const grid = { kind: 'grid' } as const
const methods: readonly LocationMethod[] = [{ kind: 'center-of-mass' }, { kind: 'monopolar' }, grid]

/** What every implementation of `Locating` must do; each one's own test file calls it. */
export function testLocating(name: string, locating: Locating): void {
  testLocations(name, locating)
  testMotion(name, locating)
  testRefusals(name, locating)
}

function testLocations(name: string, locating: Locating): void {
  const waveforms = readArray('waveforms')

  describe(`${name}: location of peaks`, () => {
    test('centers of mass are those of SpikeInterface within 1e-4 um', async () => {
      const { x, y, z, alpha } = await locating.locatePeaks(waveforms, { ...peaks, method: { kind: 'center-of-mass' } })
      const expected = reference.locations.center_of_mass
      expect(furthest(x, expected.x)).toBeLessThan(1e-4)
      expect(furthest(y, expected.y)).toBeLessThan(1e-4)
      expect([z, alpha]).toEqual([null, null])
    })

    test("monopolar triangulation explains each peak as well as scipy's minimum, within 1e-6", async () => {
      const found = await locating.locatePeaks(waveforms, { ...peaks, method: { kind: 'monopolar' } })
      const { x, y, z } = reference.locations.monopolar_triangulation
      const worse = peaks.channel.map((channel, peak) => {
        const misfit = (...place: [number, number, number]): number => misfitOf(peak, channel, place)
        return misfit(found.x[peak]!, found.y[peak]!, found.z![peak]!) - misfit(x[peak]!, y[peak]!, z[peak]!)
      })
      expect(Math.max(...worse)).toBeLessThan(1e-6)
      const apart = peaks.channel.map((_, peak) => Math.hypot(found.x[peak]! - x[peak]!, found.y[peak]! - y[peak]!))
      expect(median(apart)).toBeLessThan(1)
    })

    test('grid convolution gives the places of SpikeInterface within 0.01 um', async () => {
      const { x, y, z } = await locating.locatePeaks(waveforms, { ...peaks, method: grid })
      const expected = reference.locations.grid_convolution
      expect(furthest(x, expected.x)).toBeLessThan(0.01)
      expect(furthest(y, expected.y)).toBeLessThan(0.01)
      expect(furthest(z!, expected.z)).toBeLessThan(0.01)
    })

    test('peaks are located in whatever order they come, and the number of threads changes nothing', async () => {
      const order = peaks.channel.map((_, index) => (index * 7) % peaks.channel.length)
      for (const method of methods) {
        const one = await locating.locatePeaks(waveforms, { ...peaks, method }, { threads: 1 })
        const [sampleIndex, channel] = [peaks.sampleIndex, peaks.channel].map((list) => order.map((at) => list[at]!))
        const turned = { ...peaks, sampleIndex: sampleIndex!, channel: channel!, method }
        const two = await locating.locatePeaks(waveforms, turned, { threads: 3 })
        expect(Array.from(two.y)).toEqual(order.map((at) => one.y[at]))
      }
    })

    test.for(methods)('$kind: no peaks, one channel, silence, NaN and short traces are no trouble', async (method) => {
      const single = { channels: 1, positions: [8, 20], before: 15, after: 15, method }
      const of = (traces: Float32Array, sampleIndex: number[]): ReturnType<Locating['locatePeaks']> =>
        locating.locatePeaks(traces, { ...single, sampleIndex, channel: sampleIndex.map(() => 0) })
      expect((await of(new Float32Array(0), [])).x).toEqual(new Float64Array(0))
      const alone = await of(Float32Array.of(0, -9, 3, 0, 0, 0, 0), [1])
      expect([alone.x[0], alone.y[0]].map((value, axis) => Math.abs(value! - [8, 20][axis]!) < 1e-6)).toEqual([
        true,
        true,
      ])
      const silent = await of(new Float32Array(7), [3])
      expect([silent.x[0], silent.y[0], silent.alpha?.[0] ?? 0]).toEqual([8, 20, 0])
      expect(silent.z?.[0] ?? Number.NaN).toBeNaN()
      const unknown = await of(Float32Array.of(0, Number.NaN, 0), [1])
      expect(unknown.x[0]).toBeNaN()
    })

    test('1,536 channels of a long probe are located like a part of them', async () => {
      const many = Array.from({ length: 1536 }, (_, channel) => [
        32 * (channel % 2),
        15 * Math.floor(channel / 2),
      ]).flat()
      const traces = new Float32Array(1536 * 30)
      const amplitude = (channel: number): number =>
        -2000 / Math.hypot(many[2 * channel]! - 12, many[2 * channel + 1]! - 6007, 25)
      for (let channel = 0; channel < 1536; channel++) traces[15 * 1536 + channel] = amplitude(channel)
      const one = { channels: 1536, positions: many, sampleIndex: [15], channel: [800], before: 15, after: 15 }
      for (const method of methods) {
        const { x, y } = await locating.locatePeaks(traces, { ...one, method })
        expect(Math.hypot(x[0]! - 12, y[0]! - 6007)).toBeLessThan(method.kind === 'monopolar' ? 0.5 : 8)
      }
    })

    test('an aborted location rejects with the reason', async () => {
      const aborted = AbortSignal.abort(new Error('enough'))
      const location: PeakLocation = { ...peaks, method: grid }
      await expect(locating.locatePeaks(waveforms, location, { signal: aborted })).rejects.toThrow('enough')
    })
  })
}

function testRefusals(name: string, locating: Locating): void {
  describe(`${name}: wrong input`, () => {
    const traces = new Float32Array(40)
    const location: PeakLocation = {
      channels: 4,
      positions: [0, 0, 0, 20, 0, 40, 0, 60],
      sampleIndex: [3],
      channel: [1],
      before: 2,
      after: 2,
      method: { kind: 'center-of-mass' },
    }
    test.for<[string, Partial<PeakLocation>, object]>([
      ['a peak beyond the traces', { sampleIndex: [10] }, { code: 'invalid-parameter', parameter: 'sampleIndex' }],
      ['a channel that is not there', { channel: [4] }, { code: 'invalid-parameter', parameter: 'channel' }],
      ['lists of different lengths', { channel: [] }, { code: 'wrong-length', parameter: 'channel' }],
      ['no frames in a waveform', { before: 0, after: 0 }, { code: 'invalid-parameter', parameter: 'after' }],
      ['a place that is no number', { positions: [0, 0, 0, Number.NaN, 0, 0, 0, 0] }, { parameter: 'positions' }],
      ['a grid without spacing', { method: { ...grid, spacing: 0 } }, { parameter: 'spacing' }],
      ['a distance of 0', { method: { kind: 'monopolar', maxDistance: 0 } }, { parameter: 'maxDistance' }],
    ])('location: %s is refused by name', async ([, change, error]) => {
      await expect(locating.locatePeaks(traces, { ...location, ...change })).rejects.toMatchObject(error)
    })

    test.for<[string, object, object]>([
      ['times that do not ascend', { times: [1, 1] }, { code: 'invalid-parameter', parameter: 'times' }],
      ['no depths', { depths: [] }, { code: 'wrong-length', parameter: 'depths' }],
      ['a displacement too few', { displacement: [1] }, { code: 'wrong-length', parameter: 'displacement' }],
      ['a displacement that is no number', { displacement: [1, Number.NaN] }, { parameter: 'displacement' }],
    ])('correction: %s is refused by name', async ([, change, error]) => {
      const motion = { times: [0, 1], depths: [0], displacement: [0, 0], ...change }
      const { positions: sites } = location
      const correction = { channels: 4, samplingRate: 1, positions: sites, motion }
      await expect(locating.correctMotion(traces, correction)).rejects.toMatchObject(error)
    })

    test('estimate: lists of different lengths, NaN and wrong numbers are refused by name', async () => {
      const good = { times: [0, 1], depths: [0, 1], amplitudes: [1, 1] }
      const estimation = { duration: 2, depthRange: [0, 10] } as const
      const refused = async (moving: MovingPeaks, change: Partial<MotionEstimation>): Promise<unknown> =>
        locating.estimateMotion(moving, { ...estimation, ...change }).catch((error: unknown) => error)
      expect(await refused({ ...good, depths: [0] }, {})).toMatchObject({ code: 'wrong-length', parameter: 'depths' })
      expect(await refused({ ...good, times: [0, Number.NaN] }, {})).toMatchObject({ parameter: 'times' })
      expect(await refused(good, { timeBin: 0 })).toMatchObject({ parameter: 'timeBin' })
      expect(await refused(good, { depthRange: [3, 2] })).toMatchObject({ parameter: 'depthRange' })
      expect(await refused(good, { amplitudeBins: 0 })).toMatchObject({ parameter: 'amplitudeBins' })
      const long = { duration: 1e7, timeBin: 0.01 }
      expect(await refused(good, long)).toMatchObject({ code: 'invalid-parameter' })
    })
  })
}

/** What triangulation makes small: SpikeInterface's `estimate_distance_error_with_log` of its own amplitudes. */
function misfitOf(peak: number, channel: number, [x, y, z]: readonly [number, number, number]): number {
  const [own, depth] = reference.positions[channel]!
  const contacts = reference.positions.filter(([u, v]) => Math.hypot(u - own, v - depth) <= 75)
  const amplitudes = reference.amplitudes[peak]!
  const largest = Math.max(...amplitudes)
  const q = contacts.map(([u, v]) => 1 / Math.hypot(x - u, y - v, z))
  const alpha = dot(q, amplitudes) / largest / dot(q, q)
  const rest = amplitudes.map((amplitude, contact) => amplitude / largest - alpha * q[contact]!)
  return dot(rest, rest) / rest.length - Math.log1p(10 * z) / 10_000
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0)

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!
