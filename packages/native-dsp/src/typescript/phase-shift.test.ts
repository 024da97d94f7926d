import { expect, test } from 'vitest'
import { designDelay } from './delay-design.ts'
import { delay } from './phase-shift.ts'

test('a pulse becomes the taps of the filter, whatever the length', () => {
  const filter = designDelay(0.25, 16).taps
  for (let frames = 1; frames < 40; frames++) {
    const middle = frames >> 1
    const shifted = new Float64Array(frames).fill(Number.NaN)
    delay(new Float64Array(frames).fill(1, middle, middle + 1), filter, shifted)
    const expected = Array.from(shifted, (_, frame) => filter[frame + 7 - middle] ?? 0)
    expect(Array.from(shifted)).toEqual(expected)
  }
})

test('a channel sampled half a sample late is delayed by half a sample', () => {
  const wave = (time: number): number => Math.sin((2 * Math.PI * 3000 * time) / 30_000)
  const shifted = new Float64Array(200)
  delay(
    shifted.map((_, frame) => wave(frame)),
    designDelay(0.5, 16).taps,
    shifted,
  )
  for (let frame = 20; frame < 180; frame++) expect(shifted[frame]).toBeCloseTo(wave(frame - 0.5), 3)
})

test('no shift is no filter', () => {
  expect(Array.from(designDelay(0, 16).taps)).toEqual(Array.from({ length: 16 }, (_, tap) => (tap === 7 ? 1 : 0)))
})
