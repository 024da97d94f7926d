import { expect, test } from 'vitest'
import { chooseExtent } from './extent.ts'

const segments = (...lengths: readonly number[]) => ({
  samplingRate: 10,
  segments: lengths.map((frames) => ({ frames, startSeconds: 0 })),
})

test('a stretch is of the only segment, or of one that is named', () => {
  expect(chooseExtent(segments(10), {})).toBeNull()
  expect(chooseExtent(segments(10), { start: 3 })).toEqual({ segment: 0, start: 3, end: 10 })
  expect(chooseExtent(segments(10, 20), { segment: 1, end: 5 })).toEqual({ segment: 1, start: 0, end: 5 })
  expect(chooseExtent(segments(10, 20), { segment: 1 })).toEqual({ segment: 1, start: 0, end: 20 })
})

test('a stretch that is not there is refused with what is', () => {
  const refused = { code: 'invalid-parameter' }
  expect(() => chooseExtent(segments(10, 20), { start: 3 })).toThrow(
    expect.objectContaining({ ...refused, parameter: 'segment', message: expect.stringContaining('1 (20 frames)') }),
  )
  expect(() => chooseExtent(segments(10), { segment: 1 })).toThrow(expect.objectContaining(refused))
  expect(() => chooseExtent(segments(), { start: 0 })).toThrow(expect.objectContaining(refused))
  for (const stretch of [{ end: 11 }, { start: -1 }, { start: 0.5 }, { start: 5, end: 4 }, { start: Number.NaN }])
    expect(() => chooseExtent(segments(10), stretch)).toThrow(expect.objectContaining(refused))
  expect(() => chooseExtent(segments(10), { end: 11 })).toThrow('from 0 to 10 (1 s)')
})
