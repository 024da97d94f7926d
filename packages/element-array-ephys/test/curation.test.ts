import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { formatNpy, ndarray, readNpy, toNumbers } from '@neurojoint/arrays'
import { populate } from '@neurojoint/core'
import { demoSession, openSortedLab } from './lab.ts'

const folder15Seconds = fileURLToPath(new URL('../../../fixtures/sorted/phy_curated', import.meta.url))

/** A copy of the sort of the demo session, to curate. */
async function copySort() {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  await cp(join(demoSession, 'kilosort4'), folder, { recursive: true })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

test("a person's labels go before the sorter's; unsorted and unknown ones become n.a.", async () => {
  await using sort = await copySort()
  await writeFile(join(sort.folder, 'cluster_group.tsv'), 'cluster_id\tgroup\r\n0\tnoise\r\n1\tgood\r\n2\tbursty\r\n')
  await using lab = await openSortedLab(sort.folder)
  const { db } = lab
  await populate(db, lab.Clustering)
  await populate(db, lab.CuratedClustering)
  const units = await db(lab.CuratedClustering.Unit).fetch({ order: ['unit'], limit: 4 })
  expect(units.map(({ cluster_quality_label }) => cluster_quality_label)).toEqual(['noise', 'good', 'n.a.', 'n.a.'])
})

test("a label of the lab's own is kept where ClusterQualityLabel has it", async () => {
  await using sort = await copySort()
  await writeFile(join(sort.folder, 'cluster_group.tsv'), 'cluster_id\tgroup\r\n2\tbursty\r\n')
  await using lab = await openSortedLab(sort.folder)
  const { db } = lab
  await db(lab.ClusterQualityLabel).insert1({
    cluster_quality_label: 'bursty',
    cluster_quality_description: 'in bursts',
  })
  await populate(db, lab.Clustering)
  await populate(db, lab.CuratedClustering)
  expect(await db(lab.CuratedClustering.Unit).restrict({ cluster_quality_label: 'bursty' }).count()).toBe(1)
})

test('a sort of a longer recording does not belong to this one', async () => {
  await using lab = await openSortedLab(folder15Seconds)
  await populate(lab.db, lab.Clustering)
  await expect(populate(lab.db, lab.CuratedClustering)).rejects.toMatchObject({
    code: 'sort-mismatch',
    folder: folder15Seconds,
    expected: 'spikes within the 6.5 s of the recording',
  })
  expect(await lab.db(lab.CuratedClustering).count()).toBe(0)
})

test('a sort that was curated again gives no waveforms for units that are not there any more', async () => {
  await using sort = await copySort()
  await using lab = await openSortedLab(sort.folder)
  const { db } = lab
  await populate(db, lab.Clustering)
  await populate(db, lab.CuratedClustering)
  // merges units 0 and 1 into 7, as phy does
  const path = join(sort.folder, 'spike_clusters.npy')
  const merged = toNumbers(await readNpy(path)).map((cluster) => (cluster <= 1 ? 7 : cluster))
  await writeFile(path, formatNpy(ndarray(Int32Array.from(merged))))
  await expect(populate(db, lab.WaveformSet)).rejects.toMatchObject({
    code: 'sort-changed',
    unit: 0,
    spikes: 0,
  })
})
