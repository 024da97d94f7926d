import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesOf } from '@neurojoint/arrays'
import { openRecording, type Recording } from '@neurojoint/formats/recording'
import { describe, expect, test } from 'vitest'
import { chains } from '../src/chain/named.ts'
import type { Chain } from '../src/chain/steps.ts'
import { planPreprocessing } from '../src/preprocess/plan-preprocessing.ts'
import { preprocess } from '../src/preprocess/preprocess.ts'
import { chain, columns, frames, type PreprocessBench } from './preprocess-bench.ts'

/** What is refused, and what a failure leaves. */
export function testPreprocessFailures(bench: PreprocessBench): void {
  const { dsp, newTarget } = bench

  describe(`${dsp.implementation}: what cannot be done`, { timeout: 30_000 }, () => {
    test('leaves nothing after an abort', async () => {
      const target = newTarget()
      const controller = new AbortController()
      const running = preprocess(bench.metaPath, target, chain, {
        dsp,
        signal: controller.signal,
        onProgress: () => controller.abort(new Error('enough')),
      })
      setTimeout(() => controller.abort(new Error('enough')), 1)
      await expect(running).rejects.toThrow('enough')
      expect(await readdir(target).catch(() => [])).toEqual([])
    })

    test('leaves nothing where the file that describes the result cannot be written', async () => {
      const target = newTarget()
      await mkdir(join(target, 'run_g0_t0.imec0.ap.meta.partial'), { recursive: true })
      await expect(preprocess(bench.metaPath, target, chain, { dsp })).rejects.toMatchObject({ code: 'EISDIR' })
      expect(await readdir(target)).toEqual(['run_g0_t0.imec0.ap.meta.partial'])
    })

    test('is refused by name', async () => {
      const target = newTarget()
      const nothing: Chain = { steps: [] }
      await preprocess(bench.metaPath, target, nothing, { dsp })
      const refused = (folder: string | null, options: object, changed: Chain = nothing) =>
        preprocess(bench.metaPath, folder, changed, { dsp, ...options }).then(
          () => 'done',
          (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
        )
      expect(await refused(target, {})).toBe('target-exists')
      expect(await refused(target, { overwrite: true })).toBe('done')
      expect(await refused(join(bench.root, 'run_g0_imec0'), { overwrite: true })).toBe('target-is-source')
      expect(await refused(bench.metaPath, {})).toBe('file')
      // before anything is measured
      const told: number[] = []
      const onProgress = (fraction: number) => told.push(fraction)
      expect(await refused(target, { onProgress }, chains.neurojoint)).toBe('target-exists')
      expect(told).toEqual([])
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
      const dry = planPreprocessing(bench.metaPath, withoutLf, nothing, { dsp, outputs: { lf: true } })
      await expect(dry).rejects.toThrow('records its LF band in a file of its own')
    })

    test('names the file that is cut while it is open', async () => {
      const recording: Recording = await openRecording(bench.metaPath)
      const path = join(bench.root, 'cut.bin')
      await writeFile(path, bytesOf(bench.source.subarray(0, 1000 * columns)))
      const cut = { ...recording, files: recording.files?.map((file) => ({ ...file, path })) ?? [] }
      await expect(preprocess(cut, newTarget(), chain, { dsp })).rejects.toMatchObject({
        code: 'truncated-file',
        message: expect.stringContaining('cut.bin'),
      })
      await recording.close()
    })
  })
}
