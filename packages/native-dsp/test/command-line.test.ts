import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { openRecording } from '@neurojoint/formats/recording'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { chains, loadDsp, through, writeSimulatedRun } from '../src/index.ts'
import { runCommandLine } from '../src/cli/run.ts'

let folder = ''
let run = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neurojoint-cli-'))
  const dsp = await loadDsp()
  for (const probe of [0, 1])
    await writeSimulatedRun(dsp, { folder, name: 'mouse', probe, simulation: { seed: probe, durationSeconds: 1 } })
  run = join(folder, 'mouse_g0')
}, 60_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

/** What a command line prints, and its exit code. */
async function command(...argv: readonly string[]) {
  const printed = { out: '', error: '' }
  const code = await runCommandLine(argv, {
    out: { write: (text) => (printed.out += text) },
    error: { write: (text) => (printed.error += text) },
    signal: new AbortController().signal,
  })
  return { ...printed, code }
}

test('a run of two probes becomes a folder for each, which open like any recording and hold what `through` shows', async () => {
  const out = join(folder, 'out')
  const { code, out: text, error } = await command(run, '--chain', 'neurojoint', '--out', out, '--peaks', '--noise')
  expect({ code, error }).toEqual({ code: 0, error: '' })
  expect((await readdir(out)).toSorted()).toEqual(['mouse_g0_imec0', 'mouse_g0_imec1'])
  expect(text).toContain('times real time')
  const probe = join(run, 'mouse_g0_imec1')
  const [source, written] = [await openRecording(probe), await openRecording(join(out, 'mouse_g0_imec1'))]
  const filtered = await through(source, chains.neurojoint)
  const range = { start: 19_000, end: 19_300 }
  expect(Buffer.from((await written.traces(range)).buffer)).toEqual(Buffer.from((await filtered.traces(range)).buffer))
  for (const recording of [filtered, written, source]) await recording.close()
}, 60_000)

test('a dry run tells what it would do, and writes nothing', async () => {
  const out = join(folder, 'dry')
  const { code, out: text } = await command(run, '--chain', 'catgt', '--out', out, '--dry-run')
  expect(code).toBe(0)
  expect(text).toContain('catgt: phase-shift, catgt-butterworth, common-reference')
  expect(text).toMatch(/would write 23\.1 MB in about/)
  await expect(readdir(out)).rejects.toMatchObject({ code: 'ENOENT' })
}, 60_000)

test('a chain in a file, some channels of a stretch, and a report as data', async () => {
  const path = join(folder, 'chain.json')
  await writeFile(path, JSON.stringify({ steps: [{ step: 'high-pass', cutoff: 500 }] }))
  const out = join(folder, 'part')
  const probe = join(run, 'mouse_g0_imec0')
  const stretch = ['--start', '0.25', '--end', '0.75', '--channels', '0-9,20']
  const { code, out: text } = await command(probe, '--chain', path, '--out', out, ...stretch, '--json')
  expect(code).toBe(0)
  const [report] = JSON.parse(text)
  expect(report).toMatchObject({ source: probe, target: out, chain: { steps: [{ step: 'high-pass', cutoff: 500 }] } })
  expect(report.bytes).toBe(15_000 * 12 * 2)
  const written = await openRecording(out)
  expect([written.channels.length, written.segments[0]?.frames]).toEqual([11, 15_000])
  await written.close()
}, 60_000)

test('whatever the interface finds is asked for here too; without a folder nothing is written', async () => {
  const path = join(folder, 'spikes.json')
  await writeFile(path, JSON.stringify({ steps: [{ step: 'high-pass' }] }))
  const argv = [join(run, 'mouse_g0_imec0'), '--chain', path, '--no-out', '--end', '0.3', '--json']
  const before = await readdir(folder)
  const found = async (...more: readonly string[]) => JSON.parse((await command(...argv, ...more)).out)[0]
  const usual = await found('--peaks', '--rms', '--noise')
  expect(usual).toMatchObject({ target: null, files: [], bytes: 0, frames: 9000 })
  expect([usual.rms.length, usual.noiseLevels.length]).toEqual([384, 384])
  const clear = await found('--peak-threshold', '8', '--peak-sign', 'negative', '--peak-radius', '60')
  expect(clear.peaks).toBeGreaterThan(0)
  expect(clear.peaks).toBeLessThan(usual.peaks)
  expect((await found('--locate-radius', '0', '--peak-exclusion', '0.0005')).peaks).toBe(usual.peaks)
  expect(await found()).toMatchObject({ peaks: null, rms: null, noiseLevels: null })
  expect(await readdir(folder)).toEqual(before)
}, 60_000)

test('gates that lie in one folder are a recording each, folders of one name keep their place', async () => {
  const session = join(folder, 'session')
  const meta = await readFile(join(run, 'mouse_g0_imec0/mouse_g0_t0.imec0.ap.meta'), 'utf8')
  const short = meta
    .replace(/fileSizeBytes=\d+/, `fileSizeBytes=${2 * 385 * 300}`)
    .replace(/fileTimeSecs=.*/, 'fileTimeSecs=0.01')
  for (const name of [
    'one/mouse_g0_t0',
    'one/mouse_g1_t0',
    'a/probe/late_g0_t0',
    'a/probe/late_g0_t1',
    'b/probe/late_g0_t0',
  ]) {
    await mkdir(dirname(join(session, name)), { recursive: true })
    await writeFile(join(session, `${name}.imec0.ap.meta`), short)
    await writeFile(join(session, `${name}.imec0.ap.bin`), new Int16Array(385 * 300))
  }
  const path = join(folder, 'shift.json')
  await writeFile(path, JSON.stringify({ steps: [{ step: 'phase-shift' }] }))
  const out = join(folder, 'session-out')
  const cut = join(session, 'b/probe/late_g0_t0.imec0.ap.bin')
  await truncate(cut, 1000)
  const argv = [session, '--chain', path, '--out', out]
  const partly = await command(...argv)
  expect(partly).toMatchObject({ code: 1, error: `1 of 4 failed: ${join(session, 'b/probe')}\n` })
  expect(partly.out).toContain('1000 bytes')
  const told = await command(...argv, '--overwrite', '--json')
  expect(JSON.parse(told.out)[1]).toMatchObject({ error: { code: 'file-truncated', path: cut, bytes: 1000 } })
  await truncate(cut, 2 * 385 * 300)
  const { code, error } = await command(...argv, '--overwrite')
  expect({ code, error }).toEqual({ code: 0, error: '' })
  const written = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.bin'))
  expect(written.toSorted()).toEqual([
    'a/probe/late_g0_t0.imec0.ap.bin',
    'a/probe/late_g0_t1.imec0.ap.bin',
    'b/probe/late_g0_t0.imec0.ap.bin',
    'one/mouse_g0_t0.imec0.ap.bin',
    'one/mouse_g1_t0.imec0.ap.bin',
  ])
}, 60_000)

test('what cannot be meant ends with 2 and says what is wrong, what fails ends with 1', async () => {
  const to = ['--out', join(folder, 'nowhere')]
  for (const [argv, said] of [
    [['--chain', 'catgt', ...to], 'No recording is named'],
    [[run, ...to], '--chain is missing'],
    [[run, '--chain', 'catgt'], '--out is missing'],
    [[run, '--chain', 'katgt', ...to], 'neurojoint, catgt, ibl'],
    [[run, '--chain', 'catgt', ...to, '--threads', '0'], '--threads 0'],
    [[run, '--chain', 'catgt', ...to, '--channels', '5-2'], '5-2'],
    [[run, '--chain', 'catgt', ...to, '--fast'], '--fast'],
    [[run, '--chain', 'catgt', ...to, '--again', '--skip'], 'not both'],
    [[run, '--chain', 'catgt', ...to, '--start', '5', '--end', '4'], '--end 4 does not come after --start 5'],
    [[run, '--chain', 'catgt', ...to, '--no-out'], 'not both'],
    [[run, '--chain', 'catgt', ...to, '--segment', 'first'], '--segment first'],
    [[run, '--chain', 'catgt', ...to, '--peak-threshold', 'high'], 'such as 5.5'],
    [[run, '--chain', 'catgt', ...to, '--peak-sign', 'up'], 'negative or positive or both'],
  ] as const) {
    const { code, error } = await command(...argv)
    expect({ code, said: error.includes(said), error }).toMatchObject({ code: 2, said: true })
  }
  const missing = await command(join(folder, 'missing.ap.bin'), '--chain', 'catgt', ...to)
  expect(missing).toMatchObject({ code: 1, out: '' })
  expect(missing.error).toContain('missing.ap')
  expect((await command('--help')).out).toContain('neurojoint-dsp RECORDING --chain CHAIN --out FOLDER')
})

test('the program itself does not replace unasked what is there', async () => {
  const program = join(import.meta.dirname, '../src/cli/main.ts')
  const out = join(folder, 'program')
  const argv = [program, join(run, 'mouse_g0_imec0'), '--chain', 'ibl', '--out', out, '--end', '0.2']
  const execute = promisify(execFile)
  await execute('node', argv)
  const before = await readFile(join(out, 'mouse_g0_t0.imec0.ap.meta'), 'utf8')
  await expect(execute('node', argv)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('--overwrite') })
  expect(await readFile(join(out, 'mouse_g0_t0.imec0.ap.meta'), 'utf8')).toBe(before)
}, 60_000)

test('peaks are written as a drift raster; steps that are there already are told with the flags that decide', async () => {
  const out = join(folder, 'raster')
  const argv = [join(run, 'mouse_g0_imec0'), '--chain', 'catgt', '--out', out]
  const { code, out: text } = await command(...argv, '--drift-raster')
  expect(code).toBe(0)
  expect(text).toContain('mouse_g0_t0.imec0.ap.drift_raster.npy')
  const again = await command(out, '--chain', 'catgt', '--out', join(folder, 'twice'))
  expect(again.code).toBe(1)
  expect(again.error).toContain('--skip or --again')
}, 60_000)

test('stopped while it works, it ends with 130 and leaves nothing', async () => {
  const out = join(folder, 'stopped')
  const said: string[] = []
  const write = (text: string): void => void said.push(text)
  // sooner than anybody finds the bad channels of a second
  const terminal = { out: { write }, error: { isTTY: true, write }, signal: AbortSignal.timeout(20) }
  const argv = [join(run, 'mouse_g0_imec0'), '--chain', 'neurojoint', '--out', out]
  expect(await runCommandLine(argv, terminal)).toBe(130)
  expect(said.at(-1)).toContain('nothing is left')
  expect(await readdir(out).catch(() => [])).toEqual([])
}, 60_000)
