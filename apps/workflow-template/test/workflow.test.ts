import { access, cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDsp, writeSimulatedRun } from '@neurojoint/native-dsp'
import { startMariadb } from '@neurojoint/servers'
import { describe, expect, test } from 'vitest'
import { startProgram } from './program.ts'

const fixture = join(import.meta.dirname, '../../../fixtures/demo-session')
const userData = join(import.meta.dirname, '../user_data')

/** A lab's folders: one session with its sort, and whatever a test adds. */
async function openLab(): Promise<{ home: string; [Symbol.asyncDispose]: () => Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'neurojoint-lab-'))
  await cp(userData, join(home, 'csv'), { recursive: true })
  await cp(join(fixture, 'sim_a_g0'), join(home, 'raw/subject6/session1/sim_a_g0'), { recursive: true })
  await cp(join(fixture, 'kilosort4'), join(home, 'processed/subject6/session1/probe_0/kilosort4_0'), {
    recursive: true,
  })
  return { home, [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) }
}

const run = (home: string, database: Readonly<Record<string, string>> = {}) =>
  startProgram('run.ts', { NEUROJOINT_HOME: home, NEUROJOINT_CSV: join(home, 'csv'), ...database })

const show = async (home: string, table: string): Promise<string> =>
  (await startProgram('run.ts', { NEUROJOINT_HOME: home }, ['show', table]).ended).output

describe('a lab', () => {
  test(
    'runs its workflow, which names what is wrong, does the rest, and goes on when that is mended',
    { timeout: 120_000 },
    async () => {
      await using lab = await openLab()
      const first = await run(lab.home).ended
      expect(first.output).toContain('subject5/session1: [no-recording] There is no SpikeGLX run')
      expect(first.output).toMatch(/WaveformSet +1 made/)
      expect(first.exitCode).toBe(1)

      await writeSimulatedRun(await loadDsp(), {
        folder: join(lab.home, 'raw/subject5/session1'),
        name: 'late',
        simulation: { seed: 3, durationSeconds: 0.5, units: 5 },
      })
      const second = await run(lab.home).ended
      expect(second.output).toContain('1 new session, 1 known.')
      expect(second.output).toMatch(/Preprocessing +1 made/)
      expect(second.output).toMatch(/WaveformSet +up to date/)
      expect(second.exitCode).toBe(0)

      const third = await run(lab.home).ended
      expect(third.output).toContain('0 new sessions, 2 known.')
      expect(third.output).not.toMatch(/ made/)
      expect(await show(lab.home, 'ephys.CuratedClustering.Unit')).toContain('7 rows')
    },
  )

  test(
    'is told what is wrong with a recording; that one is left out, the others are made',
    { timeout: 120_000 },
    async () => {
      await using lab = await openLab()
      const { binPath } = await writeSimulatedRun(await loadDsp(), {
        folder: join(lab.home, 'raw/subject5/session1'),
        name: 'cut',
        simulation: { seed: 3, durationSeconds: 0.5, units: 5 },
      })
      await truncate(binPath, 770 * 1000)
      await rm(join(lab.home, 'processed/subject6/session1/probe_0/kilosort4_0/spike_times.npy'))
      const { output, exitCode } = await run(lab.home).ended
      expect(output).toContain('[file-truncated]')
      expect(output).toMatch(/\[missing-file\].*spike_times\.npy/)
      expect(output).toMatch(/EphysRecording +1 made, 1 failed/)
      expect(output).toMatch(/Preprocessing +1 made/)
      expect(exitCode).toBe(1)
    },
  )

  test('gets the probe of a known session once its files are mended', { timeout: 120_000 }, async () => {
    await using lab = await openLab()
    const dsp = await loadDsp()
    const simulate = (probe: number) =>
      writeSimulatedRun(dsp, {
        folder: join(lab.home, 'raw/subject5/session1'),
        name: 'two',
        probe,
        serialNumber: `1800${probe}`,
        simulation: { seed: 3, durationSeconds: 0.2, units: 5 },
      })
    await simulate(0)
    const { metaPath } = await simulate(1)
    const meta = await readFile(metaPath, 'utf8')
    await writeFile(metaPath, meta.replace(/^fileTimeSecs.*/m, ''))
    const first = await run(lab.home).ended
    expect(first.output).toMatch(/EphysRecording +2 made/)
    expect(first.output).toMatch(/subject5\/session1: \[missing-key\] `fileTimeSecs`/)
    const second = await run(lab.home).ended
    expect(second.output).toMatch(/subject5\/session1: \[missing-key\] `fileTimeSecs`/)

    await writeFile(metaPath, meta)
    const { output, exitCode } = await run(lab.home).ended
    expect(output).toMatch(/EphysRecording +1 made/)
    expect(output).toContain('0 new sessions, 2 known.')
    expect(exitCode).toBe(0)
    expect(await show(lab.home, 'ProbeInsertion')).toContain('3 rows')
  })

  test('is told which line of a list is wrong, and nothing of it is taken in', async () => {
    await using lab = await openLab()
    await writeFile(
      join(lab.home, 'csv/subjects.csv'),
      'subject,sex,subject_birth_date,subject_description\nm1,X,2020-01-01,\n',
    )
    const { output, exitCode } = await run(lab.home).ended
    expect(output).toMatch(/subjects\.csv: line 2 has the sex `X`/)
    expect(exitCode).toBe(1)
    expect(await show(lab.home, 'Subject')).toContain('0 rows')

    await writeFile(
      join(lab.home, 'csv/subjects.csv'),
      'subject,sex,subject_birth_date,subject_description\nm1,M,2020-01-01,\n\nm2,M,01.02.2020,\n',
    )
    expect((await run(lab.home).ended).output).toMatch(/subjects\.csv: line 4: .*01\.02\.2020/)
  })

  test('is told which sessions of its list cannot be', { timeout: 120_000 }, async () => {
    await using lab = await openLab()
    await cp(join(lab.home, 'raw/subject6/session1'), join(lab.home, 'raw/subject6/copy'), { recursive: true })
    const sessions = [
      'subject6,./subject6//session1/,,',
      'subject6,subject6/copy,,User1',
      'subject6,,,User1',
      ',subject6/copy,,User1',
      'subject6,..,,User1',
      'subject6,.,,User1',
      `subject6,${join(lab.home, 'raw/subject6/session1')},,User1`,
      'subject5,subject6/copy,,nobody',
    ]
    await writeFile(
      join(lab.home, 'csv/sessions.csv'),
      ['subject,session_dir,session_note,user', ...sessions, ''].join('\n'),
    )
    const { output } = await run(lab.home).ended
    expect(output).toContain('1 new session, 1 known.')
    expect(output).toMatch(/subject6\/copy: \[session-taken\] .* in subject6\/session1,/)
    expect(output).toMatch(/\[invalid-csv\] .*line 4 has no session_dir/)
    expect(output).toMatch(/\[invalid-csv\] .*line 5 has no subject/)
    expect(output).toMatch(/ {2}\.\.: \[outside-data\]/)
    expect(output).toMatch(/ {2}\.: \[outside-data\]/)
    expect(output).toMatch(/\[missing-parent-row\] .*nobody/)
    expect(await show(lab.home, 'session.Session')).toContain('1 row')
  })

  test('is told of folders and databases that are not there, and none is made in their place', async () => {
    await using lab = await openLab()
    const disk = join(lab.home, 'disk')
    const unmounted = await run(lab.home, { NEUROJOINT_DATA: disk }).ended
    expect(unmounted).toMatchObject({ exitCode: 1 })
    expect(unmounted.output).toMatch(/^\[unusable-folder\] .*disk is not there.* NEUROJOINT_DATA\.\s*$/m)
    await expect(access(disk)).rejects.toThrow('ENOENT')

    const closed = await run(lab.home, { NEUROJOINT_DATABASE: 'mariadb://root:x@127.0.0.1:1' }).ended
    expect(closed.output).toMatch(/^\[database-unavailable\] .*127\.0\.0\.1:1.*$/m)
    const unknown = await run(lab.home, { NEUROJOINT_DATABASE: 'oracle://root:x@127.0.0.1' }).ended
    for (const { output } of [unmounted, closed]) expect(output).not.toContain('    at ')
    expect(unknown.output).toMatch(/^\[invalid-settings\] NEUROJOINT_DATABASE.*oracle.*$/m)
  })

  test('may stop the workflow at any moment; it ends soon and goes on next time', { timeout: 120_000 }, async () => {
    await using lab = await openLab()
    await mkdir(join(lab.home, 'raw/subject5/session1'), { recursive: true })
    await writeSimulatedRun(await loadDsp(), {
      folder: join(lab.home, 'raw/subject5/session1'),
      name: 'long',
      simulation: { seed: 3, durationSeconds: 4 },
    })
    const program = run(lab.home)
    await program.printed('EphysRecording')
    program.interrupt()
    const stopped = await program.ended
    expect(stopped.exitCode).toBe(130)
    expect(stopped.output).toContain('Stopped.')
    const next = await run(lab.home).ended
    expect(next.output).toMatch(/Preprocessing +[12] made/)
    expect(next.exitCode).toBe(0)
  })

  test('may keep its tables on a MariaDB server', { timeout: 180_000 }, async () => {
    await using lab = await openLab()
    await using server = await startMariadb()
    const { user, password, host, port } = server.settings
    const database = { NEUROJOINT_DATABASE: `mariadb://${user}:${password}@${host}:${port}` }
    const first = await run(lab.home, database).ended
    expect(first.output).toMatch(/WaveformSet +1 made/)
    const second = await run(lab.home, database).ended
    expect(second.output).toMatch(/WaveformSet +up to date/)
    expect(second.output).not.toMatch(/ made/)
  })
})
