import { expect, test } from 'vitest'
import { measureAccuracy } from '../src/demo/accuracy.ts'

const at = (...events: [samples: number, y: number][]) => ({
  samples: events.map(([samples]) => samples),
  x: events.map(() => 0),
  y: events.map(([, y]) => y),
})
const tolerance = { samples: 12, micrometers: 75 }

test('a spike and a peak belong together within 12 samples and 75 µm', () => {
  expect(measureAccuracy(at([100, 0], [500, 0]), at([112, 75], [513, 0]), tolerance)).toMatchObject({
    matched: 1,
    recall: 0.5,
    precision: 0.5,
  })
  expect(measureAccuracy(at([100, 0]), at([100, 76]), tolerance)).toMatchObject({ matched: 0, precision: 0 })
})

test('a second peak of a matched spike is counted on its own and does not lower the precision', () => {
  expect(measureAccuracy(at([100, 0]), at([100, 0], [108, 20], [300, 0]), tolerance)).toMatchObject({
    matched: 1,
    second: 1,
    recall: 1,
    precision: 0.5,
  })
})

test('two spikes need two peaks', () => {
  expect(measureAccuracy(at([100, 0], [104, 0]), at([102, 0]), tolerance)).toMatchObject({
    matched: 1,
    recall: 0.5,
    second: 0,
  })
})
