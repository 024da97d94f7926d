import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ndarray, writeNpy } from '@neurojoint/arrays'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { groupKilosortSpikes, readKilosort, readKilosortUnits } from './index.ts'
import type { KilosortUnit } from './index.ts'

const fixtures = fileURLToPath(new URL('../../../../fixtures/sorted/', import.meta.url))

interface ExpectedUnit {
  readonly unit: number
  readonly spikes: number
  readonly first_samples: readonly number[]
  readonly sample_sum: number
  readonly peak_channel: number
  readonly spike_channel_sum: number
  readonly first_depths: readonly number[]
  readonly depth_mean: number
  readonly amplitude_mean: number
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)

/** The facts that NumPy gave, rounded alike. */
function summarize(unit: KilosortUnit): ExpectedUnit {
  return {
    unit: unit.unit,
    spikes: unit.spikeCount,
    first_samples: Array.from(unit.spikeSamples.subarray(0, 3)),
    sample_sum: sum(unit.spikeSamples),
    peak_channel: unit.peakChannel,
    spike_channel_sum: sum(unit.spikeChannels),
    first_depths: Array.from(unit.spikeDepths.subarray(0, 3)),
    depth_mean: sum(unit.spikeDepths) / unit.spikeCount,
    amplitude_mean: sum(unit.amplitudes) / unit.spikeCount,
  }
}

const rounded = (units: readonly ExpectedUnit[]) =>
  units.map((unit) => ({
    ...unit,
    first_depths: unit.first_depths.map((depth) => depth.toFixed(6)),
    depth_mean: unit.depth_mean.toFixed(6),
    amplitude_mean: unit.amplitude_mean.toFixed(6),
  }))

describe.each(['phy_curated', 'kilosort25_derived'])('%s', (name) => {
  test('has the spikes, peak channels and depths that NumPy finds', async () => {
    const expected: Record<string, ExpectedUnit[]> = JSON.parse(await readFile(join(fixtures, 'expected.json'), 'utf8'))
    const units = await readKilosortUnits(await readKilosort(join(fixtures, name)))
    expect(rounded(units.map(summarize))).toEqual(rounded(expected[name] ?? []))
  })

  test('has its channels in the columns of the recording: 5 and 20 were left out', async () => {
    const { sites, parameters } = await readKilosort(join(fixtures, name))
    expect(sites.map(({ channel }) => channel)).toEqual(
      Array.from({ length: 32 }, (_, c) => c).filter((c) => c !== 5 && c !== 20),
    )
    expect(sites[1]).toEqual({ channel: 1, x: 48, y: 1000 })
    expect(parameters).toMatchObject({ samplingRate: 30000, channelsInFile: 33, dtype: 'int16' })
  })

  test('has its spikes in seconds of the recording', async () => {
    const { spikeSeconds, spikeSamples } = await readKilosort(join(fixtures, name))
    expect(spikeSeconds[0]).toBe(169 / 30000)
    expect(spikeSamples).toHaveLength(2614)
  })
})

test('spikes are grouped by cluster, each in the order of time', () => {
  const groups = groupKilosortSpikes({
    spikeClusters: Int32Array.of(7, 2, 7, 7),
    spikeSamples: Float64Array.of(30, 5, 10, 30),
  })
  expect(groups).toEqual([
    [2, Int32Array.of(1)],
    [7, Int32Array.of(2, 0, 3)],
  ])
})

test('an abort ends the reading of units with its reason', async () => {
  const output = await readKilosort(join(fixtures, 'kilosort25_derived'))
  const reason = new Error('enough')
  await expect(readKilosortUnits(output, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test("units of a curated sort are Phy's clusters, with Phy's counts and, where not merged, Phy's channel", async () => {
  const units = await readKilosortUnits(await readKilosort(join(fixtures, 'phy_curated')))
  const [header = [], ...rows] = (await readFile(join(fixtures, 'phy_curated/cluster_info.tsv'), 'utf8'))
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split('\t'))
  const field = (row: readonly string[], name: string) => Number(row[header.indexOf(name)])
  expect(units.map(({ unit, spikeCount }) => [unit, spikeCount])).toEqual(
    rows.map((row) => [field(row, 'cluster_id'), field(row, 'n_spikes')]),
  )
  // cluster 7 was merged from 3 and 4: Phy shows the more frequent one's channel, 23; the larger one's is 18
  expect(units.map(({ unit, peakChannel }) => [unit, peakChannel])).toEqual(
    rows.map((row) => [field(row, 'cluster_id'), field(row, 'cluster_id') === 7 ? 18 : field(row, 'ch')]),
  )
})

test("a person's labels win over the program's; what a person did not label is unsorted", async () => {
  const curated = await readKilosortUnits(await readKilosort(join(fixtures, 'phy_curated')))
  expect(curated.map(({ unit, label }) => `${unit} ${label}`)).toEqual([
    '0 noise',
    '1 mua',
    '2 good',
    '6 unsorted',
    '7 good',
    '8 mua',
    '9 good',
  ])
  const raw = await readKilosortUnits(await readKilosort(join(fixtures, 'kilosort25_derived')))
  expect(raw.map(({ label }) => label)).toEqual(['good', 'mua', 'good', 'good', 'good', 'mua', 'good'])
})

describe('a folder that was changed', () => {
  let parent = ''
  let folder = ''
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'kilosort-'))
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(parent, 'sort-'))
    await cp(join(fixtures, 'kilosort25_derived'), folder, { recursive: true })
  })
  afterAll(() => rm(parent, { recursive: true }))

  test.each(['params.py', 'spike_times.npy', 'spike_clusters.npy', 'templates.npy', 'channel_map.npy'])(
    'without %s is refused by its name',
    async (file) => {
      await rm(join(folder, file))
      await expect(readKilosort(folder)).rejects.toMatchObject({ code: 'missing-file', file, folder })
    },
  )

  test('that is not there is refused', async () => {
    await expect(readKilosort('/nowhere/kilosort4')).rejects.toMatchObject({ code: 'missing-file', file: 'kilosort4' })
  })

  test('with files of two sorts is refused', async () => {
    await writeNpy(join(folder, 'spike_clusters.npy'), ndarray(new Int32Array(7)))
    await expect(readKilosort(folder)).rejects.toMatchObject({ code: 'contradiction', found: 'shape (7)' })
  })

  test('with a template that does not exist is refused', async () => {
    await writeNpy(join(folder, 'spike_templates.npy'), ndarray(new Int32Array(2614).fill(7)))
    const output = await readKilosort(folder)
    await expect(readKilosortUnits(output)).rejects.toMatchObject({ code: 'contradiction' })
  })

  test('without features has the depth of the peak site', async () => {
    await rm(join(folder, 'pc_features.npy'))
    const [unit] = await readKilosortUnits(await readKilosort(folder))
    expect(new Set(unit?.spikeDepths)).toEqual(new Set([1000]))
  })

  test('with features of other columns, or of other templates, than their index is refused', async () => {
    const wide = Float32Array.from({ length: 2614 * 3 * 11 }, () => 1)
    await writeNpy(join(folder, 'pc_features.npy'), ndarray(wide, [2614, 3, 11]))
    const refused = {
      code: 'contradiction',
      found: 'shape (2614, 3, 11)',
      expected: '10 columns, as in pc_feature_ind.npy',
    }
    await expect(readKilosort(folder).then(readKilosortUnits)).rejects.toMatchObject(refused)
    await writeNpy(join(folder, 'pc_feature_ind.npy'), ndarray(new Uint32Array(66), [6, 11]))
    await expect(readKilosort(folder).then(readKilosortUnits)).rejects.toMatchObject({ found: 'shape (6, 11)' })
  })

  test('with features in unused columns, whose site is -1, has depths from the others only', async () => {
    await writeNpy(join(folder, 'pc_features.npy'), ndarray(new Float32Array(2614 * 2).fill(1), [2614, 1, 2]))
    await writeNpy(
      join(folder, 'pc_feature_ind.npy'),
      ndarray(Int32Array.of(2, -1, 2, -1, 2, -1, 2, -1, 2, -1, 2, -1, 2, -1), [7, 2]),
    )
    const units = await readKilosortUnits(await readKilosort(folder))
    // site 2 lies at 1020 um
    expect(units.every(({ spikeDepths }) => spikeDepths.every((depth) => depth === 1020))).toBe(true)
  })

  test('with features of removed duplicates takes the rows of kept spikes', async () => {
    const kept = new Uint8Array(2616).fill(1)
    kept[0] = 0
    kept[5] = 0
    await writeNpy(join(folder, 'kept_spikes.npy'), {
      kind: 'ndarray',
      dtype: 'bool',
      shape: [2616],
      order: 'C',
      data: kept,
    })
    const rows = Float32Array.from({ length: 2 * 2616 }, (_, item) => Math.floor(item / 2))
    await writeNpy(join(folder, 'spike_positions.npy'), ndarray(rows, [2616, 2]))
    const units = await readKilosortUnits(await readKilosort(folder))
    const depths = units.flatMap(({ spikeDepths }) => [...spikeDepths]).toSorted((a, b) => a - b)
    expect(depths.slice(0, 6)).toEqual([1, 2, 3, 4, 6, 7])
    expect(depths.at(-1)).toBe(2615)
  })

  test('with synchronised times has them as its seconds', async () => {
    await writeNpy(join(folder, 'spike_times_sec.npy'), ndarray(new Float64Array(2614).fill(1)))
    await writeNpy(join(folder, 'spike_times_sec_adj.npy'), ndarray(new Float64Array(2614).fill(2)))
    expect((await readKilosort(folder)).spikeSeconds[0]).toBe(2)
  })

  test('without label files has unsorted units', async () => {
    for (const file of ['cluster_KSLabel.tsv']) await rm(join(folder, file))
    const units = await readKilosortUnits(await readKilosort(folder))
    expect(new Set(units.map(({ label }) => label))).toEqual(new Set(['unsorted']))
  })

  test('by Kilosort 4 has its labels in cluster_group.tsv under the name KSLabel', async () => {
    await rm(join(folder, 'cluster_KSLabel.tsv'))
    await writeFile(join(folder, 'cluster_group.tsv'), 'cluster_id\tKSLabel\n0\tmua\n')
    expect((await readKilosort(folder)).labels).toEqual(new Map([[0, 'mua']]))
  })
})
