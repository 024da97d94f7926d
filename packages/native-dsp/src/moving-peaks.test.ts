import { expect, test } from 'vitest'
import { movingPeaks } from './moving-peaks.ts'

const peaks = {
  segment: Int32Array.of(0, 1, 1),
  sampleIndex: Float64Array.of(300, 150, 600),
  row: Int32Array.of(0, 1, 2),
  amplitude: Float32Array.of(-10, -20, -30),
  location: Float32Array.of(16, 20, 48, 40, 0, 60),
}

test('peaks of a segment are told by seconds, depth and microvolts', () => {
  expect(movingPeaks(peaks, { samplingRate: 300, segment: 1, unitsPerCount: 2 })).toEqual({
    times: Float64Array.of(0.5, 2),
    depths: Float64Array.of(40, 60),
    amplitudes: Float64Array.of(-40, -60),
  })
})

test('peaks that were not located are refused', () => {
  expect(() => movingPeaks({ ...peaks, location: null }, { samplingRate: 300 })).toThrow(/locateRadius/)
})
