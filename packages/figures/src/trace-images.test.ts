import { inflateSync } from 'node:zlib'
import { JSDOM } from 'jsdom'
import { expect, test } from 'vitest'
import { traceImages } from './index.ts'

const parse = (svg: string): Document => new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document
const panel = { title: 'raw', channels: 3, microvoltsPerCount: 2, range: 100 }

/** The rows of palette indices of an image that is not larger than its place. */
function pixelsOf(href: string): number[][] {
  const png = Buffer.from(href.replace('data:image/png;base64,', ''), 'base64')
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const at = png.indexOf('IDAT')
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  return Array.from({ length: height }, (_, y) => [...rows.subarray(y * (width + 1) + 1, (y + 1) * (width + 1))])
}

test('channels go upwards, time to the right; 0 is in the middle of the colours, the range at their ends', () => {
  const traces = Int16Array.from([0, 25, 50, -50, -25, 1000])
  const document = parse(traceImages({ panels: [{ ...panel, traces }], samplingRate: 30_000 }))
  const href = document.querySelector('image')?.getAttribute('href') ?? ''
  // rows from the top: channel 2, 1, 0
  expect(pixelsOf(href)).toEqual([
    [255, 255],
    [192, 65],
    [128, 1],
  ])
})

test('panels stand side by side, with their title and what their colours mean', () => {
  const traces = new Float32Array(300).fill(3)
  const svg = traceImages({
    panels: [
      { ...panel, traces },
      { title: 'filtered', traces, channels: 3, microvoltsPerCount: 1 },
    ],
    samplingRate: 30_000,
    title: 'Before and after',
  })
  const texts = Array.from(parse(svg).querySelectorAll('text'), (text) => text.textContent)
  expect(texts).toEqual(
    expect.arrayContaining(['Before and after', 'raw (±100 µV)', 'filtered (±3.0 µV)', 'Time (ms)']),
  )
  expect(parse(svg).querySelectorAll('image')).toHaveLength(2)
})

test('a minute of many channels is still a small file', () => {
  const traces = new Int16Array(384 * 100_000).map((_, index) => (index % 97) - 48)
  expect(traceImages({ panels: [{ ...panel, channels: 384, traces }], samplingRate: 30_000 }).length).toBeLessThan(2e6)
})

test('samples that are no whole frames, or no samples, are refused', () => {
  for (const traces of [new Int16Array(4), new Int16Array(0)])
    expect(() => traceImages({ panels: [{ ...panel, traces }], samplingRate: 1 })).toThrow(/whole frames of 3 channels/)
  expect(() => traceImages({ panels: [], samplingRate: 1 })).toThrow(/no panel/)
})
