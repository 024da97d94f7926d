import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { readNpy } from '@neurojoint/arrays'
import { openRecording } from '@neurojoint/formats/recording'
import { describe, expect, test } from 'vitest'
import { planPreprocessing } from '../src/preprocess/plan-preprocessing.ts'
import { preprocess } from '../src/preprocess/preprocess.ts'
import { through } from '../src/preprocess/through.ts'
import { chain, columns, everyWord, frames, isEqual, type PreprocessBench, readWords } from './preprocess-bench.ts'

/** What both implementations do from file to file, and for viewers. */
export function testPreprocess(bench: PreprocessBench): void {
  const { dsp, newTarget } = bench

  describe(`${dsp.implementation}: from file to file`, { timeout: 30_000 }, () => {
    test('the result is a SpikeGLX recording that says what was done, with the sync word untouched', async () => {
      const target = newTarget()
      const fractions: number[] = []
      const report = await preprocess(join(bench.root, 'run_g0_imec0'), target, chain, {
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
      expect(isEqual(everyWord(words, 32, columns), everyWord(bench.source, 32, columns))).toBe(true)
      expect(isEqual(everyWord(words, 3, columns), everyWord(bench.source, 3, columns))).toBe(false)

      const result = await openRecording(target)
      expect(result.applied?.map(({ step }) => step)).toEqual([
        'band-pass',
        'phase-shift',
        'bad-channels',
        'common-reference',
        'rounding',
      ])
      expect(result.applied?.[2]?.details).toMatch(/given=AP105 given=AP120$/)
      expect(result.channels).toEqual((await openRecording(bench.metaPath)).channels)
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
      await preprocess(bench.metaPath, target, chain, { dsp, threads: 2 })
      const [recording, result] = [await openRecording(bench.metaPath), await openRecording(target)]
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

    test('viewers stop what they asked for, and are told how far it is', async () => {
      const recording = await openRecording(bench.metaPath)
      const filtered = await through(recording, chain, { dsp })
      const range = { start: 0, end: frames }
      const reason = new Error('scrolled on')
      await expect(filtered.traces(range, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      await expect(recording.traces(range, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      const fractions: number[] = []
      await filtered.traces(range, { onProgress: (fraction) => fractions.push(fraction) })
      expect(fractions.at(-1)).toBe(1)
      await Promise.all([filtered.close(), recording.close()])
    })

    test('a part of channels and time is that part of the whole', async () => {
      const [whole, part] = [newTarget(), newTarget()]
      await preprocess(bench.metaPath, whole, chain, { dsp })
      const range = { start: 4000, end: 11_345 }
      const { files } = await preprocess(bench.metaPath, part, chain, { dsp, ...range, channels: [9, 2, 2, 30] })
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
      const report = await preprocess(bench.metaPath, target, chain, { dsp, outputs })
      const bare = await preprocess(bench.metaPath, null, chain, { dsp, outputs })
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
      const { peaks, good } = await preprocess(bench.metaPath, null, { steps }, { dsp, outputs: { peaks: {} } })
      expect(good).toHaveLength(30)
      expect(new Set(peaks?.channel).size).toBeGreaterThan(10)
      expect([5, 20].some((channel) => peaks?.channel.includes(channel))).toBe(false)
    })

    test('a dry run names everything and writes nothing', async () => {
      const target = newTarget()
      const plan = await planPreprocessing(bench.metaPath, target, chain, { dsp, channels: [0, 1] })
      expect(plan).toMatchObject({ implementation: dsp.implementation, frames, bytes: 2 * frames * 3 })
      expect(plan.target.files.map(({ binPath }) => basename(binPath))).toEqual(['run_g0_t0.imec0.ap.bin'])
      expect(plan.estimatedSeconds).toBeGreaterThan(0)
      expect(plan.memoryBytes).toBeGreaterThan(0)
      await expect(readdir(target)).rejects.toMatchObject({ code: 'ENOENT' })
      const nowhere = await planPreprocessing(bench.metaPath, null, chain, { dsp, outputs: { peaks: {} } })
      expect(nowhere).toMatchObject({ frames, bytes: 0, target: { files: [] } })
    })
  })
}
