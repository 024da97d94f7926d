import { expect, test } from 'vitest'
import { createDetector, detectWithin, type PeakCriteria } from './detector.ts'
import { preparePeakSink, type PassPeak } from './sink.ts'

/** Small whole numbers, so that ties and plateaus are common. */
function createTraces(frames: number, channels: number): Float32Array {
  let state = 7 + channels
  const draw = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return Float32Array.from({ length: frames * channels }, () => Math.round(3 * (draw() + draw() + draw() - 1.5)))
}

const criteria = (channels: number, sign: PeakCriteria['sign']): PeakCriteria => ({
  positions: Array.from({ length: channels }, (_, at) => [16 * (at % 2), 20 * Math.floor(at / 2)]).flat(),
  threshold: 2,
  radius: 45,
  exclusionFrames: 4,
  sign,
  method: 'locally-exclusive',
})

test.each([1, 2, 7, 33])('blocks of any size find every peak of %i channels once', (channels) => {
  const noiseLevels = new Float32Array(channels).fill(1)
  if (channels > 2) noiseLevels[1] = 0
  for (const frames of [0, 1, 7, 301]) {
    const traces = createTraces(frames, channels)
    for (const sign of ['negative', 'positive', 'both'] as const) {
      const detector = createDetector(noiseLevels, criteria(channels, sign))
      const whole = detectWithin(traces, detector, 0, frames).map(({ frame, row }) => [frame, row])
      const sink = preparePeakSink(criteria(channels, sign), noiseLevels, null)
      for (const block of [1, 3, 64, 1000]) {
        const found: PassPeak[] = []
        for (let start = 0; start < frames; start += block) {
          const [end, first] = [Math.min(frames, start + block), Math.max(0, start - sink.halo)]
          const last = Math.min(frames, end + sink.halo)
          const data = traces.slice(first * channels, last * channels)
          const place = { firstFrame: first, segment: 3, atStart: first === 0, atEnd: last === frames, masked: [] }
          found.push(...sink.visit({ data, channels, ...place }, start - first, end - first))
        }
        expect(found.map(({ frame, row }) => [frame, row])).toEqual(whole)
        expect(found.every(({ segment, location }) => segment === 3 && location === null)).toBe(true)
      }
    }
  }
})

test('a peak is located at the center of mass of its neighbours', () => {
  const sink = preparePeakSink(criteria(3, 'negative'), Float32Array.of(1, 1, 1), { radius: 30, before: 1, after: 1 })
  const data = Float32Array.of(0, 0, 0, -6, -2, -4, 0, 0, 0)
  const rows = { data, channels: 3, firstFrame: 100, segment: 0, atStart: true, atEnd: true, masked: [] }
  expect(sink.visit(rows, 0, 3)).toEqual([
    { segment: 0, frame: 101, row: 0, amplitude: -6, location: [32 / 12, 80 / 12] },
  ])
})
