import { createHash } from 'node:crypto'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readNpy, toFloat64Array } from '@neurojoint/arrays'
import { expect, test } from 'vitest'
import { findSpikeGlxRuns, openRecording, readKilosort, readKilosortUnits, readSpikeGlxMeta } from '../src/index.ts'

const folder = fileURLToPath(new URL('../../../fixtures/demo-session/', import.meta.url))
const sorted = join(folder, 'kilosort4')
const frames = 195_000

interface Truth {
  readonly units: readonly {
    readonly unit: number
    readonly peakChannel: number
    readonly x: number
    readonly y: number
    readonly spikeSamples: readonly number[]
  }[]
}

const readTruth = async (): Promise<Truth> => JSON.parse(await readFile(join(folder, 'ground_truth.json'), 'utf8'))

test.each([
  ['ap', 30000, frames],
  ['lf', 2500, frames / 12],
])('the %s band has the size, duration and SHA-1 of its meta', async (band, rate, count) => {
  const path = join(folder, `sim_a_g0/sim_a_g0_imec0/sim_a_g0_t0.imec0.${band}.meta`)
  const meta = await readSpikeGlxMeta(path)
  const recording = await openRecording(path)
  expect([meta.samplingRate, meta.durationSeconds, meta.analogChannels]).toEqual([rate, 6.5, 32])
  expect(recording.segments).toEqual([{ frames: count, startSeconds: 0 }])
  await recording.close()
  const sha1 = createHash('sha1')
    .update(await readFile(path.replace('.meta', '.bin')))
    .digest('hex')
  expect(meta.entries.get('fileSHA1')).toBe(sha1.toUpperCase())
})

test('the run is found, and Kilosort names its file', async () => {
  const [run] = await findSpikeGlxRuns(folder)
  expect(run).toMatchObject({ run: 'sim_a', gate: 0, trigger: 0, insertionNumber: 0 })
  const { parameters } = await readKilosort(sorted)
  expect(parameters.dataPaths.map((path) => join(sorted, path))).toEqual([run?.path.replace('.meta', '.bin')])
})

test('every spike of the sort lies in the recording, and so does every known one', async () => {
  const { spikeSamples } = await readKilosort(sorted)
  expect(spikeSamples).toHaveLength(1116)
  expect(spikeSamples.every((sample) => sample >= 0 && sample < frames)).toBe(true)
  const { units } = await readTruth()
  expect(units.map(({ spikeSamples: known }) => known.length).reduce((a, b) => a + b)).toBe(1058)
  expect(units.every(({ spikeSamples: known }) => known.every((sample) => sample >= 0 && sample < frames))).toBe(true)
})

test('every file with a row per spike was cut alike, kept_spikes behind the last kept one', async () => {
  const perSpike = [
    'spike_clusters',
    'spike_templates',
    'spike_detection_templates',
    'amplitudes',
    'spike_positions',
    'pc_features',
  ]
  const shapes = await Promise.all(perSpike.map(async (name) => (await readNpy(join(sorted, `${name}.npy`))).shape[0]))
  expect(shapes).toEqual(perSpike.map(() => 1116))
  const kept = toFloat64Array(await readNpy(join(sorted, 'kept_spikes.npy')))
  expect([kept.reduce((count, flag) => count + flag, 0), kept.at(-1)]).toEqual([1116, 1])
})

test('the units that found a true unit alone have its spikes within 0.4 ms and its depth within 40 µm', async () => {
  const units = await readKilosortUnits(await readKilosort(sorted))
  const { units: truth } = await readTruth()
  const matches = units
    .filter(({ label }) => label === 'good')
    .map((unit) => {
      const shared = truth.map(({ spikeSamples, y }) => ({
        y,
        recall:
          spikeSamples.filter((sample) => unit.spikeSamples.some((found) => Math.abs(found - sample) <= 12)).length /
          spikeSamples.length,
      }))
      const best = shared.reduce((a, b) => (b.recall > a.recall ? b : a))
      const depth = unit.spikeDepths.reduce((total, value) => total + value, 0) / unit.spikeCount
      return { ...best, offset: Math.abs(best.y - depth) }
    })
  expect(matches.filter(({ recall, offset }) => recall > 0.95 && offset < 40).length).toBeGreaterThanOrEqual(4)
})

test('the trough of a unit stands in the traces one frame before its known spikes', async () => {
  const [run] = await findSpikeGlxRuns(folder)
  const recording = await openRecording(run?.path ?? '')
  const { units } = await readTruth()
  const { peakChannel = 0, spikeSamples = [] } = units[0] ?? {}
  const mean = new Float64Array(21)
  for (const sample of spikeSamples.filter((at) => at >= 10 && at < frames - 10)) {
    const counts = await recording.traces({ start: sample - 10, end: sample + 11, channels: [peakChannel] })
    for (const [at, count] of counts.entries()) mean[at] = (mean[at] ?? 0) + count
  }
  await recording.close()
  expect(mean.indexOf(Math.min(...mean))).toBe(9)
})

test('the folder is under 15 MB', async () => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  )
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(15e6)
})
