import { describe, expect, test } from 'vitest'
import type { Locating, MotionEstimation, MovingPeaks } from '../src/locating.ts'
import { displacementAt, type Motion } from '../src/motion.ts'
import { furthest, readArray, reference } from './locating-reference.ts'

/** The part of `locating-kit.ts` about motion. */
export function testMotion(name: string, locating: Locating): void {
  testEstimates(name, locating)
  testCorrection(name, locating)
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
