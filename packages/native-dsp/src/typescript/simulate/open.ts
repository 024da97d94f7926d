import { availableParallelism } from 'node:os'
import { checkSimulation } from '../../simulate-check.ts'
import { runSimulation } from '../../simulate-engine.ts'
import type { Simulation, SimulationParameters } from '../../simulate.ts'
import { startThread } from './thread.ts'

/** Opens a simulation that TypeScript computes, on one or two threads; throws `invalid-parameter`. */
export async function openTypescriptSimulation(parameters: SimulationParameters): Promise<Simulation> {
  checkSimulation(parameters)
  const first = startThread(parameters)
  const threads = [first]
  const close = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.close()))
  }
  const { units, spikes } = await first.draw().catch(async (error: unknown) => {
    await close()
    throw error
  })
  return runSimulation(parameters, {
    units,
    spikes,
    computeBlock: (range) => {
      const idle = threads.find(({ load }) => load === 0)
      if (!idle && threads.length < Math.min(2, availableParallelism())) threads.push(startThread(parameters))
      return threads.reduce((a, b) => (b.load < a.load ? b : a)).computeBlock(range)
    },
    close,
  })
}
