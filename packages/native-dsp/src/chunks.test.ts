import { expect, test } from 'vitest'
import { joinIntervals, spreadChunks } from './chunks.ts'

const segments = (...lengths: readonly number[]) => lengths.map((frames) => ({ frames, startSeconds: 0 }))

test('chunks are spread from the first frame to the last, over all segments that hold one', () => {
  expect(spreadChunks(segments(100), 3, 10)).toEqual([
    { segment: 0, start: 0, end: 10 },
    { segment: 0, start: 45, end: 55 },
    { segment: 0, start: 90, end: 100 },
  ])
  expect(spreadChunks(segments(10, 5, 20), 2, 10)).toEqual([
    { segment: 0, start: 0, end: 10 },
    { segment: 2, start: 10, end: 20 },
  ])
  expect(spreadChunks(segments(4, 7), 2, 10)).toEqual([{ segment: 1, start: 0, end: 7 }])
  expect(spreadChunks([], 2, 10)).toEqual([])
})

test('joined, the chunks of a short recording are all of it, no frame twice', () => {
  const chunks = spreadChunks(segments(25), 8, 10)
  expect(chunks.length).toBeGreaterThan(3)
  expect(joinIntervals(chunks)).toEqual([{ segment: 0, start: 0, end: 25 }])
  expect(
    joinIntervals([
      { segment: 1, start: 0, end: 5 },
      { segment: 0, start: 8, end: 9 },
      { segment: 0, start: 1, end: 8 },
      { segment: 0, start: 3, end: 3 },
    ]),
  ).toEqual([
    { segment: 0, start: 1, end: 9 },
    { segment: 1, start: 0, end: 5 },
  ])
})
