import { JSDOM } from 'jsdom'
import { expect, test } from 'vitest'
import { meanWaveforms, type UnitWaveform } from './index.ts'

const parse = (svg: string): Document => new JSDOM(svg, { contentType: 'image/svg+xml' }).window.document
const texts = (document: Document): string[] =>
  Array.from(document.querySelectorAll('text'), (text) => text.textContent ?? '')
const lines = (document: Document): Element[] => [...document.querySelectorAll('g[aria-label="line"] path')]

/** Where the line at 0 ms stands. */
const zeroOf = (svg: string): number =>
  Number(parse(svg).querySelector('g[aria-label="rule"] line')?.getAttribute('x1'))

const unit = (label: string, more: Partial<UnitWaveform> = {}): UnitWaveform => ({
  label,
  samples: Float32Array.from([0, -20, -100, 30, 10]),
  samplingRate: 30_000,
  ...more,
})

test('each unit has a panel with its label, and the axes have their units', () => {
  const document = parse(
    meanWaveforms({ units: [unit('Unit 1', { note: '120 µm' }), unit('Unit 2')], caption: 'A session' }),
  )
  expect(lines(document)).toHaveLength(2)
  expect(texts(document)).toEqual(
    expect.arrayContaining([
      'Unit 1',
      '120 µm',
      'Unit 2',
      'A session · 2 units',
      'Time from peak (ms)',
      'Potential (µV)',
    ]),
  )
})

test('time 0 is where the waveform is farthest from 0 µV, unless told', () => {
  const width = (peakSample: number): number => zeroOf(meanWaveforms({ units: [unit('a', { peakSample })] }))
  expect(zeroOf(meanWaveforms({ units: [unit('a')] }))).toBe(width(2))
  expect(width(0)).toBeLessThan(width(2))
})

test('channels nearby are drawn as further lines', () => {
  const neighbours = [new Float32Array(5), new Float32Array(5)]
  expect(lines(parse(meanWaveforms({ units: [unit('a', { neighbours })] })))).toHaveLength(3)
})

test('units of one group have one colour, and a legend names the groups', () => {
  const units = [unit('1', { group: 'good' }), unit('2', { group: 'mua' }), unit('3', { group: 'good' })]
  const document = parse(meanWaveforms({ units }))
  const colors = lines(document).map((line) => line.getAttribute('stroke'))
  expect(colors[0]).toBe(colors[2])
  expect(colors[0]).not.toBe(colors[1])
  expect(texts(document)).toEqual(expect.arrayContaining(['good', 'mua']))
})

test('units beyond the most that are drawn are told in the caption', () => {
  const units = Array.from({ length: 5 }, (_, i) => unit(String(i)))
  const document = parse(meanWaveforms({ units, mostUnits: 3 }))
  expect(lines(document)).toHaveLength(3)
  expect(texts(document)).toContain('3 units of 5')
})

test('what people write is text, whatever characters it has', () => {
  const document = parse(meanWaveforms({ units: [unit('<b> & "c"', { note: '</text>' })] }))
  expect(texts(document)).toEqual(expect.arrayContaining(['<b> & "c"', '</text>']))
})

test.each([
  [[], 'there is no unit'],
  [[unit('7', { samples: [] })], 'unit 7 has no samples'],
  [[unit('7', { samplingRate: 0 })], 'unit 7 has a sampling rate of 0'],
])('%j is refused: %s', (units, problem) => {
  expect(() => meanWaveforms({ units })).toThrow(
    expect.objectContaining({ code: 'invalid-figure', message: expect.stringContaining(problem) }),
  )
})
