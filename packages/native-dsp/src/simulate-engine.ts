import { InvalidParameterError } from './errors.ts'
import { SimulationEndedError } from './simulate-errors.ts'
import { frameCount } from './simulate.ts'
import type { SimulatedRange, SimulatedSpikes, SimulatedUnit, Simulation, SimulationParameters } from './simulate.ts'

/** What an implementation adds: the drawn units and spikes, and blocks of samples computed on other threads. */
export interface SimulationEngine {
  readonly units: readonly SimulatedUnit[]
  readonly spikes: Omit<SimulatedSpikes, 'samples'>
  computeBlock(range: Required<SimulatedRange>): Promise<Int16Array>
  close(): Promise<void>
}

/** Computed at once: short enough that a cancelled one is soon over. */
const blockSeconds = 0.1
/** Blocks under way at a time. */
const threads = 2

/** A simulation whose samples the engine computes. */
export function runSimulation(parameters: SimulationParameters, engine: SimulationEngine): Simulation {
  const frames = frameCount(parameters)
  const { units, spikes } = engine
  let isClosed = false
  return {
    parameters,
    frames,
    units,
    spikes: { ...spikes, samples: spikes.times.map((time) => Math.floor(time + 0.5)) },
    async traces({ start, end, columns = parameters.channels.length }, { signal } = {}) {
      if (isClosed) throw new SimulationEndedError()
      checkRange({ start, end, columns }, frames, parameters.channels.length)
      const blockFrames = Math.max(1, Math.round(blockSeconds * parameters.samplingRate))
      if (end - start <= blockFrames) return raceAbort(engine.computeBlock({ start, end, columns }), signal)
      const traces = new Int16Array((end - start) * columns)
      const isAborted = (): boolean => signal?.aborted === true
      let next = start
      const computeBlocks = async (): Promise<void> => {
        while (next < end && !isAborted()) {
          const first = next
          next = Math.min(end, first + blockFrames)
          traces.set(await engine.computeBlock({ start: first, end: next, columns }), (first - start) * columns)
        }
      }
      await raceAbort(Promise.all(Array.from({ length: threads }, computeBlocks)), signal)
      return traces
    },
    close() {
      isClosed = true
      return engine.close()
    },
  }
}

function checkRange({ start, end, columns }: Required<SimulatedRange>, frames: number, channels: number): void {
  const isFrame = (frame: number): boolean => Number.isInteger(frame) && frame >= 0 && frame <= frames
  if (!isFrame(start)) throw new InvalidParameterError('start', start, `a frame from 0 to ${frames}`)
  if (!isFrame(end) || end < start) throw new InvalidParameterError('end', end, `a frame from ${start} to ${frames}`)
  if (!Number.isInteger(columns) || columns < channels || columns > 65536) {
    throw new InvalidParameterError('columns', columns, `a whole number from ${channels}, the channels, to 65536`)
  }
}

/** Rejects with the signal's reason as soon as it is raised; the work itself ends by itself. */
function raceAbort<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const abort = (): void => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return promise
}
