import { describe, expect, test } from 'vitest'
import type { Referencing } from '../src/referencing.ts'
import { krigingMix, matrixMix, rowsWithin } from '../src/referencing-plans.ts'
import { difference, selectColumns } from './reference.ts'
import { facts, positions, recorded, all, every, relative, read } from './referencing-fixture.ts'

export function testMixes(dsp: Referencing): void {
  const { bad, sigma, p, spikeinterface, ibl } = facts.kriging
  const kriging = krigingMix({ positions, bad, sigma, power: p })

  describe('mixes', () => {
    test("kriging weights equal SpikeInterface's and IBL's within 1e-6", () => {
      const good = all(32).filter((row) => !bad.includes(row))
      for (const [index, { row, of, weights }] of kriging.rows.entries()) {
        expect(row).toBe(bad[index])
        const found = new Float32Array(32)
        of.forEach((other, term) => (found[other] = weights[term] ?? 0))
        expect(difference(found, ibl[index] ?? [])).toBeLessThan(1e-6)
        const ofGood = Float32Array.from(good, (other) => found[other] ?? 0)
        expect(difference(ofGood, spikeinterface[index] ?? [])).toBeLessThan(1e-6)
      }
    })

    test('interpolated channels equal SpikeInterface and ibl-neuropixel within 1e-5 of the RMS', async () => {
      const found = selectColumns(every(10, await dsp.mix(recorded, { channels: 32, ...kriging }), 32), bad)
      expect(relative(found, read('interpolated_ibl'))).toBeLessThan(1e-5)
      expect(relative(found, read('interpolated_spikeinterface'))).toBeLessThan(1e-5)
    })

    test('rows are made of what rows were before, and rows of nothing become 0', async () => {
      const rows = [
        { row: 0, of: [1, 2], weights: [1, 10] },
        { row: 1, of: [0], weights: [2] },
        { row: 2, of: [], weights: [] },
      ]
      const found = await dsp.mix(Float32Array.of(1, 2, 3, 4), { channels: 4, kind: 'mix', purpose: 'test', rows })
      expect([...found]).toEqual([32, 2, 0, 4])
    })
  })
}

export function testWhitening(dsp: Referencing): void {
  const living = all(32).filter((row) => row !== 5)
  const traces = selectColumns(recorded, living)
  const near = rowsWithin(
    living.flatMap((row) => positions.slice(2 * row, 2 * row + 2)),
    60,
  )

  describe('whitening', () => {
    test.for([
      ['whitening_global', null],
      ['whitening_local', near],
    ] as const)('%s equals SpikeInterface within 1e-5', async ([name, neighbours]) => {
      const found = await dsp.whiteningMatrix(traces, { channels: living.length, neighbours })
      const expected = read(name)
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expect(difference(Float32Array.from(found), expected)).toBeLessThan(1e-5 * largest)
    })

    test('what was whitened has the identity as covariance within 1e-3', async () => {
      const channels = living.length
      const matrix = await dsp.whiteningMatrix(traces, { channels, neighbours: null })
      const white = await dsp.mix(traces, { channels, ...matrixMix(matrix, channels, 'whiten') })
      const frames = white.length / channels
      for (let a = 0; a < channels; a++) {
        for (let b = 0; b < channels; b++) {
          let sum = 0
          for (let at = 0; at < white.length; at += channels) sum += (white[at + a] ?? 0) * (white[at + b] ?? 0)
          expect(Math.abs(sum / frames - (a === b ? 1 : 0))).toBeLessThan(1e-3)
        }
      }
    })

    test('traces without frames, and neighbours without the channel itself, are refused', async () => {
      const none = dsp.whiteningMatrix(new Float32Array(0), { channels: 4, neighbours: null })
      await expect(none).rejects.toMatchObject({ code: 'wrong-length' })
      const alone = dsp.whiteningMatrix(new Float32Array(4), { channels: 2, neighbours: [[0], [0]] })
      await expect(alone).rejects.toMatchObject({ code: 'invalid-parameter' })
    })
  })
}
