import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Database } from '@neurojoint/core'
import { driftRaster, meanWaveforms } from '@neurojoint/figures'
import { configuration } from '../configuration.ts'
import { ephys, pipeline, session } from '../pipeline.ts'
import { formatTable } from '../terminal/table.ts'
import { compareWithTruth, fetchPeaks } from './peaks.ts'
import { groundTruthPath, sessions } from './prepare.ts'
import { listTables } from '../show.ts'
import { summarizeUnits } from './units.ts'

/** What came of the demo, for people; draws the pictures that it names. */
export async function writeReport(db: Database): Promise<string> {
  const sections = [
    `The pipeline\n\n${await formatCounts(db)}`,
    await reportUnits(db),
    await reportPeaks(db),
    `Try next\n
  npm run demo -- show ephys.CuratedClustering.Unit     what a table is, and its first rows
  npm run demo -- diagram                               the pipeline as Mermaid text
  npm run demo -- clean                                 remove ${here(configuration.home)}`,
  ]
  return sections.join('\n\n')
}

async function formatCounts(db: Database): Promise<string> {
  const rows: { table: string; tier: string; rows: number }[] = []
  for (const [name, table] of listTables(pipeline.tables)) {
    rows.push({ table: name, tier: table.declaration.tier, rows: await db(table).count() })
  }
  const filled = rows.filter(({ rows: count }) => count > 0)
  const empty = rows.length - filled.length
  return `${indent(formatTable(filled))}\n  (and ${empty} empty ${empty === 1 ? 'table' : 'tables'})`
}

async function reportUnits(db: Database): Promise<string> {
  const [key] = await db(ephys.CuratedClustering).keys()
  if (!key) return 'Units\n\n  none: no sort was loaded'
  const units = await summarizeUnits(db, key)
  if (units.length === 0) return 'Units\n\n  none with waveforms'
  const { sampling_rate } = await db(ephys.EphysRecording).forKey(key).fetch1()
  const path = await writeFigure(
    'mean-waveforms.svg',
    meanWaveforms({
      title: `Mean waveforms of ${key.subject}, ${key.session_datetime}`,
      units: units.map(({ unit, label, depth, rate, waveform }) => ({
        label: `unit ${unit}`,
        note: `${depth} µm, ${rate.toFixed(1)} Hz`,
        group: label,
        samples: waveform,
        samplingRate: sampling_rate,
      })),
    }),
  )
  const rows = units.map(({ unit, label, electrode, depth, spikes, rate, waveform }) => ({
    unit,
    label,
    electrode,
    'depth (µm)': depth,
    spikes,
    'rate (Hz)': Number(rate.toFixed(1)),
    'trough (µV)': Math.round(Math.min(...waveform)),
  }))
  return `Units that Kilosort 4 found in ${sessions.sorted}\n\n${indent(formatTable(rows))}\n\n  picture: ${here(path)}`
}

async function reportPeaks(db: Database): Promise<string> {
  const lines: string[] = []
  for (const key of await db(ephys.Preprocessing).keys({ order: ['session_datetime desc'] })) {
    const { session_dir } = await db(session.SessionDirectory).forKey(key).fetch1()
    const { implementation } = await db(ephys.Preprocessing).forKey(key).project('implementation').fetch1()
    const peaks = await fetchPeaks(db, key)
    const path = await writeFigure(
      `drift-raster-${key.subject}.svg`,
      driftRaster({ ...peaks, title: `Peaks of ${key.subject}, ${key.session_datetime}` }),
    )
    lines.push(`  ${session_dir}: ${peaks.times.length} peaks (${implementation} kernels); picture: ${here(path)}`)
    if (session_dir !== sessions.simulated) continue
    const { spikes, matched, second, recall, precision } = await compareWithTruth(peaks, groundTruthPath)
    lines.push(
      `    against the ${spikes} spikes that were put in, one to one within 0.4 ms and 75 µm:`,
      `    ${matched} found, recall ${percent(recall)}, precision ${percent(precision)}; ${second} second peaks of spikes already found`,
    )
  }
  return `Peaks\n\n${lines.join('\n')}`
}

async function writeFigure(name: string, svg: string): Promise<string> {
  const folder = join(configuration.home, 'figures')
  await mkdir(folder, { recursive: true })
  const path = join(folder, name)
  await writeFile(path, svg)
  return path
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`

const indent = (text: string): string => text.replaceAll(/^/gm, '  ')

/** A path as one would type it here. */
const here = (path: string): string => {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
