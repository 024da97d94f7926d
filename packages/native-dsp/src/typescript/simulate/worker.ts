import { parentPort, workerData } from 'node:worker_threads'
import type { SimulationParameters } from '../../simulate.ts'
import { computeBlock } from './block.ts'
import { modelSimulation } from './model.ts'
import type { Reply, Request } from './protocol.ts'

const parameters: SimulationParameters = workerData
const model = modelSimulation(parameters)

parentPort?.on('message', (request: Request) => {
  try {
    const reply = answer(request)
    parentPort?.postMessage(reply, 'traces' in reply ? [reply.traces.buffer] : [])
  } catch (failure) {
    parentPort?.postMessage({ id: request.id, failure } satisfies Reply, [])
  }
})

function answer(request: Request) {
  switch (request.kind) {
    case 'draw': {
      const units = model.units.map(({ footprint: _footprint, recovery: _recovery, ...unit }) => unit)
      return { id: request.id, drawn: { units, spikes: model.spikes } } satisfies Reply
    }
    case 'block':
      return { id: request.id, traces: computeBlock(model, request.range) } satisfies Reply
  }
}
