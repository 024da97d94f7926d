import type { Channel, Recording } from '@neurojoint/formats/recording'
import { afterAll, describe, expect, test } from 'vitest'
import type { Chain } from '../src/chain/steps.ts'
import type { Dsp } from '../src/dsp.ts'
import { preprocess } from '../src/preprocess/preprocess.ts'
import { createRecording, type MemoryRecording } from './memory-recording.ts'
import { channels, goodColumns, readReference, referencePeaks, summary } from './reference.ts'

const chain: Chain = {
  steps: [{ step: 'band-pass', low: 300, high: 6000, order: 5 }, { step: 'phase-shift' }, { step: 'common-reference' }],
}
const peaks = { threshold: 5, radius: 60, exclusionSeconds: 0.0005 }

/** Peaks and noise of whole recordings, as both implementations find them in a pass. */
export function testPreprocessedPeaks(dsp: Dsp): void {
  const counts = Int16Array.from(readReference('excerpt_int16'))
  const opened: MemoryRecording[] = []
  const open = async (...of: Parameters<typeof createRecording>): Promise<Recording> => {
    const recording = await createRecording(...of)
    opened.push(recording)
    return { ...recording, channels: recording.channels.map(placed) }
  }
  afterAll(async () => {
    for (const recording of opened) await recording.close()
  })
  const find = (recording: Recording, own: Chain = chain) =>
    preprocess(recording, null, own, { dsp, outputs: { noiseLevels: true, peaks } })

  describe(`${dsp.implementation}: peaks of recordings`, { timeout: 30_000 }, () => {
    test('are those of SpikeInterface, in microvolts', async () => {
      const { gain_uV: gain } = summary
      const recording = await open(counts, channels, { gain })
      const used = recording.channels.map((channel) => ({
        ...channel,
        site: { shank: 0, x: 0, y: 0, ...channel.site, used: goodColumns.includes(channel.index) },
      }))
      const found = await find({ ...recording, channels: used })
      expect(found.good).toEqual(goodColumns)
      const ours = places(found.peaks)
      const theirs = referencePeaks.map(({ sample, column }) => `${sample}:${column}`)
      const missed = theirs.filter((place) => !ours.includes(place))
      const added = ours.filter((place) => !theirs.includes(place))
      // noise in a pass is that of a fixed sample, here of all frames; single precision decides a few at the threshold
      expect([missed.length, added.length].every((count) => count <= 2)).toBe(true)
      expect(ours.length).toBeGreaterThan(185)
      const levels = readReference('noise_levels_mad_all_samples').map((level) => level * gain)
      expect(
        levels.every((level, place) => Math.abs((found.noiseLevels?.[goodColumns[place] ?? 0] ?? 0) - level) < 0.02),
      ).toBe(true)
    })

    test('are not found on a channel that stands still, and none is taken from its neighbours', async () => {
      const own: Chain = { steps: chain.steps.slice(0, 2) }
      const stuck = counts.map((count, at) => (at % channels === 10 ? 511 : count))
      const recording = await open(stuck, channels)
      const found = await find(recording, own)
      const without = await find(
        {
          ...recording,
          channels: recording.channels.map((channel) =>
            channel.index === 10 && channel.site ? { ...channel, site: { ...channel.site, used: false } } : channel,
          ),
        },
        own,
      )
      expect(found.noiseLevels?.[10]).toBe(0)
      expect(places(found.peaks).length).toBeGreaterThan(100)
      expect(places(found.peaks)).toEqual(places(without.peaks))
    })

    test('are found in each segment for itself', async () => {
      const twice = new Int16Array(2 * counts.length)
      twice.set(counts)
      twice.set(counts, counts.length)
      const alone = places((await find(await open(counts, channels))).peaks)
      const { peaks: found } = await find(await open(twice, channels, { segments: [30_000, 30_000] }))
      const first = found?.segment.filter((segment) => segment === 0).length ?? 0
      expect(Math.abs(first - alone.length)).toBeLessThan(3)
      expect(places(found).slice(first)).toEqual(places(found).slice(0, first))
    })

    test('are none in recordings of odd sizes', async () => {
      for (const frames of [0, 7]) {
        const { noiseLevels } = await find(await open(counts.slice(0, frames * channels), channels))
        expect(noiseLevels).toHaveLength(channels)
      }
      const { peaks: found } = await find(await open(counts.slice(0, 100), 1))
      expect(found?.sampleIndex).toHaveLength(0)
    })
  })
}

const placed = (channel: Channel): Channel => {
  const [x = 0, y = 0] = summary.channel_positions_um[channel.index] ?? []
  return {
    ...channel,
    site: { shank: 0, x, y, used: true },
    sampleShift: summary.inter_sample_shift[channel.index] ?? 0,
  }
}

const places = (
  found: { readonly sampleIndex: ArrayLike<number>; readonly channel: ArrayLike<number> } | null,
): readonly string[] => Array.from(found?.sampleIndex ?? [], (sample, peak) => `${sample}:${found?.channel[peak]}`)
