import * as Plot from '@observablehq/plot'
import { formatRgb, rampColor } from './color-ramp.ts'
import { createPen, drawPage, formatCount, hairline, headHeight, margin, type Pen, place, quiet } from './drawing.ts'
import { InvalidFigureError } from './errors.ts'
import { formatPng } from './png.ts'

/** What a drift raster shows: one entry per peak in each of the lists. */
export interface DriftRaster {
  /** In seconds. */
  readonly times: ArrayLike<number>
  /** In micrometres; upwards in the figure. */
  readonly depths: ArrayLike<number>
  /** In microvolts, of either sign; drawn darker the larger. */
  readonly amplitudes?: ArrayLike<number>
  /**
   * Is drawn as lines on top: how far the tissue is displaced at the centre of each window (µm), `times.length *
   * depths.length`, a time after the other.
   */
  readonly motion?: {
    readonly times: ArrayLike<number>
    readonly depths: ArrayLike<number>
    readonly displacement: ArrayLike<number>
  }
  readonly title?: string
  /** Stands before the number of peaks in the line below the title. */
  readonly caption?: string
  /** The ends of the time axis, in seconds; else 0 and the last peak. */
  readonly timeRange?: readonly [number, number]
  /** The ends of the depth axis, in micrometres; else those of the peaks. */
  readonly depthRange?: readonly [number, number]
  readonly width?: number
  readonly height?: number
}

/** Beyond this number peaks are drawn into an image, so that the file stays small. */
const mostDots = 4000
/** Image pixels per unit of the figure. */
const density = 2
const colors = 255
/** Apart from all colours of the ramp. */
const motionColor = '#d1495b'

interface Peaks {
  readonly times: Float64Array
  readonly depths: Float64Array
  /** From 0 to 1, where 1 is `largest` and above. */
  readonly shades: Float64Array
  readonly smallest: number
  readonly largest: number
  readonly left: number
}

/**
 * Draws peaks by time and depth, the larger the darker, as a standalone SVG of bounded size: up to 4,000 peaks as dots,
 * more as an image in which each point shows the largest amplitude there. Peaks outside the axes or
 * with a non-finite value are left out and counted in the caption. Throws `invalid-figure` if the lists differ in length.
 */
export function driftRaster(options: DriftRaster): string {
  const { title = 'Drift raster', width = 960, height = 560 } = options
  const peaks = selectPeaks(options)
  const pen = createPen()
  const inner = { left: 66, top: 8, right: 8, bottom: 46 }
  const size = { width: width - 2 * margin, height: height - headHeight - 12 }
  const area = { width: size.width - inner.left - inner.right, height: size.height - inner.top - inner.bottom }
  const x = options.timeRange ?? [0, niceEnd(maximum(peaks.times))]
  const y = options.depthRange ?? padded(peaks.depths)
  const plot = Plot.plot({
    document: pen.document,
    ...size,
    marginLeft: inner.left,
    marginTop: inner.top,
    marginRight: inner.right,
    marginBottom: inner.bottom,
    x: {
      type: 'linear',
      domain: [...x],
      label: 'Time (s)',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 40,
      ticks: 8,
    },
    y: {
      type: 'linear',
      domain: [...y],
      label: 'Depth (µm)',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 60,
      ticks: 8,
    },
    marks: [
      Plot.gridY({ stroke: hairline, strokeOpacity: 1 }),
      peaks.times.length === 0
        ? Plot.text(['No peaks'], { frameAnchor: 'middle', fill: quiet, stroke: 'white', strokeWidth: 8, fontSize: 15 })
        : drawPeaks(peaks, { x, y, ...area }),
      ...drawMotion(options, x, y),
      Plot.ruleY([y[0]], { stroke: quiet }),
    ],
  })
  const parts = [place(plot, margin, headHeight)]
  if (options.amplitudes && peaks.times.length > 0) parts.push(drawLegend(pen, peaks, width - margin - inner.right))
  const count = `${formatCount(peaks.times.length)} ${peaks.times.length === 1 ? 'peak' : 'peaks'}`
  const notes = [
    ...(options.caption ? [options.caption] : []),
    count,
    ...(peaks.times.length > mostDots ? ['the largest at each point is drawn'] : []),
    ...(peaks.left > 0 ? [`${formatCount(peaks.left)} outside the axes or without a value left out`] : []),
  ]
  const amplitudes = options.amplitudes ? `; the darker, the larger its amplitude, ${formatRange(peaks)}` : ''
  const description =
    `${count} between ${x[0]} and ${x[1]} seconds (horizontal axis) and depths of ${y[0]} to ${y[1]} ` +
    `micrometres (vertical axis)${amplitudes}.`
  return pen.print(drawPage(pen, { width, height, title, description, caption: notes.join(' · ') }, parts))
}

const everything = [-Number.MAX_VALUE, Number.MAX_VALUE] as const

/** Also tells a finite number from one that is not. */
function isWithin(value: number | undefined, [least, most]: readonly [number, number] = everything): boolean {
  return value !== undefined && value >= least && value <= most
}

function selectPeaks({ times, depths, amplitudes, timeRange, depthRange }: DriftRaster): Peaks {
  for (const [name, list] of Object.entries({ depths, amplitudes })) {
    if (list !== undefined && list.length !== times.length) {
      const problem = `there are ${times.length} times and ${list.length} ${name}`
      throw new InvalidFigureError('driftRaster', problem, 'Give one of each for every peak.')
    }
  }
  const drawn: number[] = []
  for (let i = 0; i < times.length; i++) {
    if (isWithin(times[i], timeRange) && isWithin(depths[i], depthRange) && (!amplitudes || isWithin(amplitudes[i]))) {
      drawn.push(i)
    }
  }
  const pick = (list: ArrayLike<number>): Float64Array => Float64Array.from(drawn, (i) => list[i] ?? 0)
  const sizes = amplitudes ? pick(amplitudes).map(Math.abs) : new Float64Array(drawn.length).fill(1)
  const sorted = sizes.toSorted()
  const smallest = Math.floor(sorted[0] ?? 0)
  // a few artefacts must not make all others pale
  const largest = Math.max(smallest + 1, Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 1))
  const shades = amplitudes
    ? sizes.map((size) => Math.min(1, (size - smallest) / (largest - smallest)))
    : sizes.fill(0.7)
  return { times: pick(times), depths: pick(depths), shades, smallest, largest, left: times.length - drawn.length }
}

interface Area {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
  readonly width: number
  readonly height: number
}

function drawPeaks(peaks: Peaks, area: Area): Plot.Markish {
  const { times, depths, shades } = peaks
  if (times.length > mostDots) {
    return Plot.image([paintPeaks(peaks, area)], {
      src: (source: string) => source,
      frameAnchor: 'middle',
      width: area.width,
      height: area.height,
      preserveAspectRatio: 'none',
    })
  }
  // the largest last, on top of the others
  const order = Array.from(times.keys()).toSorted((a, b) => (shades[a] ?? 0) - (shades[b] ?? 0))
  return Plot.dot(order, {
    x: (i: number) => times[i] ?? 0,
    y: (i: number) => depths[i] ?? 0,
    fill: (i: number) => formatRgb(rampColor(shades[i] ?? 0)),
    r: times.length > 1000 ? 1.4 : 2,
  })
}

/** A line for each window, at its centre plus the displacement, light on dark where it crosses peaks. */
function drawMotion(
  { motion }: DriftRaster,
  x: readonly [number, number],
  y: readonly [number, number],
): Plot.Markish[] {
  if (!motion) return []
  const { times, depths, displacement } = motion
  const expected = times.length * depths.length
  if (displacement.length !== expected) {
    const problem = `the motion has ${times.length} times, ${depths.length} depths and ${displacement.length} displacements`
    throw new InvalidFigureError('driftRaster', problem, `Give ${expected} displacements.`)
  }
  return Array.from({ length: depths.length }, (_, window) => {
    const at = (bin: number): number =>
      (depths[window] ?? Number.NaN) + (displacement[bin * depths.length + window] ?? Number.NaN)
    const bins = Array.from(Array.from(times).keys()).filter((bin) => isWithin(times[bin], x) && isWithin(at(bin), y))
    const line = { x: (bin: number) => times[bin] ?? 0, y: at, strokeLinejoin: 'round' as const }
    return [
      Plot.line(bins, { ...line, stroke: 'white', strokeWidth: 4 }),
      Plot.line(bins, { ...line, stroke: motionColor, strokeWidth: 1.6 }),
    ]
  }).flat()
}

/** The peaks as a PNG in a data URI. */
function paintPeaks({ times, depths, shades }: Peaks, { x, y, width, height }: Area): string {
  const image = { width: Math.round(width * density), height: Math.round(height * density) }
  const pixels = new Uint8Array(image.width * image.height)
  const side = times.length > 200_000 ? 2 : 3
  for (let i = 0; i < times.length; i++) {
    const column = Math.round((((times[i] ?? 0) - x[0]) / (x[1] - x[0])) * image.width - side / 2)
    const row = Math.round(((y[1] - (depths[i] ?? 0)) / (y[1] - y[0])) * image.height - side / 2)
    const color = 1 + Math.round((shades[i] ?? 0) * (colors - 1))
    for (let r = Math.max(0, row); r < Math.min(image.height, row + side); r++) {
      for (let c = Math.max(0, column); c < Math.min(image.width, column + side); c++) {
        const at = r * image.width + c
        if (color > (pixels[at] ?? 0)) pixels[at] = color
      }
    }
  }
  const palette = Array.from({ length: colors + 1 }, (_, index) => rampColor((index - 1) / (colors - 1)))
  return `data:image/png;base64,${formatPng({ ...image, pixels, palette }).toString('base64')}`
}

function drawLegend(pen: Pen, peaks: Peaks, right: number): Element {
  const [steps, step] = [40, 3]
  const bars = Array.from({ length: steps }, (_, i) =>
    pen.element('rect', {
      x: right - (steps - i) * step,
      y: 26,
      width: step + 0.5, // an overlap hides the seams
      height: 10,
      fill: formatRgb(rampColor(i / (steps - 1))),
    }),
  )
  const left = right - steps * step
  const label = (x: number, anchor: string, text: string): SVGElement =>
    pen.element('text', { x, y: 52, 'text-anchor': anchor, 'font-size': 11, fill: quiet }, text)
  return pen.element(
    'g',
    { 'aria-hidden': 'true' },
    pen.element('text', { x: left - 10, y: 35, 'text-anchor': 'end', 'font-size': 11, fill: quiet }, 'Amplitude (µV)'),
    ...bars,
    label(left, 'start', String(peaks.smallest)),
    label(right, 'end', `≥ ${peaks.largest}`),
  )
}

const formatRange = ({ smallest, largest }: Peaks): string => `from ${smallest} to ${largest} microvolts and above`

function maximum(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}

/** The next whole second, or 1: the axis should not end inside the last peak. */
const niceEnd = (last: number): number => Math.max(1, Math.ceil(last))

function padded(values: Float64Array): readonly [number, number] {
  if (values.length === 0) return [0, 1]
  const least = values.reduce((less, value) => Math.min(less, value), Number.POSITIVE_INFINITY)
  const most = values.reduce((more, value) => Math.max(more, value), Number.NEGATIVE_INFINITY)
  const space = Math.max(10, (most - least) * 0.02)
  return [Math.floor(least - space), Math.ceil(most + space)]
}
