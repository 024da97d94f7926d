import * as Plot from '@observablehq/plot'
import {
  createPen,
  drawPage,
  formatCount,
  hairline,
  headHeight,
  ink,
  margin,
  type Pen,
  place,
  quiet,
} from './drawing.ts'
import { InvalidFigureError } from './errors.ts'

/** The mean waveform of one unit. */
export interface UnitWaveform {
  readonly label: string
  /** At the unit's peak channel, in microvolts. */
  readonly samples: ArrayLike<number>
  /** In samples per second. */
  readonly samplingRate: number
  /** The sample that is time 0; else the one that is farthest from 0 µV. */
  readonly peakSample?: number
  /** At channels nearby, in microvolts; drawn pale, behind. */
  readonly neighbours?: readonly ArrayLike<number>[]
  /** A second, quiet line of the label: depth, firing rate. */
  readonly note?: string
  /** Units of one group have one colour: their quality label. */
  readonly group?: string
}

/** The units of one figure of mean waveforms, in the order in which they are drawn. */
export interface MeanWaveforms {
  readonly units: readonly UnitWaveform[]
  readonly title?: string
  /** Stands before the number of units in the line below the title. */
  readonly caption?: string
  /** Units beyond this number are told in the caption and not drawn; 60 unless told. */
  readonly mostUnits?: number
  readonly width?: number
}

/** Told apart also by those who see red and green alike (Okabe & Ito 2008, darkened for white paper). */
const palette = ['#1f5fa8', '#c2570c', '#0f7f64', '#9a4d86', '#7a6a00', '#4b5563']

interface Point {
  readonly unit: number
  readonly column: number
  readonly row: number
  readonly line: string
  readonly milliseconds: number
  readonly microvolts: number
}

/**
 * Draws mean waveforms as small multiples with common axes (ms, µV), as a standalone SVG. Throws `invalid-figure` if
 * there is no unit, or one without samples or sampling rate.
 */
export function meanWaveforms(options: MeanWaveforms): string {
  const { title = 'Mean waveforms', width = 960, mostUnits = 60 } = options
  const units = options.units.slice(0, mostUnits)
  requireUnits(units)
  const fullRow = Math.max(1, Math.floor((width - 2 * margin) / 140))
  const columns = Math.min(units.length, fullRow)
  const rows = Math.ceil(units.length / columns)
  const labelHeight = units.some(({ note }) => note) ? 30 : 18
  const inner = { left: 58, top: 4 + labelHeight, right: 4, bottom: 46 }
  const panelHeight = 100
  const plotHeight = inner.top + inner.bottom + rows * panelHeight + (rows - 1) * (labelHeight + 10)
  // a row that is not full is narrower, so that a panel has the same size in every figure
  const panels = ((width - 2 * margin - inner.left - inner.right) * columns) / fullRow
  const size = { width: inner.left + panels + inner.right, height: plotHeight }
  const groups = [...new Set(units.map(({ group }) => group ?? ''))]
  const colorOf = ({ group = '' }: UnitWaveform): string => palette[groups.indexOf(group) % palette.length] ?? ink
  const mainLines = units.flatMap((unit, i) => tracePoints(unit, unit.samples, i, columns, 'mean'))
  const paleLines = units.flatMap((unit, i) =>
    (unit.neighbours ?? []).flatMap((samples, n) => tracePoints(unit, samples, i, columns, `neighbour ${n}`)),
  )
  const pen = createPen()
  const cells = units.map((unit, i) => ({ unit, column: i % columns, row: Math.floor(i / columns) }))
  const facet = { fx: 'column', fy: 'row', facet: 'include' } as const
  const line = { x: 'milliseconds', y: 'microvolts', z: (point: Point) => `${point.unit} ${point.line}`, ...facet }
  const heading = { fx: 'column', fy: 'row', frameAnchor: 'top-left' } as const
  const plot = Plot.plot({
    document: pen.document,
    ...size,
    marginLeft: inner.left,
    marginTop: inner.top,
    marginRight: inner.right,
    marginBottom: inner.bottom,
    fx: {
      axis: null,
      paddingInner: 0.1,
      paddingOuter: 0,
      domain: Array.from({ length: columns }, (_, column) => column),
    },
    fy: {
      axis: null,
      paddingInner: (labelHeight + 10) / (panelHeight + labelHeight + 10),
      paddingOuter: 0,
      domain: Array.from({ length: rows }, (_, row) => row),
    },
    x: { label: 'Time from peak (ms)', labelAnchor: 'center', labelArrow: 'none', labelOffset: 40, ticks: 3 },
    y: { label: 'Potential (µV)', labelAnchor: 'center', labelArrow: 'none', labelOffset: 54, ticks: 3, nice: true },
    marks: [
      Plot.ruleX(cells, { x: 0, fx: 'column', fy: 'row', stroke: hairline }),
      Plot.ruleY(cells, { y: 0, fx: 'column', fy: 'row', stroke: hairline }),
      Plot.line(paleLines, { ...line, stroke: '#b9c0cd', strokeWidth: 0.8 }),
      Plot.line(mainLines, {
        ...line,
        stroke: (point: Point) => colorOf(units[point.unit] ?? { label: '', samples: [], samplingRate: 1 }),
        strokeWidth: 1.8,
      }),
      Plot.text(cells, { text: (cell) => cell.unit.label, ...heading, dy: -labelHeight, fontWeight: 600 }),
      Plot.text(cells, { text: (cell) => cell.unit.note ?? '', ...heading, dy: -14, fontSize: 10, fill: quiet }),
    ],
  })
  const parts = [place(plot, margin, headHeight)]
  if (groups.some(Boolean)) parts.push(drawLegend(pen, groups, width - margin))
  const shown = `${formatCount(units.length)} ${units.length === 1 ? 'unit' : 'units'}`
  const count = options.units.length > units.length ? `${shown} of ${formatCount(options.units.length)}` : shown
  return pen.print(
    drawPage(
      pen,
      {
        width,
        height: headHeight + size.height + 12,
        title,
        caption: [...(options.caption ? [options.caption] : []), count].join(' · '),
        description: `Mean waveforms of ${count}, one panel each: milliseconds from the peak against microvolts.`,
      },
      parts,
    ),
  )
}

function requireUnits(units: readonly UnitWaveform[]): void {
  if (units.length === 0) throw refuse('there is no unit', 'Give at least one.')
  for (const { label, samples, samplingRate } of units) {
    if (samples.length === 0) throw refuse(`unit ${label} has no samples`, 'Leave it out, or give its mean waveform.')
    if (!(samplingRate > 0))
      throw refuse(`unit ${label} has a sampling rate of ${samplingRate}`, 'Give samples per second.')
  }
}

function refuse(problem: string, advice: string): InvalidFigureError {
  return new InvalidFigureError('meanWaveforms', problem, advice)
}

function tracePoints(
  unit: UnitWaveform,
  samples: ArrayLike<number>,
  index: number,
  columns: number,
  line: string,
): readonly Point[] {
  const peak = unit.peakSample ?? farthestFromZero(unit.samples)
  return Array.from(samples, (microvolts, i) => ({
    unit: index,
    column: index % columns,
    row: Math.floor(index / columns),
    line,
    milliseconds: ((i - peak) / unit.samplingRate) * 1000,
    microvolts,
  }))
}

function farthestFromZero(samples: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < samples.length; i++) if (Math.abs(samples[i] ?? 0) > Math.abs(samples[best] ?? 0)) best = i
  return best
}

function drawLegend(pen: Pen, groups: readonly string[], right: number): Element {
  const names = groups.map((group) => group || 'no label')
  // letters differ in width: 6.6 is a generous mean at this size
  const widths = names.map((name) => name.length * 6.6 + 30)
  const start = right - widths.reduce((sum, width) => sum + width, 0)
  const entries = names.flatMap((name, i) => {
    const x = start + widths.slice(0, i).reduce((sum, width) => sum + width, 0)
    return [
      pen.element('rect', { x, y: 29, width: 14, height: 3, rx: 1.5, fill: palette[i % palette.length] ?? ink }),
      pen.element('text', { x: x + 19, y: 34, 'font-size': 11, fill: quiet }, name),
    ]
  })
  return pen.element('g', { 'aria-hidden': 'true' }, ...entries)
}
