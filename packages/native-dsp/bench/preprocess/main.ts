/**
 * `npm run bench:dsp [-- --write]`: preprocessing of one simulated recording, by turns in one run: the native implementation
 * on one and two threads, the TypeScript one, SpikeInterface with two workers, and `dd` where files are written. Prints a
 * page; `--write` puts it into `docs/benchmarks/preprocessing.md`.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadDsp } from '../../src/index.ts'
import type { Pass, PassOutputs, PassSource, Passing } from '../../src/pass.ts'
import { createTypeScriptPassing } from '../../src/typescript/passing.ts'
import { type ChainName, chainNames, planOf } from './chains.ts'
import { copyByDd } from './dd.ts'
import { measureKernels } from './kernels.ts'
import { type BenchRecording, simulateRecording } from './recording.ts'
import { formatReport, type Results, writeReport } from './report.ts'
import { startSpikeInterface } from './spikeinterface.ts'
import { takeTurns, time } from './turns.ts'

const TURNS = 5
const FILE_SECONDS = 60
/** What is compared with SpikeInterface: it would take long over more. */
const MEMORY_SECONDS = 10

const dsp = await loadDsp()
if (dsp.implementation !== 'native') throw new Error(`There is nothing to measure without the binding. ${dsp.reason}`)
const folder = await mkdtemp(join(tmpdir(), 'neurojoint-bench-'))
try {
  console.error(`simulating ${FILE_SECONDS} s of 384 channels`)
  const recording = await simulateRecording(folder, FILE_SECONDS)
  const frames = MEMORY_SECONDS * recording.samplingRate
  const whole = await readCounts(recording)
  const counts = whole.slice(0, frames * recording.columns)
  const memory: PassSource = { kind: 'memory', counts, columns: recording.columns, segments: [frames] }
  const file: PassSource = {
    kind: 'file',
    path: recording.binPath,
    offsetBytes: 0,
    columns: recording.columns,
    segments: [recording.frames],
  }
  const results: Results = {
    spikeInterface: '',
    seconds: { memory: MEMORY_SECONDS, file: FILE_SECONDS },
    memory: new Map(),
    detection: await takeTurns(await detectionContestants(recording, whole), TURNS),
    file: await takeTurns(await fileContestants(recording, file), TURNS),
    viewer: await measureViewer(recording, file),
    kernels: await measureKernels(),
  }
  const room = new Int16Array(frames * recording.channels)
  const spikeInterface = await startSpikeInterface(recording, frames)
  try {
    for (const chain of chainNames) {
      const plan = planOf(chain, recording)
      const native = await dsp.openPass(memory, plan)
      const contestants = [
        { name: 'native, 1 thread', run: () => inMemory(native, frames, 1, room) },
        { name: 'native, 2 threads', run: () => inMemory(native, frames, 2, room) },
      ]
      if (chain === 'median') {
        const typescript: Passing = createTypeScriptPassing()
        const pass = await typescript.openPass(memory, plan)
        contestants.push(
          { name: 'native, 2 threads, new memory', run: () => inMemory(native, frames, 2) },
          { name: 'TypeScript, 2 threads', run: () => inMemory(pass, frames, 2, room) },
        )
      }
      if (spikeInterface.knows(chain))
        contestants.push({ name: 'SpikeInterface, 2 workers', run: () => spikeInterface.run(chain, 2) })
      console.error(chain)
      results.memory.set(chain satisfies ChainName, await takeTurns(contestants, TURNS))
      await native.close()
    }
  } finally {
    spikeInterface.close()
  }
  const report = formatReport({ ...results, spikeInterface: spikeInterface.version })
  console.log(report)
  if (process.argv.includes('--write')) await writeReport(report)
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Into memory that has been written before, or into new memory, which the system clears first. */
function inMemory(pass: Pass, frames: number, threads: number, into?: Int16Array): Promise<number> {
  return time(() => pass.traces({ segment: 0, start: 0, end: frames }, { threads, into }))
}

/** The same pass without and with detection; both go through all frames and keep none. */
async function detectionContestants(recording: BenchRecording, counts: Int16Array) {
  const source: PassSource = { kind: 'memory', counts, columns: recording.columns, segments: [recording.frames] }
  const pass = await dsp.openPass(source, planOf('median', recording))
  const peaks: PassOutputs['peaks'] = {
    positions: recording.positions,
    threshold: 5,
    radius: 60,
    exclusionFrames: 15,
    sign: 'negative',
    locateRadius: null,
  }
  return [
    { name: 'pass', run: () => time(() => pass.run(null, { rms: true }, { threads: 2 })) },
    { name: 'pass and peaks', run: () => time(() => pass.run(null, { rms: true, peaks }, { threads: 2 })) },
  ]
}

async function fileContestants(recording: BenchRecording, source: PassSource) {
  const pass = await dsp.openPass(source, planOf('median', recording))
  const path = join(folder, 'out.bin')
  const target = {
    path,
    rows: Array.from({ length: recording.channels }, (_, row) => row),
    copied: [recording.channels],
  }
  const write = async (): Promise<number> => {
    await rm(path, { force: true })
    return time(() => pass.run(target, {}, { threads: 2 }))
  }
  return [
    { name: 'native, 2 threads', run: write },
    { name: 'dd conv=fsync', run: () => copyByDd(recording.binPath, path) },
  ]
}

/** Seconds of one second of traces at places all over the recording. */
async function measureViewer(recording: BenchRecording, source: PassSource) {
  const pass = await dsp.openPass(source, planOf('median', recording))
  const second = recording.samplingRate
  const places = Array.from({ length: 100 }, (_, place) => Math.floor((place * (recording.frames - second)) / 99))
  const taken: number[] = []
  for (const start of places) taken.push(await time(() => pass.traces({ segment: 0, start, end: start + second })))
  const sorted = taken.toSorted((a, b) => a - b)
  return { best: sorted[0] ?? Number.NaN, median: sorted[50] ?? Number.NaN }
}

/** All of the file, which is then in the page cache too. */
async function readCounts({ binPath }: BenchRecording): Promise<Int16Array> {
  const { buffer, byteOffset, byteLength } = await readFile(binPath)
  return new Int16Array(buffer, byteOffset, byteLength / 2)
}
