import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isNdArray } from '@neurojoint/arrays'
import { insertParamSet, type PopulateEvent, populate } from '@neurojoint/core'
import { defaultPreprocessingParameters } from '../src/ephys/index.ts'
import { demoSession, insertProbe, openLab } from './lab.ts'

const open = async (params: object) => {
  const lab = await openLab([{ session: 1, folder: demoSession }])
  const { db } = lab
  await insertProbe(db, lab, 1)
  await populate(db, lab.EphysRecording)
  const paramset_desc = 'usual, without the dead and the noisy channel'
  await insertParamSet(db, lab.PreprocessingParamSet, { preprocessing_paramset_idx: 0, paramset_desc, params })
  return lab
}

test('a recording is preprocessed into the noise of its channels and its peaks', async () => {
  await using lab = await open({ ...defaultPreprocessingParameters, excludedChannels: [5, 20] })
  const { db } = lab
  const fractions: number[] = []
  const onEvent = (event: PopulateEvent) => {
    if (event.kind === 'progress') fractions.push(event.fraction)
  }
  expect(await populate(db, lab.Preprocessing, { onEvent })).toMatchObject({ made: 1, failed: [] })
  expect(fractions.at(-1)).toBe(1)

  const row = await db(lab.Preprocessing).fetch1()
  const { channels, noise_levels, peak_times, peak_electrodes, peak_depths, peak_amplitudes } = row
  if (!isNdArray(channels, 'int32') || !isNdArray(noise_levels, 'float32')) throw new TypeError('no arrays')
  expect([...channels.data]).toEqual(
    Array.from({ length: 32 }, (_, channel) => channel).filter((channel) => channel !== 5 && channel !== 20),
  )
  expect(noise_levels.shape).toEqual([30])
  // the noise of the simulation is 4 to 6 uV in the band
  expect(noise_levels.data.every((level) => level > 3 && level < 8)).toBe(true)
  if (!isNdArray(peak_times, 'float64') || !isNdArray(peak_electrodes, 'int32')) throw new TypeError('no arrays')
  if (!isNdArray(peak_depths, 'float32') || !isNdArray(peak_amplitudes, 'float32')) throw new TypeError('no arrays')
  for (const array of [peak_times, peak_electrodes, peak_depths, peak_amplitudes])
    expect(array.shape).toEqual([row.peak_count])
  expect(peak_amplitudes.data.every((amplitude) => amplitude < -15)).toBe(true)
  // electrode 100 lies in row 50 of 20 um
  expect(
    peak_depths.data.every((depth, peak) => depth === 20 * Math.floor((peak_electrodes.data[peak] ?? 0) / 2)),
  ).toBe(true)

  const { units }: { units: { y: number; spikeSamples: number[] }[] } = JSON.parse(
    await readFile(join(demoSession, 'ground_truth.json'), 'utf8'),
  )
  const isFound = (sample: number, depth: number): boolean =>
    peak_times.data.some(
      (time, peak) =>
        Math.abs(time - sample / 30000) <= 0.0004 && Math.abs((peak_depths.data[peak] ?? 0) - depth) <= 75,
    )
  const spikes = units.flatMap(({ y, spikeSamples }) => spikeSamples.map((sample) => ({ sample, y })))
  const found = spikes.filter(({ sample, y }) => isFound(sample, y))
  expect(found.length / spikes.length).toBeGreaterThan(0.95)
})

test('parameters that are none are refused by name before the recording is opened', async () => {
  await using lab = await open({ chain: { steps: [{ step: 'band-pass', low: 300, high: 200 }] } })
  await expect(populate(lab.db, lab.Preprocessing)).rejects.toMatchObject({
    code: 'invalid-parameter',
    parameter: 'steps[0].low',
  })
})

test('parameters of an earlier version are refused with what to do', async () => {
  await using lab = await open({ bandPass: { low: 300, high: 6000, order: 5 }, detect: { threshold: 5 } })
  await expect(populate(lab.db, lab.Preprocessing)).rejects.toMatchObject({ code: 'invalid-preprocessing-parameters' })
})

test('channels that the recording does not have cannot be left out', async () => {
  await using lab = await open({ ...defaultPreprocessingParameters, excludedChannels: [32] })
  await expect(populate(lab.db, lab.Preprocessing)).rejects.toMatchObject({
    code: 'invalid-excluded-channels',
    found: [32],
  })
})

test('an abort leaves no row, and the next populate makes it', async () => {
  await using lab = await open(defaultPreprocessingParameters)
  const controller = new AbortController()
  const onEvent = (event: PopulateEvent) => {
    if (event.kind === 'progress') controller.abort(new Error('enough'))
  }
  await expect(populate(lab.db, lab.Preprocessing, { signal: controller.signal, onEvent })).rejects.toThrow('enough')
  expect(await lab.db(lab.Preprocessing).count()).toBe(0)
  expect(await populate(lab.db, lab.Preprocessing)).toMatchObject({ made: 1 })
})
