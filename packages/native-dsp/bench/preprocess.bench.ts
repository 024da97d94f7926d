import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSpikeGlxRecording, readSpikeGlxMeta } from '@neurojoint/formats/spikeglx'
import { afterAll, test } from 'vitest'
import { defaultChain, loadDsp, writeSimulatedRun } from '../src/index.ts'
import { createTypeScriptDsp } from '../src/typescript/typescript-dsp.ts'

const SECONDS = 4
const folder = await mkdtemp(join(tmpdir(), 'neurojoint-'))
const chosen = await loadDsp()
const { metaPath } = await writeSimulatedRun(chosen, {
  folder,
  name: 'bench',
  simulation: { seed: 1, durationSeconds: SECONDS },
})
const meta = await readSpikeGlxMeta(metaPath)
const recording = await openSpikeGlxRecording(metaPath)
const layout = { positions: meta.electrodes.flatMap(({ x, y }) => [x, y]), shifts: meta.sampleShifts }

afterAll(async () => {
  await recording.close()
  await rm(folder, { recursive: true, force: true })
})

test(`${SECONDS} s of 384 channels: band-pass, phase shift, median, peaks`, async ({ bench }) => {
  const implementations = [...(chosen.implementation === 'native' ? [chosen] : []), createTypeScriptDsp('a benchmark')]
  await bench.compare(
    ...implementations.map((dsp) =>
      bench(dsp.implementation, async () => {
        await dsp.preprocessRecording(recording, defaultChain, { layout })
      }),
    ),
    { iterations: 3, warmupIterations: 1, time: 0 },
  )
}, 300_000)
