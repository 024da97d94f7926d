import { openRecording, type Recording } from '@neurojoint/formats/recording'
import { describe, expect, test } from 'vitest'
import { chains } from '../src/chain/named.ts'
import type { Chain } from '../src/chain/steps.ts'
import { preprocess } from '../src/preprocess/preprocess.ts'
import { through } from '../src/preprocess/through.ts'
import { chain, frames, type PreprocessBench } from './preprocess-bench.ts'

/** What named chains do, and what is measured for a chain. */
export function testPreprocessChains(bench: PreprocessBench): void {
  const { dsp, newTarget } = bench

  describe(`${dsp.implementation}: named chains`, { timeout: 30_000 }, () => {
    test.each(Object.entries(chains))(
      '%s runs, finds the dead and the noisy channel, and is told in the meta',
      async (name, own) => {
        const target = newTarget()
        const report = await preprocess(bench.metaPath, target, own, { dsp })
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
      },
    )
  })

  describe(`${dsp.implementation}: what is measured for a chain`, { timeout: 30_000 }, () => {
    test('whitens to one size and no correlation, and keeps the matrix', async () => {
      const recording = await openRecording(bench.metaPath)
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
      const recording = await openRecording(bench.metaPath)
      const short: Recording = { ...recording, segments: [{ frames: 7, startSeconds: 0 }] }
      const whitening = through(short, { steps: [{ step: 'whiten' }] }, { dsp })
      await expect(whitening).rejects.toMatchObject({ code: 'invalid-parameter', parameter: 'whiten' })
      await recording.close()
    })

    test('estimates motion in a pass of its own; a recording of some tenths of a second stands still', async () => {
      const recording = await openRecording(bench.metaPath)
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
}
