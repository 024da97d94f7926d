import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesOf } from '@neurojoint/arrays'
import { openRecording, type Recording } from '@neurojoint/formats/recording'
import { describe, expect, test } from 'vitest'
import { chains } from '../src/chain/named.ts'
import type { Chain } from '../src/chain/steps.ts'
import type { OperationOptions } from '../src/dsp.ts'
import { planPreprocessing } from '../src/preprocess/plan-preprocessing.ts'
import { preprocess } from '../src/preprocess/preprocess.ts'
import { through } from '../src/preprocess/through.ts'
import { chain, fixtures, frames, type PreprocessBench } from './preprocess-bench.ts'

/** What named chains do, and what is measured for a chain. */
export function testPreprocessChains(bench: PreprocessBench): void {
  const { dsp, newTarget } = bench

  describe(`${dsp.implementation}: named chains`, { timeout: 30_000 }, () => {
    test.each(Object.entries(chains).filter(([name]) => name !== 'lf'))(
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

  test(`${dsp.implementation}: an LF band is preprocessed by the chain for it, from the folder that holds nothing else`, async () => {
    const folder = join(bench.root, 'low_g0_imec1')
    await mkdir(folder)
    const [length, width] = [4000, 385]
    const text = await readFile(new URL('spikeglx/sample3B_g0_t0.imec1.lf.meta', fixtures), 'utf8')
    const meta = text
      .replace(/fileSizeBytes=\d+/, `fileSizeBytes=${2 * length * width}`)
      .replace(/fileTimeSecs=[\d.]+/, `fileTimeSecs=${length / 2500}`)
    let seed = 1
    const noise = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5
    const words = Int16Array.from({ length: length * width }, (_, word) => {
      const [frame, channel] = [Math.floor(word / width), word % width]
      // a rhythm that all have but one that is dead; one has much noise
      const rhythm = channel === 50 ? 0 : 60 * Math.sin((2 * Math.PI * 8 * frame) / 2500)
      return Math.round(rhythm + (channel === 100 ? 200 : 4) * noise())
    })
    await writeFile(join(folder, 'low_g0_t0.imec1.lf.bin'), bytesOf(words))
    await writeFile(join(folder, 'low_g0_t0.imec1.lf.meta'), meta)
    await expect(preprocess(folder, null, chains.neurojoint, { dsp })).rejects.toThrow('the chain `lf`')
    const target = newTarget()
    const { badChannels, silent } = await preprocess(folder, target, chains.lf, { dsp })
    expect(badChannels).toEqual([
      { channel: 50, label: 'dead' },
      { channel: 100, label: 'noisy' },
    ])
    expect(silent).toEqual([])
    const result = await openRecording(target)
    expect(result.segments).toMatchObject([{ frames: length }])
    // the rhythm stays, and the dead channel has it from its neighbours
    const rhythm = await result.traces({ start: 1000, end: 3000, channels: [50] })
    expect(Math.abs(Math.max(...rhythm) - 60)).toBeLessThan(6)
    await result.close()
  }, 30_000)

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

    test('is watched like the pass itself', async () => {
      const recording = await openRecording(bench.metaPath)
      const steps: Chain['steps'] = [...chains.ibl.steps, { step: 'motion-correction' }]
      const work = {
        through: (options: OperationOptions) => through(recording, { steps }, { dsp, ...options }),
        plan: (options: OperationOptions) => planPreprocessing(recording, null, { steps }, { dsp, ...options }),
        preprocess: (options: OperationOptions) => preprocess(recording, null, { steps }, { dsp, ...options }),
      }
      for (const [name, run] of Object.entries(work)) {
        const fractions: number[] = []
        await run({ onProgress: (fraction) => fractions.push(fraction) })
        expect({ name, fractions }).toEqual({ name, fractions: fractions.toSorted((a, b) => a - b) })
        // bad channels, sizes and motion, and the end
        expect(fractions.length).toBeGreaterThan(3)
        expect(fractions.filter((fraction) => fraction === 1)).toHaveLength(1)
      }
      // what is measured is done before the pass, of which a plan runs nothing: two visits of three, or the whole matrix
      for (const [step, share] of [
        [{ step: 'motion-correction' }, 2 / 3],
        [{ step: 'whiten' }, 3_000_000 / (3_000_000 + frames)],
      ] as const) {
        const fractions: number[] = []
        const onProgress = (fraction: number) => fractions.push(fraction)
        await planPreprocessing(recording, null, { steps: [...chain.steps, step] }, { dsp, onProgress })
        expect(fractions.at(-2)).toBeCloseTo(share, 5)
      }
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
