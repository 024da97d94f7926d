import { JSDOM } from 'jsdom'
import { expect, test } from 'vitest'
import { driftRaster } from './index.ts'

const parse = (svg: string): Document => new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document
const texts = (document: Document): string[] =>
  Array.from(document.querySelectorAll('text'), (text) => text.textContent ?? '')

/** As many peaks as asked, at places that fill the figure. */
function peaks(count: number): { times: Float64Array; depths: Float64Array; amplitudes: Float32Array } {
  const along = (step: number, length: number) => Float64Array.from({ length: count }, (_, i) => (i * step) % length)
  return {
    times: along(0.618, 60),
    depths: along(37.7, 3840),
    amplitudes: Float32Array.from(along(7.3, 400), (a) => -a),
  }
}

test('few peaks are dots at their time and depth, the deeper the lower', () => {
  const document = parse(
    driftRaster({ times: [0, 5, 10], depths: [0, 100, 100], timeRange: [0, 10], depthRange: [0, 100] }),
  )
  const dots = Array.from(document.querySelectorAll('circle'), (dot) => [
    Number(dot.getAttribute('cx')),
    Number(dot.getAttribute('cy')),
  ])
  const [[left = 0, bottom = 0] = [], [middle = 0, top = 0] = [], [right = 0, sameTop] = []] = dots
  expect(dots).toHaveLength(3)
  expect(middle).toBeCloseTo((left + right) / 2, 6)
  expect(bottom).toBeGreaterThan(top)
  expect(sameTop).toBe(top)
})

test('axes have their units, and the caption tells how many peaks there are', () => {
  const document = parse(driftRaster({ ...peaks(800), title: 'A probe', caption: 'Session 1' }))
  expect(texts(document)).toEqual(
    expect.arrayContaining(['A probe', 'Session 1 · 800 peaks', 'Time (s)', 'Depth (µm)', 'Amplitude (µV)']),
  )
  expect(document.documentElement.getAttribute('role')).toBe('img')
  expect(document.querySelector('title')?.textContent).toBe('A probe')
  expect(document.querySelector('desc')?.textContent).toMatch(/^800 peaks between 0 and 60 seconds/)
})

test('a million peaks become one image, in a file below 2 MB and within 5 seconds', () => {
  const million = peaks(1_000_000)
  const started = performance.now()
  const svg = driftRaster(million)
  expect(performance.now() - started).toBeLessThan(5000)
  expect(svg.length).toBeLessThan(2_000_000)
  const document = parse(svg)
  expect(document.querySelectorAll('circle')).toHaveLength(0)
  expect(document.querySelector('image')?.getAttribute('href')).toMatch(/^data:image\/png;base64,iVBORw0KGgo/)
  expect(texts(document)).toContain('1,000,000 peaks · the largest at each point is drawn')
})

test('what people write is text, whatever characters it has', () => {
  const title = `<script>alert("1")</script> & 'two' \u0007\u00a0µ`
  const document = parse(driftRaster({ times: [1], depths: [1], title }))
  expect(document.querySelectorAll('script')).toHaveLength(0)
  expect(document.querySelector('title')?.textContent).toBe(title.replace('\u0007', '\uFFFD'))
})

test('without peaks the axes stand and say so', () => {
  expect(texts(parse(driftRaster({ times: [], depths: [] })))).toEqual(expect.arrayContaining(['No peaks', '0 peaks']))
})

test('peaks outside the axes or without a finite value are left out and counted', () => {
  const times = [1, 2, Number.NaN, 99]
  const svg = driftRaster({ times, depths: [10, Number.POSITIVE_INFINITY, 30, 10], timeRange: [0, 10] })
  expect(texts(parse(svg))).toContain('1 peak · 3 outside the axes or without a value left out')
  expect(parse(svg).querySelectorAll('circle')).toHaveLength(1)
})

test('lists of different lengths are refused', () => {
  expect(() => driftRaster({ times: [1, 2], depths: [1] })).toThrow(
    expect.objectContaining({ code: 'invalid-figure', message: expect.stringContaining('2 times and 1 depths') }),
  )
})

test('the same peaks give the same file, and nothing is left among the globals', () => {
  expect(driftRaster(peaks(50)) === driftRaster(peaks(50))).toBe(true)
  expect('document' in globalThis).toBe(false)
})

test('motion is drawn as a line per window, at its centre plus the displacement', () => {
  const motion = { times: [0, 5, 10], depths: [20, 80], displacement: [0, 0, 10, -10, 20, 0] }
  const axes = { timeRange: [0, 10], depthRange: [0, 100] } as const
  const document = parse(driftRaster({ ...peaks(100), motion, ...axes }))
  const lines = Array.from(document.querySelectorAll('path[d]'), (path) => path.getAttribute('d') ?? '')
  const points = lines.map((line) =>
    line
      .split(/[ML]/)
      .slice(1)
      .map((point) => point.split(',').map(Number)),
  )
  const drawn = points.filter((line) => line.length === 3)
  expect(drawn).toHaveLength(4) // each twice, a white edge below
  const [[first = [], , last = []] = []] = drawn
  expect((first[1] ?? 0) - (last[1] ?? 0)).toBeGreaterThan(0) // upwards
  expect(() => driftRaster({ ...peaks(3), motion: { ...motion, depths: [20] } })).toThrow(
    expect.objectContaining({ code: 'invalid-figure' }),
  )
})
