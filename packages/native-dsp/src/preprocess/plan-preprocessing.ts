import { openRecording } from '@neurojoint/formats/recording'
import type { Recording } from '@neurojoint/formats/recording'
import { parseChain } from '../chain/parse.ts'
import type { Resolution } from '../chain/resolve.ts'
import type { Chain } from '../chain/steps.ts'
import { parseOutputs } from './choices.ts'
import type { RecordingPass } from './open-passes.ts'
import { prepare } from './prepare.ts'
import type { PreprocessOptions } from './preprocess.ts'
import type { Target } from './target.ts'

/** What `preprocess` would do. */
export interface PreprocessingPlan {
  readonly implementation: 'native' | 'typescript'
  readonly resolution: Resolution
  readonly target: Target
  /** Of the recording that would be computed. */
  readonly frames: number
  /** Of the frames that would be written. */
  readonly bytes: number
  /** (bytes) the most that would be held at a time, whatever the length. */
  readonly memoryBytes: number
  /** By the rate of a stretch of the recording, without the time of the disk. */
  readonly estimatedSeconds: number
}

/** (s) of the recording that are computed to tell how long all of it takes. */
const trialSeconds = 1

/**
 * Resolves a chain and names the files as `preprocess` would, and writes nothing; with `null` for a target it would write
 * nothing either, and no file is named. Throws what `preprocess` throws before it computes.
 */
export async function planPreprocessing(
  source: string | Recording,
  target: string | null,
  chain: Chain,
  options: PreprocessOptions = {},
): Promise<PreprocessingPlan> {
  const steps = parseChain(chain)
  const outputs = parseOutputs(options.outputs)
  const recording = typeof source === 'string' ? await openRecording(source) : source
  try {
    const { dsp, resolution, passes, target: named } = await prepare(recording, target, steps, outputs, options)
    try {
      const frames = named.files.reduce((sum, file) => sum + file.frames, 0)
      const estimatedSeconds = frames * (await secondsPerFrame(passes, recording, options))
      options.onProgress?.(1)
      return {
        implementation: dsp.implementation,
        resolution,
        target: target === null ? { ...named, files: [] } : named,
        frames,
        bytes: named.files.reduce((sum, file) => sum + file.bytes, 0),
        memoryBytes: Math.max(0, ...passes.parts.map(({ pass }) => pass.memoryBytes(options.threads))),
        estimatedSeconds,
      }
    } finally {
      await passes.close()
    }
  } finally {
    if (typeof source === 'string') await recording.close()
  }
}

async function secondsPerFrame(
  passes: RecordingPass,
  { segments, samplingRate }: Recording,
  { signal, threads }: PreprocessOptions,
): Promise<number> {
  const opened = new Set(passes.parts.flatMap((part) => part.segments))
  const lengths = segments.map(({ frames }, segment) => (opened.has(segment) ? frames : 0))
  const segment = lengths.indexOf(Math.max(...lengths))
  const frames = Math.min(Math.round(trialSeconds * samplingRate), lengths[segment] ?? 0)
  if (frames === 0) return 0
  const start = Math.floor(((lengths[segment] ?? 0) - frames) / 2)
  const range = { segment, start, end: start + frames }
  await passes.traces({ ...range, end: start + 1 }, { signal, threads })
  const started = performance.now()
  await passes.traces(range, { signal, threads })
  return (performance.now() - started) / 1000 / frames
}
