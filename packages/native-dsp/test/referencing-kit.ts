import { describe, expect, test } from 'vitest'
import type { GroupReferencePlan } from '../src/plan.ts'
import type { Referencing } from '../src/referencing.ts'
import { annulusNeighbours, groupRows } from '../src/referencing-plans.ts'
import { difference, readReference } from './reference.ts'
import {
  facts,
  positions,
  recorded,
  wide,
  widePositions,
  all,
  used,
  every,
  group,
  local,
  relative,
  read,
} from './referencing-fixture.ts'
import { testHighPass } from './referencing-high-pass-kit.ts'
import { testMixes, testWhitening } from './referencing-mixes-kit.ts'
import { testOddSizes } from './referencing-sizes-kit.ts'

/** What every implementation of `Referencing` must do. */
export function testReferencing(implementation: string, dsp: Referencing): void {
  describe(implementation, () => {
    testGroups(dsp)
    testNeighbours(dsp)
    testHighPass(dsp)
    testMixes(dsp)
    testWhitening(dsp)
    testOddSizes(dsp)
  })
}

function testGroups(dsp: Referencing): void {
  describe('references of groups', () => {
    test('the global median equals SpikeInterface to the bit', async () => {
      const reference = { channels: 32, ...group('median', groupRows(all(32).map(() => 0))) }
      const found = await dsp.subtractReference(recorded, reference)
      expect(difference(found, readReference('cmr_global_median'))).toBe(0)
    })

    test('medians of groups of 5, 6 and 1 equal SpikeInterface to the bit, and rows in no group stay', async () => {
      const keys = all(32).map((row) => (row === 10 ? 2 : row < 12 ? row % 2 : null))
      const found = await dsp.subtractReference(recorded, { channels: 32, ...group('median', groupRows(keys)) })
      const grouped = (traces: ArrayLike<number>) => Float32Array.from(traces).filter((_, index) => index % 32 < 12)
      expect(difference(grouped(every(10, found, 32)), grouped(read('group_median')))).toBe(0)
      const rest = (traces: Float32Array) => traces.filter((_, index) => index % 32 >= 12)
      expect(difference(rest(found), rest(recorded))).toBe(0)
    })

    test('the global mean equals SpikeInterface within 1e-6 of its RMS', async () => {
      const reference = { channels: 32, ...group('mean', groupRows(all(32).map(() => 0))) }
      const found = await dsp.subtractReference(recorded, reference)
      expect(relative(every(10, found, 32), read('global_mean'))).toBeLessThan(1e-6)
    })

    test("CatGT's global reference, the upper median of whole counts, is exact", async () => {
      const keys = all(384).map((row) => (used.includes(row) ? 0 : null))
      const options = { middle: 'upper', whole: true } as const
      const found = await dsp.subtractReference(wide, { channels: 384, ...group('median', groupRows(keys), options) })
      expect(difference(every(4, found, 384), read('catgt_gblcar'))).toBe(0)
    })

    test("CatGT's demultiplexed reference, the mean of a slot truncated towards zero, is exact", async () => {
      const keys = all(384).map((row) => (used.includes(row) ? (row % 24) >> 1 : null))
      const found = await dsp.subtractReference(wide, {
        channels: 384,
        ...group('mean', groupRows(keys), { whole: true }),
      })
      expect(difference(every(4, found, 384), read('catgt_gbldmx'))).toBe(0)
    })

    test('of an even number of values, the middle is the mean, the upper or the lower one', async () => {
      for (const [middle, expected] of [
        ['mean', [-3.5, 5.5, -2.5, 2.5]],
        ['upper', [-6, 3, -5, 0]],
        ['lower', [-1, 8, 0, 5]],
      ] as const) {
        const reference = { channels: 4, ...group('median', groupRows([0, 0, 0, 0]), { middle }) }
        expect([...(await dsp.subtractReference(Float32Array.of(-1, 8, 0, 5), reference))]).toEqual(expected)
      }
    })

    test('whole counts and their reference are truncated towards zero', async () => {
      const reference = { channels: 3, ...group('mean', groupRows([0, 0, 0]), { whole: true }) }
      // -1, -2, -2 have the mean -5/3, truncated to -1
      const found = await dsp.subtractReference(Float32Array.of(-1.9, -2.5, -2, 1.9, 2.5, 1), reference)
      expect([...found]).toEqual([0, -1, -1, 0, 1, 0])
    })

    test('members and those that are referenced may differ, and a member may serve several groups', async () => {
      const groups = [
        { of: [0, 1], from: [2] },
        { of: [0, 2], from: [1, 3] },
      ]
      for (const operator of ['mean', 'median'] as const) {
        const found = await dsp.subtractReference(Float32Array.of(2, 4, 8, 16), {
          channels: 4,
          ...group(operator, groups),
        })
        expect([...found]).toEqual([2, -1, 5, 11])
      }
    })

    test('a NaN makes NaN of what it is part of the reference of, in its frame only', async () => {
      for (const operator of ['mean', 'median'] as const) {
        const traces = Float32Array.of(1, Number.NaN, 3, 4, 1, 2, 3, 4)
        const found = await dsp.subtractReference(traces, { channels: 4, ...group(operator, groupRows([0, 0, 1, 1])) })
        expect([...found.subarray(0, 2)]).toEqual([Number.NaN, Number.NaN])
        expect([...found.subarray(2)]).toEqual([-0.5, 0.5, -0.5, 0.5, -0.5, 0.5])
      }
    })

    test('rows that there are not, and rows in two groups, are refused by name', async () => {
      const refuse = async (groups: GroupReferencePlan['groups']) =>
        expect(
          dsp.subtractReference(new Float32Array(4), { channels: 2, ...group('mean', groups) }),
        ).rejects.toMatchObject({
          code: 'invalid-parameter',
          parameter: 'groups',
        })
      await refuse([{ of: [0, 2], from: [0] }])
      await refuse([
        { of: [0], from: [0] },
        { of: [1], from: [0] },
      ])
    })
  })
}

function testNeighbours(dsp: Referencing): void {
  describe('references of neighbours', () => {
    test.for([
      ['local_median_30_55', 'median', 30, 55, 0],
      ['local_mean_30_100', 'mean', 30, 100, 5e-6],
      ['local_mean_60_61', 'mean', 60, 61, 5e-6], // too few in the annulus: the 5 nearest beyond it
    ] as const)('%s equals SpikeInterface', async ([name, operator, inner, outer, tolerance]) => {
      const neighbours = annulusNeighbours({ positions, inner, outer, atLeast: 5 })
      const found = await dsp.subtractReference(recorded, { channels: 32, ...local(operator, neighbours) })
      expect(relative(every(10, found, 32), read(name))).toBeLessThanOrEqual(tolerance)
    })

    test("CatGT's loccar_um=40,140 is exact", async () => {
      const annulus = { positions: widePositions, inner: 40, outer: 140, atLeast: 0, members: used }
      const neighbours = annulusNeighbours(annulus)
      expect(neighbours.map(({ length }) => length)).toEqual(facts.loccar_neighbours)
      const found = await dsp.subtractReference(wide, { channels: 384, ...local('mean', neighbours, true) })
      expect(difference(every(4, found, 384), read('catgt_loccar_40_140'))).toBe(0)
    })

    test('many neighbours of whole counts at the ends of the range are added up exactly', async () => {
      const channels = 200
      const traces = Float32Array.from({ length: 17 * channels }, (_, index) => (index % 3 === 0 ? -32768 : 32767))
      const neighbours = all(channels).map((row) => all(channels).filter((other) => other !== row))
      const found = await dsp.subtractReference(traces, { channels, ...local('mean', neighbours, true) })
      const expected = traces.map((value, index) => {
        const frame = traces.subarray(index - (index % channels), index - (index % channels) + channels)
        return value - Math.trunc((frame.reduce((sum, other) => sum + other, 0) - value) / (channels - 1))
      })
      expect(difference(found, expected)).toBe(0)
    })

    test('neighbours are on the same shank', () => {
      const annulus = { positions: [0, 0, 0, 20, 30, 0, 30, 20], inner: 0, outer: 100, atLeast: 0 }
      expect(annulusNeighbours({ ...annulus, shanks: [0, 0, 1, 1] })).toEqual([[1], [0], [3], [2]])
      expect(annulusNeighbours(annulus)).toEqual([
        [1, 2, 3],
        [0, 2, 3],
        [0, 1, 3],
        [0, 1, 2],
      ])
    })

    test('a mean of more whole counts than single precision holds exactly is refused', async () => {
      const neighbours = all(514).map((row) => (row === 0 ? all(514).slice(1) : []))
      const plan = { channels: 514, ...local('mean', neighbours), whole: true }
      await expect(dsp.subtractReference(new Float32Array(514), plan)).rejects.toMatchObject({
        code: 'invalid-parameter',
        parameter: 'neighbours',
        value: 513,
      })
    })

    test('a NaN makes NaN of its neighbours, in its frame only', async () => {
      for (const operator of ['mean', 'median'] as const) {
        const traces = Float32Array.from({ length: 20 * 5 }, (_, index) => index % 5)
        traces[7 * 5 + 1] = Number.NaN
        const neighbours = [[1], [0, 2], [1, 3], [2, 4], []]
        const found = await dsp.subtractReference(traces, { channels: 5, ...local(operator, neighbours) })
        for (let frame = 0; frame < 20; frame++) {
          const expected = frame === 7 ? [Number.NaN, Number.NaN, Number.NaN, 0, 4] : [-1, 0, 0, 0, 4]
          expect([...found.subarray(5 * frame, 5 * frame + 5)]).toEqual(expected)
        }
      }
    })
  })
}
