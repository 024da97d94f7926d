import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findSpikeGlxRuns, openSpikeGlxRecording, parseSpikeGlxMeta } from '@neurojoint/formats/spikeglx'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readGroundTruth } from '../src/simulate-ground-truth.ts'
import { probeSimulation, simulatedProbe } from '../src/simulate-probe.ts'
import { writeSimulatedRun } from '../src/simulate-run.ts'
import type { OpenSimulation } from '../src/simulate.ts'

const choices = { seed: 11, durationSeconds: 1.25, units: 20 }

/** What writing a run must do with every implementation of `openSimulation`. */
export function testSimulatedRun(implementation: string, openSimulation: OpenSimulation) {
  const dsp = { openSimulation }
  const write = (folder: string, options = {}) =>
    writeSimulatedRun(dsp, { folder, name: 'sim', createdAt: '2026-03-02T10:15:00', simulation: choices }, options)

  describe(`${implementation}: simulated run`, () => {
    test('is a SpikeGLX recording whose meta tells the truth', async () => {
      const folder = await openFolder()
      const { metaPath, binPath, bytes } = await write(folder)
      expect(metaPath).toBe(join(folder, 'sim_g0', 'sim_g0_imec0', 'sim_g0_t0.imec0.ap.meta'))
      expect(await findSpikeGlxRuns(folder)).toMatchObject([{ path: metaPath, run: 'sim', gate: 0, probeNumber: 0 }])

      const words = await readFile(binPath)
      expect(words.length).toBe(bytes)
      expect(bytes).toBe(37500 * 385 * 2)
      const meta = parseSpikeGlxMeta(await readFile(metaPath, 'utf8'), metaPath)
      expect(meta).toMatchObject({
        stream: 'ap',
        samplingRate: 30000,
        durationSeconds: 1.25,
        fileSizeBytes: bytes,
        savedChannels: 385,
        analogChannels: 384,
        syncChannels: 1,
        createdAt: '2026-03-02T10:15:00',
        probe: { partNumber: 'PRB_1_4_0480_1' },
      })
      expect(meta.entries.get('fileSHA1')).toBe(createHash('sha1').update(words).digest('hex').toUpperCase())
      const probe = simulatedProbe('PRB_1_4_0480_1')
      expect(meta.electrodes.map(({ x, y, shank }) => ({ x, y, shank }))).toEqual(
        probe.channels.map(({ x, y, shank }) => ({ x, y, shank })),
      )
      expect(meta.sampleShifts).toEqual(probe.channels.map(({ shift }) => shift))
      expect(meta.channels.every(({ gain }) => gain === probe.microvoltsPerCount)).toBe(true)
      expect(meta.electrodes.filter(({ used }) => !used).map(({ electrode }) => electrode)).toEqual([191])
    })

    test('holds the samples of the simulation, and a sync line up in the first half of each second', async () => {
      const { metaPath, binPath } = await write(await openFolder())
      const simulation = await openSimulation(probeSimulation(simulatedProbe('PRB_1_4_0480_1'), choices))
      const recording = await openSpikeGlxRecording(metaPath)
      const range = { start: 36000, end: 37500 }
      expect(await recording.traces(range)).toEqual(await simulation.traces(range))
      await recording.close()
      await simulation.close()

      const file = await readFile(binPath)
      const sync = Array.from({ length: 37500 }, (_, frame) => file.readInt16LE(2 * (frame * 385 + 384)))
      const edges = sync.flatMap((word, frame) => (word === sync[frame - 1] ? [] : [[frame, word]]))
      expect(edges).toEqual([
        [0, 64],
        [15000, 0],
        [30000, 64],
      ])
    })

    test('has its ground truth beside it', async () => {
      const { groundTruthPath } = await write(await openFolder())
      const simulation = await openSimulation(probeSimulation(simulatedProbe('PRB_1_4_0480_1'), choices))
      const { seed, frames, units, spikes } = await readGroundTruth(groundTruthPath)
      expect({ seed, frames }).toEqual({ seed: 11, frames: 37500 })
      expect(units).toEqual(simulation.units)
      expect(spikes).toEqual(simulation.spikes)
      await simulation.close()
    })

    test('tells its progress, which never falls and ends at 1', async () => {
      const told: number[] = []
      await write(await openFolder(), { onProgress: (fraction: number) => told.push(fraction) })
      expect(told.at(-1)).toBe(1)
      expect(told).toEqual(told.toSorted((a, b) => a - b))
    })

    test('an abort ends soon and leaves nothing', async () => {
      const folder = await openFolder()
      const abort = new AbortController()
      let aborted = Infinity
      const onProgress = (): void => {
        aborted = performance.now()
        abort.abort(new Error('enough'))
      }
      await expect(write(folder, { signal: abort.signal, onProgress })).rejects.toThrow('enough')
      expect(performance.now() - aborted).toBeLessThan(10_000)
      expect(await readdir(folder)).toEqual([])
    })

    test('refuses to overwrite a recording', async () => {
      const folder = await openFolder()
      const { metaPath } = await write(folder)
      await writeFile(metaPath, 'changed by hand')
      await expect(write(folder)).rejects.toMatchObject({ code: 'run-exists', path: metaPath })
      expect(await readFile(metaPath, 'utf8')).toBe('changed by hand')
    })

    test('replaces what a killed run has left', async () => {
      const folder = await openFolder()
      const { metaPath, binPath } = await write(folder)
      await rm(metaPath)
      await writeFile(binPath, 'half')
      await writeFile(`${binPath}.partial`, 'half')
      await write(folder)
      await (await openSpikeGlxRecording(metaPath)).close()
      expect((await readdir(join(metaPath, '..'))).filter((name) => name.includes('partial'))).toEqual([])
    })

    test('refuses a recording that the disk cannot hold, and leaves nothing', async () => {
      const folder = await openFolder()
      const simulation = { ...choices, durationSeconds: 140000 } // 3 TB
      const writing = writeSimulatedRun(dsp, { folder, name: 'large', simulation })
      await expect(writing).rejects.toMatchObject({ code: 'disk-full', neededBytes: 140000 * 30000 * 770 + 16e6 })
      expect(await readdir(folder)).toEqual([])
    })

    test('refuses probes of other families and names that are paths', async () => {
      const folder = await openFolder()
      const run = { folder, name: 'sim', simulation: choices }
      const refused = { code: 'invalid-parameter' }
      await expect(writeSimulatedRun(dsp, { ...run, partNumber: 'NP2010' })).rejects.toMatchObject(refused)
      await expect(writeSimulatedRun(dsp, { ...run, name: '../sim' })).rejects.toMatchObject(refused)
      await expect(writeSimulatedRun(dsp, { ...run, partNumber: 'NP9' })).rejects.toMatchObject({
        code: 'unknown-probe',
      })
    })
  })
}

async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'simulated-run-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}
