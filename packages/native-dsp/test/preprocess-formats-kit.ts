import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { bytesOf, formatNpy, ndarray } from '@neurojoint/arrays'
import { openRecording } from '@neurojoint/formats/recording'
import { describe, expect, test } from 'vitest'
import { preprocess } from '../src/preprocess/preprocess.ts'
import { through } from '../src/preprocess/through.ts'
import { chain, columns, fixtures, isEqual, type PreprocessBench } from './preprocess-bench.ts'

/** Recordings that are no single file of SpikeGLX, and their low bands. */
export function testPreprocessFormats(bench: PreprocessBench): void {
  const { dsp, newTarget } = bench

  describe(`${dsp.implementation}: other formats`, { timeout: 30_000 }, () => {
    test('recordings of several files become plain files that are opened as one recording', async () => {
      const node = join(bench.root, 'Record Node 111')
      await cp(new URL('openephys/sim_a/', fixtures), node, { recursive: true })
      const lengths = [5000, 4000]
      for (const [index, length] of lengths.entries()) {
        const folder = join(node, `experiment1/recording${index + 1}/continuous/Neuropix-PXI-106.ProbeA-AP`)
        await mkdir(folder, { recursive: true })
        const words = Int16Array.from(
          { length: length * 32 },
          (_, word) => 12 * (bench.source[Math.floor(word / 32) * columns + (word % 32)] ?? 0),
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
        parameter: 'segment',
        expected: expect.stringContaining('0 (5000 frames), 1 (2000 frames), 2 (2000 frames)'),
      })
      const stretch = { segment: 2, start: 500, end: 1700 }
      const part = await preprocess(recording, newTarget(), chain, { dsp, ...stretch, outputs: { peaks: {} } })
      expect(new Set(part.peaks?.segment)).toEqual(new Set([2]))
      const written = await openRecording(part.files[0] ?? '')
      const [startSeconds] = recording.segments.slice(2).map((segment) => segment.startSeconds + 500 / 30_000)
      expect(written.segments).toEqual([{ frames: 1200, startSeconds }])
      expect(isEqual(await written.traces({ start: 0, end: 1200 }), await filtered.traces(stretch))).toBe(true)
      for (const open of [recording, result, filtered, written]) await open.close()
    })

    test('a recording that is no file is read through its traces', async () => {
      const recording = await openRecording(bench.metaPath)
      const { files: _files, ...computed } = { ...recording, location: null }
      const [seen, direct] = [await through(computed, chain, { dsp }), await through(recording, chain, { dsp })]
      const range = { start: 8000, end: 8500 }
      const [ours, theirs] = [await seen.traces(range), await direct.traces(range)]
      // it is always computed in TypeScript, which rounds a count otherwise now and then
      expect(ours.every((count, at) => Math.abs(count - (theirs[at] ?? 0)) <= 1)).toBe(true)
      await Promise.all([seen.close(), direct.close(), recording.close()])
    })

    test('the LF band of a full band is a recording beside it', async () => {
      const folder = join(bench.root, 'full_g0_imec0')
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
}
