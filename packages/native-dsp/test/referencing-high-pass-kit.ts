import { describe, expect, test } from 'vitest'
import type { Referencing } from '../src/referencing.ts'
import { difference } from './reference.ts'
import { recorded, wide, all, every, highPass, relative, read } from './referencing-fixture.ts'

export function testHighPass(dsp: Referencing): void {
  const gain = (windowFrames: number, epsilon: number) => ({ windowFrames, epsilon })
  describe('the k-filter', () => {
    test.for([
      ['kfilt_plain', highPass([all(384)], null), 1e-4],
      ['kfilt_taper', highPass([all(384)], null, { padding: 40, taper: 20, order: 4, cutoff: 0.05 }), 1e-4],
      ['kfilt_shanks', highPass(shanks(), null), 1e-4],
      ['kfilt_gain_24', highPass([all(384)], gain(25, 1e-8)), 1e-3],
      ['kfilt_gain_24_epsilon_200', highPass([all(384)], gain(25, 200)), 1e-3],
    ] as const)('%s equals ibl-neuropixel', async ([name, filter, tolerance]) => {
      const found = await dsp.spatialHighPass(wide, { channels: 384, ...filter })
      expect(relative(every(4, found, 384), read(name))).toBeLessThan(tolerance)
    })

    test.for([
      ['kfilt_gain_300', highPass([all(32)], gain(301, 1e-8))],
      ['kfilt_gain_3000', highPass([all(32)], gain(3001, 1e-8))],
      ['highpass_spatial_filter', highPass([all(32)], gain(3001, 0.003 * 4), { padding: 30 })],
      ['highpass_spatial_filter_plain', highPass([all(32)], null, { padding: 30 })],
    ] as const)('%s is met within 1e-3 of its RMS', async ([name, filter]) => {
      const found = await dsp.spatialHighPass(recorded, { channels: 32, ...filter })
      expect(relative(every(10, found, 32), read(name))).toBeLessThan(1e-3)
    })

    test('orders 1 to 8 take away what all rows share, and leave rows in no group', async () => {
      for (let order = 1; order <= 8; order++) {
        const traces = Float32Array.from({ length: 40 * 33 }, (_, index) => (index % 33 === 32 ? 7 : 100))
        const filter = { channels: 33, ...highPass([all(32)], gain(5, 0.1), { order, cutoff: 0.2 }) }
        const found = await dsp.spatialHighPass(traces, filter)
        const expected = traces.map((value) => (value === 7 ? 7 : 0))
        expect(difference(found, expected)).toBeLessThan(1e-2)
      }
    })

    test('values that are not finite are refused', async () => {
      const traces = Float32Array.of(1, 2, Number.POSITIVE_INFINITY, 4)
      const refused = dsp.spatialHighPass(traces, { channels: 2, ...highPass([[0, 1]], null) })
      await expect(refused).rejects.toMatchObject({ code: 'invalid-parameter' })
    })
  })
}

const shanks = (): readonly (readonly number[])[] =>
  [0, 1].map((shank) => all(384).filter((row) => Math.floor(row / 96) % 2 === shank))
