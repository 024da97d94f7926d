import { stat } from 'node:fs/promises'
import { readSpikeGlxMeta } from '@neurojoint/formats/spikeglx'
import { loadDsp, writeSimulatedRun } from '../../src/index.ts'

/** The recording that everyone is given: a simulated Neuropixels 1.0 run, 384 channels and the sync word. */
export interface BenchRecording {
  readonly binPath: string
  readonly samplingRate: number // (Hz)
  readonly frames: number
  readonly bytes: number
  /** Words per frame, and those of them that are channels. */
  readonly columns: number
  readonly channels: number
  /** How much later than the frame each channel was sampled, in samples. */
  readonly shifts: readonly number[]
  /** (um) x, y of each channel in turn. */
  readonly positions: readonly number[]
}

export async function simulateRecording(folder: string, durationSeconds: number): Promise<BenchRecording> {
  const run = { folder, name: 'bench', simulation: { seed: 1, durationSeconds } }
  const { metaPath, binPath } = await writeSimulatedRun(await loadDsp(), run)
  const { electrodes, sampleShifts } = await readSpikeGlxMeta(metaPath)
  const { size } = await stat(binPath)
  const columns = electrodes.length + 1
  return {
    binPath,
    samplingRate: 30_000,
    frames: size / columns / 2,
    bytes: size,
    columns,
    channels: electrodes.length,
    shifts: [...sampleShifts],
    positions: electrodes.flatMap(({ x, y }) => [x, y]),
  }
}
