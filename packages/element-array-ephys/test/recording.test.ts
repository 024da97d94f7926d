import { expect, test } from 'vitest'
import { populate } from '@neurojoint/core'
import { demoProbe, demoSession, insertProbe, openLab } from './lab.ts'

test('a recording is found by the serial number of the inserted probe and described by its meta', async () => {
  await using lab = await openLab([{ session: 1, folder: demoSession }])
  const { db } = lab
  await insertProbe(db, lab, 1)
  expect(await populate(db, lab.EphysRecording)).toMatchObject({ made: 1, failed: [] })
  const recording = await db(lab.EphysRecording).fetch1()
  expect(recording).toMatchObject({
    animal: 'm1',
    session: 1,
    insertion_number: 0,
    acq_software: 'SpikeGLX',
    sampling_rate: 30000,
    recording_datetime: '2026-03-02 10:15:00',
    recording_duration: 6.5,
  })
  expect(await db(lab.EphysRecording.EphysFile).fetch1()).toMatchObject({
    file_path: 'sim_a_g0/sim_a_g0_imec0/sim_a_g0_t0.imec0.ap.meta',
  })
})

test('its channels and its electrode configuration are those of the shank map, which begins at row 50', async () => {
  await using lab = await openLab([{ session: 1, folder: demoSession }])
  const { db } = lab
  await insertProbe(db, lab, 1)
  await populate(db, lab.EphysRecording)
  const { electrode_config_hash } = await db(lab.EphysRecording).fetch1()
  expect(await db(lab.ElectrodeConfig).fetch1()).toEqual({
    electrode_config_hash,
    probe_type: demoProbe.probe_type,
    electrode_config_name: '100-131',
  })
  expect(await db(lab.ElectrodeConfig.Electrode).count()).toBe(32)
  const channels = await db(lab.EphysRecording.Channel).fetch({ order: ['channel_idx'] })
  expect(channels).toHaveLength(32)
  expect(channels[5]).toEqual({
    animal: 'm1',
    session: 1,
    insertion_number: 0,
    channel_idx: 5,
    electrode_config_hash,
    probe_type: demoProbe.probe_type,
    electrode: 105,
    channel_name: 'AP105',
  })
})

test('two recordings of the same electrodes share one configuration', async () => {
  await using lab = await openLab([
    { session: 1, folder: demoSession },
    { session: 2, folder: demoSession },
  ])
  const { db } = lab
  await insertProbe(db, lab, 1)
  await insertProbe(db, lab, 2)
  expect(await populate(db, lab.EphysRecording)).toMatchObject({ made: 2 })
  expect(await db(lab.ElectrodeConfig).count()).toBe(1)
})
