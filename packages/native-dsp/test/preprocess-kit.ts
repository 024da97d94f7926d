import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { bytesOf, formatNpy, ndarray, readNpy } from '@neurojoint/arrays'
import { openRecording } from '@neurojoint/formats/recording'
import type { Recording } from '@neurojoint/formats/recording'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chains } from '../src/chain/named.ts'
import type { Chain } from '../src/chain/steps.ts'
import type { Dsp } from '../src/dsp.ts'
import { planPreprocessing } from '../src/preprocess/plan-preprocessing.ts'
import { preprocess } from '../src/preprocess/preprocess.ts'
import { through } from '../src/preprocess/through.ts'

const fixtures = new URL('../../../fixtures/', import.meta.url)
const demo = new URL('demo-session/sim_a_g0/sim_a_g0_imec0/sim_a_g0_t0.imec0.ap', fixtures).pathname
const columns = 33
const frames = 12_000

/** Filter, shift, bad channels that are known, and median: nothing has to be measured. */
const chain: Chain = {
  name: 'test',
  steps: [
    { step: 'band-pass', low: 300, high: 6000, order: 3 },
    { step: 'phase-shift' },
    { step: 'bad-channels', method: 'given', channels: [5, 20] },
    { step: 'common-reference' },
  ],
}

/** What both implementations do from file to file, and for viewers. */
export function testPreprocess(dsp: Dsp): void {
  let root = ''
  let metaPath = ''
  let source = new Int16Array()

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'neurojoint-preprocess-'))
    const folder = join(root, 'run_g0_imec0')
    await mkdir(folder)
    source = await readWords(`${demo}.bin`, frames * columns)
    await writeFile(join(folder, 'run_g0_t0.imec0.ap.bin'), bytesOf(source))
    const meta = (await readFile(`${demo}.meta`, 'utf8'))
      .replace(/fileSizeBytes=\d+/, `fileSizeBytes=${2 * frames * columns}`)
      .replace(/fileTimeSecs=[\d.]+/, `fileTimeSecs=${frames / 30_000}`)
    metaPath = join(folder, 'run_g0_t0.imec0.ap.meta')
    await writeFile(metaPath, meta)
  })
  afterAll(() => rm(root, { recursive: true }))

  let targets = 0
  const newTarget = (): string => join(root, `out${++targets}`)

  describe(`${dsp.implementation}: from file to file`, { timeout: 30_000 }, () => {
    test('the result is a SpikeGLX recording that says what was done, with the sync word untouched', async () => {
      const target = newTarget()
      const fractions: number[] = []
      const report = await preprocess(join(root, 'run_g0_imec0'), target, chain, {
        dsp,
        onProgress: (fraction) => fractions.push(fraction),
      })
      expect(fractions.at(-1)).toBe(1)
      expect(report).toMatchObject({
        implementation: dsp.implementation,
        frames,
        bytes: 2 * frames * columns,
        skipped: [],
      })
      expect(report.files.map((path) => basename(path))).toEqual([
        'run_g0_t0.imec0.ap.bin',
        'run_g0_t0.imec0.ap.meta',
        'run_g0_t0.imec0.ap.preprocessing.json',
      ])
      expect((await readdir(target)).toSorted()).toEqual(report.files.map((path) => basename(path)).toSorted())
      const words = await readWords(report.files[0] ?? '', frames * columns)
      expect(isEqual(everyWord(words, 32, columns), everyWord(source, 32, columns))).toBe(true)
      expect(isEqual(everyWord(words, 3, columns), everyWord(source, 3, columns))).toBe(false)

      const result = await openRecording(target)
      expect(result.applied?.map(({ step }) => step)).toEqual([
        'band-pass',
        'phase-shift',
        'bad-channels',
        'common-reference',
        'rounding',
      ])
      expect(result.applied?.[2]?.details).toMatch(/given=AP105 given=AP120$/)
      expect(result.channels).toEqual((await openRecording(metaPath)).channels)
      await expect(preprocess(result, newTarget(), chain, { dsp })).rejects.toMatchObject({ code: 'already-applied' })
      const again = await preprocess(result, null, chain, { dsp, alreadyApplied: 'skip' })
      expect(again.chain.steps.map(({ step }) => step)).toEqual(['bad-channels'])
      await result.close()

      const provenance = JSON.parse(await readFile(report.files.at(-1) ?? '', 'utf8'))
      expect(provenance).toMatchObject({
        format: 'neurojoint-preprocessing',
        chain: { name: 'test', rounding: 'half-even' },
        badChannels: [
          { channel: 5, label: 'given' },
          { channel: 20, label: 'given' },
        ],
        plan: { samplingRate: 30_000, temporal: { taps: 16 } },
      })
    })

    test('viewers see the file to the bit, whatever they ask for', async () => {
      const target = newTarget()
      await preprocess(metaPath, target, chain, { dsp, threads: 2 })
      const [recording, result] = [await openRecording(metaPath), await openRecording(target)]
      const filtered = await through(recording, chain, { dsp })
      for (const range of [
        { start: 0, end: frames },
        { start: 0, end: 1 },
        { start: 7777, end: 9001 },
        { start: 8_000, end: 9_000, channels: [31, 0, 5] },
        { start: frames - 3, end: frames, channels: [20] },
        { start: 500, end: 500 },
      ])
        expect(isEqual(await filtered.traces(range), await result.traces(range))).toBe(true)
      expect(filtered).toMatchObject({ kind: 'recording', samplingRate: 30_000, location: null })
      expect(filtered.applied?.map(({ step }) => step)).toContain('band-pass')
      await filtered.close()
      // the recording under it stays open
      expect(await recording.traces({ start: 0, end: 1, channels: [0] })).toHaveLength(1)
      await Promise.all([recording.close(), result.close()])
    })

    test('a part of channels and time is that part of the whole', async () => {
      const [whole, part] = [newTarget(), newTarget()]
      await preprocess(metaPath, whole, chain, { dsp })
      const range = { start: 4000, end: 11_345 }
      const { files } = await preprocess(metaPath, part, chain, { dsp, ...range, channels: [9, 2, 2, 30] })
      const [all, some] = [await openRecording(whole), await openRecording(part)]
      expect(some.segments).toEqual([{ frames: 7345, startSeconds: 0 }])
      expect(some.channels.map(({ acquisitionIndex }) => acquisitionIndex)).toEqual([102, 109, 130])
      const [ours, theirs] = [
        await some.traces({ start: 0, end: 7345 }),
        await all.traces({ ...range, channels: [2, 9, 30] }),
      ]
      expect(isEqual(ours, theirs)).toBe(true)
      const meta = await readFile(files[1] ?? '', 'utf8')
      expect(meta).toMatch(/nSavedChans=4\r\n/)
      expect(meta).not.toContain('fileSHA1')
      await Promise.all([all.close(), some.close()])
    })

    test('findings come beside the frames, and without them', async () => {
      const target = newTarget()
      const outputs = { noiseLevels: true, rms: true, saturation: true, driftRaster: true }
      const report = await preprocess(metaPath, target, chain, { dsp, outputs })
      const bare = await preprocess(metaPath, null, chain, { dsp, outputs })
      expect([bare.files, bare.bytes]).toEqual([[], 0])
      expect(report.noiseLevels).toHaveLength(32)
      // 7 uV of noise in the whole band; 2.34 uV per count
      expect(report.noiseLevels?.every((level) => level > 1 && level < 12)).toBe(true)
      expect(report.rms?.every((level) => level > 1 && level < 30)).toBe(true)
      const { peaks } = report
      expect(peaks?.sampleIndex.length).toBeGreaterThan(50)
      expect(peaks?.amplitude.every((amplitude) => amplitude < -10)).toBe(true)
      expect(peaks?.location?.every((place) => place >= 0 && place < 2000)).toBe(true)
      expect(isEqual(bare.noiseLevels ?? [], report.noiseLevels ?? [1])).toBe(true)
      for (const name of ['sampleIndex', 'channel', 'amplitude', 'segment', 'location'] as const)
        expect(isEqual(bare.peaks?.[name] ?? [], peaks?.[name] ?? [1])).toBe(true)
      const stored = await readNpy(join(target, 'run_g0_t0.imec0.ap.peaks.sample_index.npy'))
      expect(isEqual(Array.from(stored.data, Number), peaks?.sampleIndex ?? [])).toBe(true)
      expect((await readNpy(join(target, 'run_g0_t0.imec0.ap.peaks.location.npy'))).shape).toEqual([
        stored.data.length,
        2,
      ])
      const raster = await readNpy(join(target, 'run_g0_t0.imec0.ap.drift_raster.npy'))
      expect(raster.shape).toEqual([stored.data.length, 3])
      expect(Array.from(raster.data, Number).slice(0, 3)).toEqual([
        (peaks?.sampleIndex[0] ?? 0) / 30_000,
        peaks?.location?.[1],
        peaks?.amplitude[0],
      ])
      expect((await readNpy(join(target, 'run_g0_t0.imec0.ap.masked.npy'))).shape).toEqual([0, 3])
    })

    test('channels that are bad and stay so have no peaks', async () => {
      const steps = chain.steps.map((step) =>
        step.step === 'bad-channels' ? ({ ...step, action: 'exclude' } as const) : step,
      )
      const { peaks, good } = await preprocess(metaPath, null, { steps }, { dsp, outputs: { peaks: {} } })
      expect(good).toHaveLength(30)
      expect(new Set(peaks?.channel).size).toBeGreaterThan(10)
      expect([5, 20].some((channel) => peaks?.channel.includes(channel))).toBe(false)
    })

    test('a dry run names everything and writes nothing', async () => {
      const target = newTarget()
      const plan = await planPreprocessing(metaPath, target, chain, { dsp, channels: [0, 1] })
      expect(plan).toMatchObject({ implementation: dsp.implementation, frames, bytes: 2 * frames * 3 })
      expect(plan.target.files.map(({ binPath }) => basename(binPath))).toEqual(['run_g0_t0.imec0.ap.bin'])
      expect(plan.estimatedSeconds).toBeGreaterThan(0)
      expect(plan.memoryBytes).toBeGreaterThan(0)
      await expect(readdir(target)).rejects.toMatchObject({ code: 'ENOENT' })
    })
  })

  describe(`${dsp.implementation}: named chains`, { timeout: 30_000 }, () => {
    // the native implementation has no spectral stage yet
    const named = Object.entries(chains).filter(([name]) => name !== 'catgt' || dsp.implementation === 'typescript')
    test.each(named)('%s runs, finds the dead and the noisy channel, and is told in the meta', async (name, own) => {
      const target = newTarget()
      const report = await preprocess(metaPath, target, own, { dsp })
      const bad = [
        { channel: 5, label: 'dead' },
        { channel: 20, label: 'noisy' },
      ]
      expect(report.badChannels).toEqual(name === 'catgt' ? [] : bad)
      const result = await openRecording(target)
      expect(result.applied?.map(({ step }) => step).slice(0, -1)).toEqual(own.steps.map(({ step }) => step))
      const traces = await result.traces({ start: 10_000, end: 10_500 })
      expect(traces.some((count) => count !== 0)).toBe(true)
      await result.close()
    })
  })

  describe(`${dsp.implementation}: what is measured for a chain`, { timeout: 30_000 }, () => {
    test('whitens to one size and no correlation, and keeps the matrix', async () => {
      const recording = await openRecording(metaPath)
      const filtered = await through(
        recording,
        {
          steps: [
            { step: 'high-pass' },
            { step: 'bad-channels', method: 'given', channels: [5, 20], action: 'exclude' },
            { step: 'whiten', scale: 50 },
          ],
        },
        { dsp },
      )
      const traces = await filtered.traces({ start: 0, end: frames, channels: [3, 4, 6] })
      const covariance = (a: number, b: number): number =>
        Array.from(
          { length: frames },
          (_, frame) => (traces[3 * frame + a] ?? 0) * (traces[3 * frame + b] ?? 0),
        ).reduce((sum, product) => sum + product / frames, 0)
      for (const place of [0, 1, 2]) expect(Math.abs(covariance(place, place) / 2500 - 1)).toBeLessThan(0.05)
      expect(Math.abs(covariance(0, 1)) / 2500).toBeLessThan(0.02)
      expect(Math.abs(covariance(1, 2)) / 2500).toBeLessThan(0.02)
      expect(filtered.resolution.plan.spatial).toMatchObject([{ purpose: 'whiten' }])
      await Promise.all([filtered.close(), recording.close()])
    })

    test('refuses to whiten by fewer frames than channels', async () => {
      const recording = await openRecording(metaPath)
      const short: Recording = { ...recording, segments: [{ frames: 7, startSeconds: 0 }] }
      const whitening = through(short, { steps: [{ step: 'whiten' }] }, { dsp })
      await expect(whitening).rejects.toMatchObject({ code: 'invalid-parameter', parameter: 'whiten' })
      await recording.close()
    })

    test('estimates motion in a pass of its own; a recording of some tenths of a second stands still', async () => {
      const recording = await openRecording(metaPath)
      const steps: Chain['steps'] = [...chain.steps, { step: 'motion-correction' }]
      const filtered = await through(recording, { steps }, { dsp })
      expect(filtered.resolution.plan.spatial.at(-1)).toMatchObject({
        kind: 'motion-correction',
        motion: [{ displacement: [0] }],
      })
      expect(await filtered.traces({ start: 0, end: 10 })).toHaveLength(320)
      await Promise.all([filtered.close(), recording.close()])
    })
  })

  describe(`${dsp.implementation}: other formats`, { timeout: 30_000 }, () => {
    test('recordings of several files become plain files that are opened as one recording', async () => {
      const node = join(root, 'Record Node 111')
      await cp(new URL('openephys/sim_a/', fixtures), node, { recursive: true })
      const lengths = [5000, 4000]
      for (const [index, length] of lengths.entries()) {
        const folder = join(node, `experiment1/recording${index + 1}/continuous/Neuropix-PXI-106.ProbeA-AP`)
        await mkdir(folder, { recursive: true })
        const words = Int16Array.from(
          { length: length * 32 },
          (_, word) => 12 * (source[Math.floor(word / 32) * columns + (word % 32)] ?? 0),
        )
        await writeFile(join(folder, 'continuous.dat'), bytesOf(words))
        // in the second, packets are lost after 2000 frames
        const number = (frame: number) => 30_000 * index + frame + (index === 1 && frame >= 2000 ? 100 : 0)
        const numbers = BigInt64Array.from({ length }, (_, frame) => BigInt(number(frame)))
        await writeFile(join(folder, 'sample_numbers.npy'), formatNpy(ndarray(numbers)))
      }
      const target = newTarget()
      const report = await preprocess(node, target, chain, { dsp, outputs: { peaks: {} } })
      const name = 'Neuropix-PXI-106.ProbeA-AP'
      expect(report.files.slice(0, 3).map((path) => basename(path))).toEqual([
        `${name}.1.bin`,
        `${name}.2.bin`,
        `${name}.json`,
      ])
      expect(report.frames).toBe(9000)
      const [recording, result] = [await openRecording(node), await openRecording(report.files[2] ?? '')]
      expect(result).toMatchObject({ format: 'plain', segments: recording.segments, channels: recording.channels })
      expect(result.applied?.at(0)).toMatchObject({ step: 'band-pass' })
      const filtered = await through(recording, chain, { dsp })
      for (const [segment, { frames: length }] of recording.segments.entries())
        expect(
          isEqual(
            await filtered.traces({ segment, start: 0, end: length }),
            await result.traces({ segment, start: 0, end: length }),
          ),
        ).toBe(true)
      expect(new Set(report.peaks?.segment)).toEqual(new Set([0, 1, 2]))
      await expect(preprocess(recording, target, chain, { dsp, overwrite: true, start: 5 })).rejects.toMatchObject({
        code: 'invalid-parameter',
        parameter: 'start',
      })
      await Promise.all([recording.close(), result.close(), filtered.close()])
    })

    test('a recording that is no file is read through its traces', async () => {
      const recording = await openRecording(metaPath)
      const { files: _files, ...computed } = { ...recording, location: null }
      const [seen, direct] = [await through(computed, chain, { dsp }), await through(recording, chain, { dsp })]
      const range = { start: 8000, end: 8500 }
      const [ours, theirs] = [await seen.traces(range), await direct.traces(range)]
      // it is always computed in TypeScript, which rounds a count otherwise now and then
      expect(ours.every((count, at) => Math.abs(count - (theirs[at] ?? 0)) <= 1)).toBe(true)
      await Promise.all([seen.close(), direct.close(), recording.close()])
    })

    test('the LF band of a full band is a recording beside it', async () => {
      const folder = join(root, 'full_g0_imec0')
      await mkdir(folder)
      const length = 3000
      const text = await readFile(new URL('spikeglx/NP2_2013_all_channels.imec0.ap.meta', fixtures), 'utf8')
      const meta = text
        .replace(/fileSizeBytes=\d+/, `fileSizeBytes=${2 * length * 385}`)
        .replace(/fileTimeSecs=[\d.]+/, `fileTimeSecs=${length / 30_000}`)
      const slow = Int16Array.from({ length: length * 385 }, (_, word) =>
        Math.round(200 * Math.sin((2 * Math.PI * 20 * Math.floor(word / 385)) / 30_000)),
      )
      await writeFile(join(folder, 'full_g0_t0.imec0.ap.bin'), bytesOf(slow))
      await writeFile(join(folder, 'full_g0_t0.imec0.ap.meta'), meta)
      const target = newTarget()
      const { files } = await preprocess(
        folder,
        target,
        { steps: [{ step: 'high-pass' }] },
        { dsp, outputs: { lf: true } },
      )
      expect(files.map((path) => basename(path))).toContain('full_g0_t0.imec0.lf.bin')
      const lf = await openRecording(join(target, 'full_g0_t0.imec0.lf.meta'))
      expect(lf).toMatchObject({ samplingRate: 2500, segments: [{ frames: 250 }] })
      expect(lf.channels).toHaveLength(384)
      const [count = 0] = await lf.traces({ start: 100, end: 101, channels: [7] })
      expect(Math.abs(count - 200 * Math.sin((2 * Math.PI * 20 * 1200) / 30_000))).toBeLessThan(3)
      await lf.close()
    })
  })

  describe(`${dsp.implementation}: what cannot be done`, { timeout: 30_000 }, () => {
    test('leaves nothing after an abort', async () => {
      const target = newTarget()
      const controller = new AbortController()
      const running = preprocess(metaPath, target, chain, {
        dsp,
        signal: controller.signal,
        onProgress: () => controller.abort(new Error('enough')),
      })
      setTimeout(() => controller.abort(new Error('enough')), 5)
      await expect(running).rejects.toThrow('enough')
      expect(await readdir(target).catch(() => [])).toEqual([])
    })

    test('leaves nothing where the file that describes the result cannot be written', async () => {
      const target = newTarget()
      await mkdir(join(target, 'run_g0_t0.imec0.ap.meta.partial'), { recursive: true })
      await expect(preprocess(metaPath, target, chain, { dsp })).rejects.toMatchObject({ code: 'EISDIR' })
      expect(await readdir(target)).toEqual(['run_g0_t0.imec0.ap.meta.partial'])
    })

    test('is refused by name', async () => {
      const target = newTarget()
      const nothing: Chain = { steps: [] }
      await preprocess(metaPath, target, nothing, { dsp })
      const refused = (folder: string | null, options: object, changed: Chain = nothing) =>
        preprocess(metaPath, folder, changed, { dsp, ...options }).then(
          () => 'done',
          (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
        )
      expect(await refused(target, {})).toBe('target-exists')
      expect(await refused(target, { overwrite: true })).toBe('done')
      expect(await refused(join(root, 'run_g0_imec0'), { overwrite: true })).toBe('target-is-source')
      expect(await refused(null, { channels: [32] })).toBe('invalid-parameter')
      expect(await refused(null, { channels: [] })).toBe('invalid-parameter')
      expect(await refused(null, { start: 5, end: frames + 1 })).toBe('invalid-parameter')
      expect(await refused(null, { start: 5, end: 4 })).toBe('invalid-parameter')
      expect(await refused(null, { outputs: { peaks: { threshold: 0 } } })).toBe('invalid-parameter')
      expect(await refused(null, { outputs: { spikes: true } })).toBe('invalid-parameter')
      expect(await refused(null, {}, { steps: [{ step: 'bad-channels', channels: [32] }] })).toBe('invalid-parameter')
      const withoutLf = newTarget()
      expect(await refused(withoutLf, { outputs: { lf: true } })).toBe('invalid-parameter')
      await expect(readdir(withoutLf)).rejects.toMatchObject({ code: 'ENOENT' })
      const dry = planPreprocessing(metaPath, withoutLf, nothing, { dsp, outputs: { lf: true } })
      await expect(dry).rejects.toThrow('records its LF band in a file of its own')
    })

    test('names the file that is cut while it is open', async () => {
      const recording: Recording = await openRecording(metaPath)
      const path = join(root, 'cut.bin')
      await writeFile(path, bytesOf(source.subarray(0, 1000 * columns)))
      const cut = { ...recording, files: recording.files?.map((file) => ({ ...file, path })) ?? [] }
      await expect(preprocess(cut, newTarget(), chain, { dsp })).rejects.toMatchObject({
        code: 'truncated-file',
        message: expect.stringContaining('cut.bin'),
      })
      await recording.close()
    })
  })
}

async function readWords(path: string, count: number): Promise<Int16Array<ArrayBuffer>> {
  const words = new Int16Array(count)
  const file = await open(path)
  try {
    await file.read(new Uint8Array(words.buffer), 0, words.byteLength, 0)
  } finally {
    await file.close()
  }
  return words
}

const everyWord = (words: Int16Array, word: number, width: number): Int16Array =>
  words.filter((_, at) => at % width === word)

const isEqual = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, at) => value === b[at])
