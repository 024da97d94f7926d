import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isNdArray, readNpy } from '@neurojoint/arrays'
import { populate } from '@neurojoint/core'
import { demoProbe, demoSession, openSortedLab } from './lab.ts'

test('a sort to load becomes a clustering and its units', async () => {
  await using lab = await openSortedLab()
  const { db } = lab
  expect(await populate(db, lab.Clustering)).toMatchObject({ made: 1 })
  expect((await db(lab.Clustering).fetch1()).clustering_time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  expect(await populate(db, lab.CuratedClustering)).toMatchObject({ made: 1 })
  const units = await db(lab.CuratedClustering.Unit).fetch({ order: ['unit'] })
  // cluster_group.tsv
  expect(units.map(({ unit, cluster_quality_label }) => [unit, cluster_quality_label])).toEqual([
    [0, 'good'],
    [1, 'mua'],
    [2, 'good'],
    [3, 'good'],
    [4, 'good'],
    [5, 'mua'],
    [6, 'good'],
  ])
  const spikes = await readNpy(join(demoSession, 'kilosort4/spike_times.npy'))
  expect(units.reduce((sum, { spike_count }) => sum + spike_count, 0)).toBe(spikes.shape[0])
})

test('a unit has its electrode, and the times, sites and depths of its spikes', async () => {
  await using lab = await openSortedLab()
  const { db } = lab
  await populate(db, lab.Clustering)
  await populate(db, lab.CuratedClustering)
  const unit = await db(lab.CuratedClustering.Unit).restrict({ unit: 0 }).fetch1()
  // ground_truth.json: the unit at channel 0, which is electrode 100, lies at 1004.55 um
  expect(unit).toMatchObject({ probe_type: demoProbe.probe_type, electrode: 100 })
  const { units: truth }: { units: { unit: number; spikeSamples: number[] }[] } = JSON.parse(
    await readFile(join(demoSession, 'ground_truth.json'), 'utf8'),
  )
  const { spike_times: times, spike_sites: sites, spike_depths: depths } = unit
  if (!isNdArray(times, 'float64') || !isNdArray(sites, 'int32') || !isNdArray(depths, 'float64'))
    throw new TypeError('no arrays')
  const known = truth.find(({ unit: number }) => number === 3)?.spikeSamples ?? []
  const isFound = (sample: number) => times.data.some((time) => Math.abs(time - sample / 30000) < 0.0004)
  expect(known.filter(isFound).length / known.length).toBeGreaterThan(0.95)
  expect([...times.data]).toEqual([...times.data].toSorted((a, b) => a - b))
  expect(new Set(sites.data)).toEqual(new Set([100]))
  expect(sites.data.length).toBe(unit.spike_count)
  expect(depths.data.every((depth) => depth > 990 && depth < 1100)).toBe(true)
})

test("waveforms are those at every electrode, and the peak waveform that at the unit's own", async () => {
  await using lab = await openSortedLab()
  const { db } = lab
  for (const table of [lab.Clustering, lab.CuratedClustering, lab.WaveformSet]) {
    expect(await populate(db, table)).toMatchObject({ made: 1, failed: [] })
  }
  expect(await db(lab.WaveformSet.Waveform).count()).toBe(7 * 32)
  const peak = (await db(lab.WaveformSet.PeakWaveform).restrict({ unit: 0 }).fetch1()).peak_electrode_waveform
  const at100 = await db(lab.WaveformSet.Waveform).restrict({ unit: 0, electrode: 100 }).fetch1()
  expect(at100.waveforms).toBe(null)
  expect(at100.waveform_mean).toEqual(peak)
  if (!isNdArray(peak, 'float32')) throw new TypeError('no array')
  expect(peak.shape).toEqual([64])
  const trough = Math.min(...peak.data)
  expect(peak.data.indexOf(trough)).toBeGreaterThanOrEqual(29)
  expect(peak.data.indexOf(trough)).toBeLessThanOrEqual(33)
  expect(trough).toBeLessThan(-80)
})

test('an output folder that the task does not name is that of the session, probe, method and parameter set', async () => {
  await using lab = await openSortedLab('')
  await expect(populate(lab.db, lab.Clustering)).rejects.toMatchObject({
    code: 'data-file-missing',
    path: 'probe_0/kilosort4_1',
    directories: [demoSession],
  })
})

test('a task to trigger a sorter is refused with advice', async () => {
  await using lab = await openSortedLab('kilosort4', 'trigger')
  await expect(populate(lab.db, lab.Clustering)).rejects.toMatchObject({
    code: 'trigger-unsupported',
    method: 'kilosort4',
  })
})
