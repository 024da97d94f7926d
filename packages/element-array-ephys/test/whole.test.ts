import { expect, test } from 'vitest'
import { type DatabaseSettings, insertParamSet, populate } from '@neurojoint/core'
import { temporaryPipeline } from '@neurojoint/core/testing'
import { startMariadb } from '@neurojoint/servers'
import { defaultPreprocessingParameters } from '../src/ephys/index.ts'
import { createProbeType } from '../src/probe/index.ts'
import { activateLab, demoProbe, demoSession, insertProbe } from './lab.ts'

/** From an inserted probe to waveforms and peaks. */
async function runWhole(database?: DatabaseSettings): Promise<void> {
  const lab = activateLab('whole_')
  await using pipeline = await temporaryPipeline({ schemas: lab.schemas, ...(database && { database }) })
  const { db } = pipeline
  await createProbeType(db, lab, demoProbe.probe_type)
  await db(lab.Probe).insert([demoProbe])
  await db(lab.Session).insert([{ animal: 'm1', session: 1, folder: demoSession }])
  await insertProbe(db, lab, 1)
  const key = { animal: 'm1', session: 1, insertion_number: 0 }
  const location = { skull_reference: 'Bregma', ap_location: '-1200.50', ml_location: '300.00', depth: '-2000.00' }
  await db(lab.InsertionLocation).insert1({ ...key, ...location, theta: '90.00' })
  await insertParamSet(db, lab.PreprocessingParamSet, {
    preprocessing_paramset_idx: 0,
    paramset_desc: 'usual',
    params: defaultPreprocessingParameters,
  })
  const paramset = { paramset_idx: 1, clustering_method: 'kilosort4', paramset_desc: 'default settings', params: {} }
  await insertParamSet(db, lab.ClusteringParamSet, paramset)

  const tables = [lab.EphysRecording, lab.Preprocessing, lab.Clustering, lab.CuratedClustering, lab.WaveformSet]
  expect(await populate(db, lab.EphysRecording)).toMatchObject({ made: 1 })
  await db(lab.ClusteringTask).insert1({ ...key, paramset_idx: 1, clustering_output_dir: 'kilosort4' })
  for (const table of tables.slice(1)) expect(await populate(db, table)).toMatchObject({ made: 1, failed: [] })
  for (const table of tables) expect(await populate(db, table)).toMatchObject({ made: 0 })

  expect(await db(lab.InsertionLocation).fetch1()).toMatchObject({
    ap_location: '-1200.50',
    theta: '90.00',
    phi: null,
  })
  expect(await db(lab.CuratedClustering.Unit).restrict({ cluster_quality_label: 'good' }).count()).toBe(5)
  expect(await db(lab.WaveformSet.Waveform).count()).toBe(7 * 32)
  expect((await db(lab.Preprocessing).fetch1()).peak_count).toBeGreaterThan(500)

  await db(lab.EphysRecording).delete()
  expect(await db(lab.WaveformSet.Waveform).count()).toBe(0)
  expect(await db(lab.ElectrodeConfig).count()).toBe(1)
}

test('on SQLite, an inserted probe becomes waveforms and peaks, and nothing is made twice', { timeout: 60_000 }, () =>
  runWhole(),
)

test('on MariaDB, it becomes the same', { timeout: 180_000 }, async ({ skip }) => {
  const server = await startMariadb().catch((error: unknown) => {
    if (process.env['CI']) throw error
    return null
  })
  if (!server) return skip('no MariaDB could be had')
  try {
    await runWhole(server.settings)
  } finally {
    await server.stop()
  }
})
