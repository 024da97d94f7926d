import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findSpikeGlxRuns } from './index.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runs-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('runs are found below a folder, sorted by run, gate, trigger and probe', async () => {
  const names = [
    'b_g0/b_g0_imec10/b_g0_t0.imec10.ap.meta',
    'b_g0/b_g0_imec2/b_g0_t0.imec2.ap.meta',
    'b_g0/b_g0_imec2/b_g0_t0.imec2.lf.meta',
    'b_g0/b_g0_t0.nidq.meta',
    'a/my_g0_run_g1_tcat.imec0.ap.meta',
    'a/my_g0_run_g1_t2.imec0.ap.meta',
    'a/my_g0_run_g1_t10.imec0.ap.meta',
    'old/phase3a_g0_t0.imec.ap.meta',
    'odd_imec3/odd.imec.ap.meta',
  ]
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), '')
  }
  // a link back up must not be followed for ever, a broken one not at all
  await symlink(folder, join(folder, 'a', 'loop'))
  await symlink(join(folder, 'gone'), join(folder, 'a', 'broken'))
  const runs = await findSpikeGlxRuns(folder)
  expect(
    runs.map(({ run, gate, trigger, probeNumber, insertionNumber }) => [
      run,
      gate,
      trigger,
      probeNumber,
      insertionNumber,
    ]),
  ).toEqual([
    ['b', 0, 0, 2, 2],
    ['b', 0, 0, 10, 10],
    ['my_g0_run', 1, 2, 0, 0],
    ['my_g0_run', 1, 10, 0, 0],
    ['my_g0_run', 1, 'cat', 0, 0],
    ['odd', null, null, 3, 3],
    ['phase3a', 0, 0, null, 0],
  ])
  expect(runs[0]?.path).toBe(join(folder, 'b_g0/b_g0_imec2/b_g0_t0.imec2.ap.meta'))
})

test('a folder without runs gives none', async () => {
  expect(await findSpikeGlxRuns(await mkdtemp(join(folder, 'empty-')))).toEqual([])
})

test('a folder that is not there is refused', async () => {
  await expect(findSpikeGlxRuns(join(folder, 'gone'))).rejects.toMatchObject({ code: 'missing-file', file: 'gone' })
})
