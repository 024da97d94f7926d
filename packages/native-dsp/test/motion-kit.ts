import { describe, expect, test } from 'vitest'
import type { Locating, MotionEstimation, MovingPeaks } from '../src/locating.ts'
import { displacementAt, type Motion } from '../src/motion.ts'
import type { Passing } from '../src/pass.ts'
import type { Plan } from '../src/plan.ts'
import { furthest, readArray, reference } from './locating-reference.ts'

/** The part of `locating-kit.ts` about motion. */
export function testMotion(name: string, locating: Locating): void {
  testEstimates(name, locating)
  testCorrection(name, locating)
  testRecording(name, locating)
}

/** Peaks of 120 units at 4 Hz over 120 s and 1600 um, scattered by 10 um, in tissue that is displaced by `drift`. */
function simulate(drift: (time: number, depth: number) => number): MovingPeaks {
  let state = 7
  const roll = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll())
  const [times, depths, amplitudes]: number[][] = [[], [], []]
  for (let unit = 0; unit < 120; unit++) {
    const [rest, size] = [1600 * roll(), 40 + 200 * roll() ** 3]
    for (let spike = 0; spike < 480; spike++) {
      const time = 120 * roll()
      times!.push(time)
      depths!.push(rest + drift(time, rest) + 10 * normal())
      amplitudes!.push(-size * (1 + 0.1 * normal()))
    }
  }
  return { times: times!, depths: depths!, amplitudes: amplitudes! }
}

const zigzag = (time: number): number => {
  const phase = (time / 50) % 1
  return 60 * (phase < 0.5 ? phase : 1 - phase) - 15
}

function testEstimates(name: string, locating: Locating): void {
  const simulated = { duration: 120, depthRange: [0, 1600] } as const

  describe(`${name}: motion estimate`, { timeout: 30_000 }, () => {
    test('a rigid zigzag of 30 um is found within 1 um', async () => {
      const motion = await locating.estimateMotion(simulate(zigzag), { ...simulated, windows: null })
      expect([motion.times.length, motion.times[0], motion.depths]).toEqual([60, 1, [800]])
      expect(errorOf(motion, zigzag)).toBeLessThan(1)
    })

    test('motion that grows with depth is found window by window within 3 um', async () => {
      const drift = (time: number, depth: number): number => (zigzag(time) * depth) / 800
      const windows = { step: 200, scale: 200 }
      const motion = await locating.estimateMotion(simulate(drift), { ...simulated, windows })
      expect(motion.depths.length).toBe(8)
      expect(errorOf(motion, drift)).toBeLessThan(3)
    })

    const recorded = (): MovingPeaks => {
      const rows = readArray('moving_peaks')
      const column = (index: number): Float32Array => rows.filter((_, at) => at % 3 === index)
      return { times: column(0), depths: column(1), amplitudes: column(2) }
    }

    test.for(['rigid', 'windows'] as const)("agrees with SpikeInterface's estimate: %s", async (kind) => {
      const expected = reference.estimates[kind]
      const windows = kind === 'rigid' ? null : { step: 200, scale: 200 }
      const estimation: MotionEstimation = { duration: 120, depthRange: [0, 1200], windows }
      const motion = await locating.estimateMotion(recorded(), estimation)
      expect(motion.depths).toEqual(kind === 'windows' ? expected.depths : [600])
      const at = (table: readonly (readonly number[])[]) => (time: number, depth: number) =>
        displacementAt({ ...expected, displacement: table.flat() }, time, depth)
      expect(errorOf(motion, at(expected.truth))).toBeLessThan(3)
      expect(errorOf(motion, at(expected.displacement))).toBeLessThan(4)
    })

    test('the number of threads changes nothing, and peaks brought back lie where they rest', async () => {
      const moving = recorded()
      const estimation: MotionEstimation = { duration: 120, depthRange: [0, 1200], windows: { step: 300, scale: 300 } }
      const motion = await locating.estimateMotion(moving, estimation, { threads: 1 })
      expect(await locating.estimateMotion(moving, estimation, { threads: 4 })).toEqual(motion)
      const still = Array.from(
        moving.times,
        (time, peak) => moving.depths[peak]! - displacementAt(motion, time, moving.depths[peak]!),
      )
      const again = await locating.estimateMotion({ ...moving, depths: still }, estimation)
      expect(Math.max(...again.displacement.map(Math.abs))).toBeLessThan(6)
    })

    test('no peaks, one peak and peaks of one depth and amplitude stand still', async () => {
      const estimation: MotionEstimation = { duration: 9, depthRange: [0, 800] }
      const none = await locating.estimateMotion({ times: [], depths: [], amplitudes: [] }, estimation)
      expect(none.times.length).toBe(5)
      expect(none.displacement).toEqual(none.times.map(() => none.depths.map(() => 0)).flat())
      const one = await locating.estimateMotion({ times: [3], depths: [100], amplitudes: [-5] }, estimation)
      expect(Math.max(...one.displacement.map(Math.abs))).toBe(0)
      const times = Array.from({ length: 90 }, (_, peak) => peak / 10)
      const all = { times, depths: times.map(() => 402), amplitudes: times.map(() => -50) }
      const flat = await locating.estimateMotion(all, { ...estimation, depthRange: [400, 400], windows: null })
      expect(Math.max(...flat.displacement.map(Math.abs))).toBeLessThan(1e-5)
      const short = await locating.estimateMotion(all, { duration: 0.5, depthRange: [0, 800] })
      expect([short.times, Math.max(...short.displacement)]).toEqual([[1], 0])
    })

    test('tells its progress and stops when it is not wanted', async () => {
      const told: number[] = []
      const estimation: MotionEstimation = { ...simulated, windows: null }
      await locating.estimateMotion(simulate(zigzag), estimation, { onProgress: (fraction) => told.push(fraction) })
      expect([told.at(-1), told.toSorted((a, b) => a - b)]).toEqual([1, told])
      const controller = new AbortController()
      const running = locating.estimateMotion(simulate(zigzag), estimation, { signal: controller.signal })
      controller.abort(new Error('enough'))
      await expect(running).rejects.toThrow('enough')
    })
  })
}

function testCorrection(name: string, locating: Locating): void {
  const { times, depths, displacement, positions: sites } = reference.motion
  const motion: Motion = { times, depths, displacement: displacement.flat() }
  const shape = { channels: sites.length, samplingRate: 50, positions: sites.flat(), motion }
  const traces = readArray('uncorrected')

  describe(`${name}: motion correction`, () => {
    test.for([1, 2])("equals SpikeInterface's interpolate_motion to 1e-4 of the signal, power %i", async (power) => {
      const corrected = await locating.correctMotion(traces, { ...shape, power })
      const expected = readArray(`corrected_p${power}`)
      const rms = (values: Float32Array): number =>
        Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
      expect(rms(corrected.map((value, at) => value - expected[at]!))).toBeLessThan(1e-4 * rms(expected))
    })

    test('a part of the traces is corrected as in the whole', async () => {
      const whole = await locating.correctMotion(traces, shape)
      const part = await locating.correctMotion(traces.slice(137 * 48, 301 * 48), { ...shape, firstFrame: 137 })
      expect(part).toEqual(whole.slice(137 * 48, 301 * 48))
    })

    test('the input stays, and where nothing moves so does the output, within 1e-4', async () => {
      const before = traces.slice()
      const still = { times: [0], depths: [0], displacement: [0] }
      const same = await locating.correctMotion(traces, { ...shape, motion: still })
      expect(traces).toEqual(before)
      expect(furthest(same, before)).toBeLessThan(1e-4 * 80)
    })

    test('one channel, one frame and no frames are no trouble', async () => {
      const one = {
        channels: 1,
        samplingRate: 30_000,
        positions: [0, 0],
        motion: { times: [0], depths: [0], displacement: [0] },
      }
      expect((await locating.correctMotion(Float32Array.of(5), one))[0]).toBeCloseTo(5, 3)
      expect(await locating.correctMotion(new Float32Array(0), one)).toEqual(new Float32Array(0))
    })
  })
}

/** Root mean square over windows and time, after the mean of each window, which nothing tells. */
function errorOf({ times, depths, displacement }: Motion, truth: (time: number, depth: number) => number): number {
  const squares = depths.map((depth, window) => {
    const off = times.map((time, bin) => displacement[bin * depths.length + window]! - truth(time, depth))
    const mean = off.reduce((sum, value) => sum + value, 0) / off.length
    return off.reduce((sum, value) => sum + (value - mean) ** 2, 0) / off.length
  })
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / depths.length)
}

/** What a pass with the step `motion-correction` must do. */
export function testMotionPass(name: string, dsp: Locating & Passing): void {
  const { times, depths, displacement, positions: sites } = reference.motion
  const motion: Motion = { times, depths, displacement: displacement.flat() }
  const still: Motion = { times: [0], depths: [0], displacement: [0] }
  const counts = Int16Array.from(readArray('uncorrected'), Math.round)
  const [channels, samplingRate, segments] = [sites.length, 50, [150, 250]]
  const plan: Plan = {
    samplingRate,
    columns: sites.map((_, channel) => channel),
    scale: null,
    mask: null,
    temporal: { method: 'direct', shifts: null, taps: 16, filters: [] },
    spatial: [{ kind: 'motion-correction', positions: sites.flat(), sigma: 20, power: 2, motion: [still, motion] }],
    rounding: 'half-even',
  }

  describe(`${name}: motion correction in a pass`, () => {
    test('is that of the traces, by the motion of each segment', async () => {
      const pass = await dsp.openPass({ kind: 'memory', counts, columns: channels, segments }, plan)
      const found = await pass.traces({ segment: 1, start: 20, end: 250 })
      const rest = await pass.traces({ segment: 0, start: 0, end: 150 })
      await pass.close()
      const input = Float32Array.from(counts.subarray(150 * channels))
      const correction = { channels, samplingRate, positions: sites.flat(), motion }
      const expected = (await dsp.correctMotion(input, correction)).subarray(20 * channels)
      expect(furthest(found, expected)).toBeLessThan(0.501)
      expect(furthest(rest, counts.subarray(0, 150 * channels))).toBeLessThanOrEqual(1)
    })

    test('is refused where a segment has no motion', async () => {
      const source = { kind: 'memory', counts, columns: channels, segments: [400] } as const
      await expect(dsp.openPass(source, plan)).rejects.toMatchObject({ code: 'wrong-length' })
    })
  })
}

/** 32 contacts, 16 units, 60 s at 1 kHz: a spike is one frame, its amplitudes those of a point source 30 um off the probe. */
function testRecording(name: string, locating: Locating): void {
  const channels = 32
  const positions = Array.from({ length: channels }, (_, channel) => [32 * (channel % 2), 20 * (channel >> 1)]).flat()
  const drift = (time: number): number => 20 * Math.abs(((time / 30) % 1) - 0.5) * 2 - 10
  let state = 11
  const roll = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const traces = Float32Array.from({ length: 60_000 * channels }, () => 6 * (roll() - 0.5))
  const sampleIndex: number[] = []
  const channel: number[] = []
  for (let frame = 20; frame < 60_000 - 20; frame += 24) {
    const unit = Math.floor(16 * roll())
    const [x, y] = [8 + 16 * ((unit * 5) % 2), 40 + 14 * unit + drift(frame / 1000)]
    const size = (2000 + 120 * unit) * (1 + 0.05 * roll())
    const amplitude = (row: number): number =>
      size / Math.hypot(positions[2 * row]! - x, positions[2 * row + 1]! - y, 30)
    const rows = Array.from({ length: channels }, (_, row) => row)
    for (const row of rows) traces[frame * channels + row]! -= amplitude(row)
    sampleIndex.push(frame)
    channel.push(rows.reduce((best, row) => (amplitude(row) > amplitude(best) ? row : best)))
  }

  describe(`${name}: a drifting recording`, { timeout: 30_000 }, () => {
    const shape = { channels, positions, sampleIndex, channel, before: 4, after: 4 }
    const estimate = async (frames: Float32Array): Promise<Motion> => {
      const { y, alpha } = await locating.locatePeaks(frames, { ...shape, method: { kind: 'monopolar' } })
      const peaks = { times: sampleIndex.map((frame) => frame / 1000), depths: y, amplitudes: alpha! }
      return locating.estimateMotion(peaks, { duration: 60, depthRange: [0, 300], windows: null })
    }

    test('its motion is found within 2 um from its peaks, and is gone from the corrected traces', async () => {
      const motion = await estimate(traces)
      expect(errorOf(motion, drift)).toBeLessThan(2)
      const corrected = await locating.correctMotion(traces, { channels, positions, samplingRate: 1000, motion })
      expect(errorOf(await estimate(corrected), () => 0)).toBeLessThan(2)
    })
  })
}
