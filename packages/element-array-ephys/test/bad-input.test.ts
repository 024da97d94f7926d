import { copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { populate } from '@neurojoint/core'
import { findInsertions } from '../src/ephys/index.ts'
import { createProbeType } from '../src/probe/index.ts'
import { demoProbe, demoSession, insertProbe, openLab, openSortedLab } from './lab.ts'

const run = join(demoSession, 'sim_a_g0/sim_a_g0_imec0/sim_a_g0_t0.imec0.ap')

/** A folder with a session of its own, in which `change` spoils the recording. */
async function spoiledSession(change: (path: { meta: string; bin: string }) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  const probe = join(folder, 'run_g0', 'run_g0_imec0')
  await mkdir(probe, { recursive: true })
  const path = { meta: join(probe, 'run_g0_t0.imec0.ap.meta'), bin: join(probe, 'run_g0_t0.imec0.ap.bin') }
  await copyFile(`${run}.meta`, path.meta)
  await copyFile(`${run}.bin`, path.bin)
  await change(path)
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** Populates a spoiled session and, after it, the demo session. */
async function populateBoth(folder: string, serial?: string) {
  await using lab = await openLab(
    [
      { session: 1, folder },
      { session: 2, folder: demoSession },
    ],
    [demoSession, folder],
  )
  const { db } = lab
  await insertProbe(db, lab, 1, serial)
  await insertProbe(db, lab, 2)
  const { failed } = await populate(db, lab.EphysRecording, { onError: 'continue' })
  const made = (await db(lab.EphysRecording).keys()).map(({ session }) => session)
  expect(failed).toHaveLength(1)
  return { made, error: failed[0]?.error }
}

const replaceInMeta =
  (from: RegExp, to: string) =>
  async ({ meta }: { meta: string }) => {
    const text = await readFile(meta, 'utf8')
    expect(from.test(text)).toBe(true)
    await writeFile(meta, text.replace(from, to))
  }

test.each([
  [
    'a meta without fileTimeSecs',
    replaceInMeta(/fileTimeSecs=.*\r\n/, ''),
    { code: 'missing-key', key: 'fileTimeSecs' },
  ],
  [
    'a probe part number that nobody knows',
    replaceInMeta(/imDatPrb_pn=.*/, 'imDatPrb_pn=NP9999'),
    { code: 'unknown-probe', partNumber: 'NP9999' },
  ],
  [
    'a recording that was cut off',
    ({ bin }: { bin: string }) => truncate(bin, 6_435_000),
    { code: 'file-truncated', bytes: 6_435_000, expectedBytes: 12_870_000 },
  ],
  [
    'a recording that ends within a frame',
    async (path: { meta: string; bin: string }) => {
      await truncate(path.bin, 12_869_999)
      await replaceInMeta(/fileSizeBytes=.*/, 'fileSizeBytes=12869999')(path)
    },
    { code: 'ragged-file', bytes: 12_869_999, frameBytes: 66 },
  ],
  ['a recording without its counts', ({ bin }: { bin: string }) => rm(bin), { code: 'missing-file' }],
])('%s is a named error, and the other recording is made', async (_, change, facts) => {
  await using session = await spoiledSession(change)
  const { made, error } = await populateBoth(session.folder)
  expect(error).toMatchObject(facts)
  expect(made).toEqual([2])
})

test('a recording whose probe is not inserted is a named error with the probes that were found', async () => {
  await using session = await spoiledSession(async () => {})
  const { made, error } = await populateBoth(session.folder, '999')
  expect(error).toMatchObject({ code: 'recording-not-found', serialNumber: '999', found: [demoProbe.probe] })
  expect(made).toEqual([2])
})

test('two recordings of one probe in a session are a named error with both', async () => {
  await using session = await spoiledSession(async ({ meta }) => copyFile(meta, meta.replace('_t0', '_t1')))
  const { error } = await populateBoth(session.folder)
  expect(error).toMatchObject({
    code: 'ambiguous-recording',
    paths: { length: 2 },
    message: expect.stringMatching(/_g0.*_tcat/),
  })
})

test('a probe that the database has as another type is a named error', async () => {
  await using lab = await openLab([{ session: 1, folder: demoSession }])
  const { db } = lab
  // a probe of 64 rows; the recording is of rows 50 to 65
  await createProbeType(db, lab, 'NP1200')
  await db(lab.Probe).restrict({ probe: demoProbe.probe }).delete()
  await db(lab.Probe).insert1({ ...demoProbe, probe_type: 'NP1200' })
  await insertProbe(db, lab, 1)
  await expect(populate(db, lab.EphysRecording)).rejects.toMatchObject({
    code: 'probe-mismatch',
    probeType: 'NP1200',
    partNumber: demoProbe.probe_type,
    message: expect.stringContaining('row 64'),
  })
})

test('a session without a folder is a named error', async () => {
  await using session = await spoiledSession(async () => {})
  const { error } = await populateBoth(join(session.folder, 'nowhere'))
  expect(error).toMatchObject({ code: 'directory-unreadable' })
})

test('a session outside of the data directories is a named error', async () => {
  await using session = await spoiledSession(async () => {})
  await using lab = await openLab([{ session: 1, folder: session.folder }])
  await insertProbe(lab.db, lab, 1)
  await expect(populate(lab.db, lab.EphysRecording)).rejects.toMatchObject({ code: 'outside-data-directories' })
})

test('an output folder of Kilosort without one of its files is a named error', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
  await cp(join(demoSession, 'kilosort4'), folder, { recursive: true })
  await rm(join(folder, 'templates.npy'))
  await using lab = await openSortedLab(folder)
  await expect(populate(lab.db, lab.Clustering)).rejects.toMatchObject({ code: 'missing-file', file: 'templates.npy' })
  await rm(folder, { recursive: true })
})

test('the insertions of a session are found by its recordings, with what cannot be read', async () => {
  await using session = await spoiledSession(replaceInMeta(/fileTimeSecs=.*\r\n/, ''))
  await symlink(join(demoSession, 'sim_a_g0'), join(session.folder, 'sim_a_g0'))
  const { probes, insertions, problems } = await findInsertions(session.folder)
  expect(probes).toEqual([demoProbe])
  expect(insertions).toEqual([{ insertion_number: 0, probe: demoProbe.probe }])
  expect(problems).toMatchObject([
    { path: expect.stringContaining('run_g0_t0.imec0.ap.meta'), error: { code: 'missing-key' } },
  ])
})
