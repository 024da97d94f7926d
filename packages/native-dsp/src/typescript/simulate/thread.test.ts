import { expect, test } from 'vitest'
import { probeSimulation, simulatedProbe } from '../../simulate-probe.ts'
import { startThread } from './thread.ts'

test('a thread that is gone refuses instead of never answering', async () => {
  const parameters = probeSimulation(simulatedProbe('NP1010'), { seed: 1, durationSeconds: 0.01, units: 0 })
  const thread = startThread(parameters)
  const block = { start: 0, end: 1, columns: 384 }
  expect(await thread.computeBlock(block)).toHaveLength(384)
  await thread.close()
  await expect(thread.computeBlock(block)).rejects.toMatchObject({ code: 'simulation-ended' })
})
