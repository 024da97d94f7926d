import { cp, mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Dsp, writeSimulatedRun } from '@neurojoint/native-dsp'
import { configuration } from '../configuration.ts'
import { prepareFolders } from '../folders.ts'
import { formatBytes } from '../terminal/duration.ts'
import { progressBar } from '../terminal/progress-bar.ts'

/** The seed of the first session: another one gives other spikes. */
const SEED = 20
const SECONDS = 20
const fixture = join(import.meta.dirname, '../../../../fixtures/demo-session')

/** Where the demo's two sessions lie. */
export const sessions = {
  simulated: 'subject5/session1',
  sorted: 'subject6/session1',
} as const

const runs = {
  simulated: join(configuration.rawRoot, sessions.simulated),
  sorted: join(configuration.rawRoot, sessions.sorted, 'sim_a_g0'),
  kilosort: join(configuration.processedRoot, sessions.sorted, 'probe_0/kilosort4_0'),
} as const

const simulatedMeta = join(runs.simulated, 'demo_g0/demo_g0_imec0/demo_g0_t0.imec0.ap.meta')
export const groundTruthPath = join(
  runs.simulated,
  'demo_g0/demo_g0_imec0/demo_g0_t0.imec0.ground_truth/ground_truth.json',
)

/** Puts the data of both sessions where a lab would have them; what is there already stays. */
export async function prepareSessions(dsp: Dsp, signal: AbortSignal): Promise<void> {
  await prepareFolders()
  await simulateSession(dsp, signal)
  await copyWhole(join(fixture, 'sim_a_g0'), runs.sorted)
  await copyWhole(join(fixture, 'kilosort4'), runs.kilosort)
}

async function simulateSession(dsp: Dsp, signal: AbortSignal): Promise<void> {
  if (await exists(simulatedMeta)) return
  const bar = progressBar('Simulating a recording')
  const { bytes } = await writeSimulatedRun(
    dsp,
    {
      folder: runs.simulated,
      name: 'demo',
      createdAt: '2024-05-01T10:00:00',
      simulation: { seed: SEED, durationSeconds: SECONDS },
    },
    { signal, onProgress: (fraction) => bar.update(fraction, `384 channels, ${SECONDS} s`) },
  )
  bar.end(`384 channels, ${SECONDS} s: ${formatBytes(bytes)}`)
}

/** Copies a folder so that it is there whole or not at all. */
async function copyWhole(from: string, to: string): Promise<void> {
  if (await exists(to)) return
  const partial = `${to}.partial`
  await mkdir(dirname(to), { recursive: true })
  await rm(partial, { recursive: true, force: true })
  await cp(from, partial, { recursive: true })
  await rename(partial, to)
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
