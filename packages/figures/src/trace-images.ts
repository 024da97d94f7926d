import * as Plot from '@observablehq/plot'
import { createPen, drawPage, headHeight, margin, type Pen, place, quiet } from './drawing.ts'
import { InvalidFigureError } from './errors.ts'
import { formatPng } from './png.ts'

/** One stretch of traces, such as those before or after filtering. */
export interface TracePanel {
  readonly title: string
  /** Frame-major: the sample of channel `c` at frame `t` stands at `t * channels + c`. */
  readonly traces: ArrayLike<number>
  readonly channels: number
  /** Of the traces' unit; 1 if they are in microvolts. */
  readonly microvoltsPerCount: number
  /** In microvolts: what is darkest; else what all but 1 in 200 samples stay below. */
  readonly range?: number
}

export interface TraceImages {
  readonly panels: readonly TracePanel[]
  /** In samples per second. */
  readonly samplingRate: number
  /** Of the first frame, in seconds. */
  readonly startSeconds?: number
  readonly title?: string
  readonly caption?: string
  readonly width?: number
  readonly height?: number
}

/** Index 0 of an image is transparent: 1 is the most negative, `middle` is 0, the last the most positive. */
const colors = 255
const middle = 128
const gap = 34

type Rgb = readonly [red: number, green: number, blue: number]

/** Blue below 0, red above, both told apart by those who see red and green alike. */
const [lowest, zero, highest]: readonly [Rgb, Rgb, Rgb] = [
  [23, 78, 166],
  [255, 255, 255],
  [176, 42, 24],
]

/**
 * Draws traces side by side as images, time to the right and channels upwards, blue below 0 and red above, as a standalone
 * SVG whose size does not grow with the traces. Throws `invalid-figure` if a panel has no whole frames.
 */
export function traceImages(options: TraceImages): string {
  const { panels, title = 'Traces', caption = '', width = 960, height = 460 } = options
  if (panels.length === 0) throw new InvalidFigureError('traceImages', 'there is no panel', 'Give at least one.')
  if (!(options.samplingRate > 0)) {
    throw new InvalidFigureError('traceImages', `the sampling rate is ${options.samplingRate}`, 'Give it in Hz.')
  }
  const pen = createPen()
  const panelWidth = (width - 2 * margin - gap * (panels.length - 1)) / panels.length
  const size = { width: panelWidth, height: height - headHeight - 12 }
  const ranges = panels.map((panel) => panel.range ?? commonRange(panel))
  const parts = panels.flatMap((panel, index) => {
    const x = margin + index * (panelWidth + gap)
    const heading = pen.element(
      'text',
      { x: x + 44, y: headHeight + 12, 'font-weight': 600 },
      `${panel.title} (±${formatMicrovolts(ranges[index])} µV)`,
    )
    return [heading, place(drawPanel(pen, panel, ranges[index] ?? 1, options, size), x, headHeight)]
  })
  const said = panels.map(({ title: name, channels }, index) => {
    return `${name}: ${channels} channels, colours end at ${formatMicrovolts(ranges[index])} microvolts`
  })
  const description = `Traces as images, time on the horizontal axis, channels on the vertical one. ${said.join('. ')}.`
  return pen.print(drawPage(pen, { width, height, title, description, caption }, parts))
}

function drawPanel(
  { document }: Pen,
  panel: TracePanel,
  range: number,
  { samplingRate, startSeconds = 0 }: TraceImages,
  size: { readonly width: number; readonly height: number },
): Element {
  const inner = { left: 44, top: 22, right: 4, bottom: 42 }
  const frames = countFrames(panel)
  const area = { width: size.width - inner.left - inner.right, height: size.height - inner.top - inner.bottom }
  return Plot.plot({
    document,
    ...size,
    marginLeft: inner.left,
    marginTop: inner.top,
    marginRight: inner.right,
    marginBottom: inner.bottom,
    x: {
      type: 'linear',
      domain: [startSeconds * 1000, (startSeconds + frames / samplingRate) * 1000],
      label: 'Time (ms)',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 36,
      ticks: 5,
    },
    y: {
      type: 'linear',
      domain: [0, panel.channels],
      label: 'Channel',
      labelAnchor: 'center',
      labelArrow: 'none',
      labelOffset: 40,
      ticks: 6,
    },
    marks: [
      Plot.image([paint(panel, frames, range, area)], {
        src: (source: string) => source,
        frameAnchor: 'middle',
        ...area,
        preserveAspectRatio: 'none',
        imageRendering: 'pixelated',
      }),
      Plot.frame({ stroke: quiet }),
    ],
  })
}

function countFrames({ title, traces, channels }: TracePanel): number {
  const frames = traces.length / channels
  if (Number.isInteger(frames) && frames > 0) return frames
  const problem = `the ${traces.length} samples of "${title}" do not make whole frames of ${channels} channels`
  throw new InvalidFigureError('traceImages', problem, 'Give the samples frame by frame.')
}

/** The traces as a PNG in a data URI. A point that stands for several samples shows the one farthest from 0. */
function paint(
  { traces, channels, microvoltsPerCount }: TracePanel,
  frames: number,
  range: number,
  area: { readonly width: number; readonly height: number },
): string {
  const image = {
    width: Math.min(frames, Math.round(2 * area.width)),
    height: Math.min(channels, Math.round(2 * area.height)),
  }
  const farthest = new Float64Array(image.width * image.height)
  for (let frame = 0; frame < frames; frame++) {
    const column = Math.floor((frame * image.width) / frames)
    for (let channel = 0; channel < channels; channel++) {
      const row = image.height - 1 - Math.floor((channel * image.height) / channels)
      const value = traces[frame * channels + channel] ?? 0
      const at = row * image.width + column
      if (Math.abs(value) > Math.abs(farthest[at] ?? 0)) farthest[at] = value
    }
  }
  const pixels = Uint8Array.from(farthest, (value) => {
    const share = Math.max(-1, Math.min(1, (value * microvoltsPerCount) / range))
    return middle + Math.round(share * (middle - 1))
  })
  const palette = Array.from({ length: colors + 1 }, (_, index) => divergingColor((index - middle) / (middle - 1)))
  return `data:image/png;base64,${formatPng({ ...image, pixels, palette }).toString('base64')}`
}

/** The colour of a value from -1 to 1. */
function divergingColor(value: number): Rgb {
  const share = Math.min(1, Math.abs(value))
  const end = value < 0 ? lowest : highest
  const mix = (part: 0 | 1 | 2): number => Math.round(zero[part] + (end[part] - zero[part]) * share)
  return [mix(0), mix(1), mix(2)]
}

/** In microvolts; of up to 100,000 samples, evenly taken. */
function commonRange({ traces, microvoltsPerCount }: TracePanel): number {
  const step = Math.max(1, Math.floor(traces.length / 100_000))
  const sizes = Float64Array.from({ length: Math.floor(traces.length / step) }, (_, index) =>
    Math.abs((traces[index * step] ?? 0) * microvoltsPerCount),
  ).toSorted()
  return Math.max(1, sizes[Math.floor(sizes.length * 0.995)] ?? 1)
}

const formatMicrovolts = (value = 1): string => (value < 10 ? value.toFixed(1) : value.toFixed(0))
