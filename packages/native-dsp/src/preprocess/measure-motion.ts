import type { Recording } from '@neurojoint/formats/recording'
import type { CompleteStep, SegmentMotion } from '../chain/steps.ts'
import type { Dsp, OperationOptions } from '../dsp.ts'
import type { Plan } from '../plan.ts'
import { passOutputs, parseOutputs } from './choices.ts'
import { shareProgress } from '../share-progress.ts'
import { openPasses } from './open-passes.ts'

/** Peaks that tell how the tissue moves: SpikeInterface's `dredge_fast`. */
const movingPeaks = { threshold: 8, radius: 80, exclusionSeconds: 0.0008, locateRadius: 75 }

/** Finds and locates the peaks of a plan's result in a pass over all of a recording, and estimates motion from them. */
export async function measureMotion(
  dsp: Dsp,
  recording: Recording,
  plan: Plan,
  { rigid, timeBinSeconds }: Extract<CompleteStep, { step: 'motion-correction' }>,
  rows: readonly number[],
  { signal, onProgress }: OperationOptions,
): Promise<readonly SegmentMotion[]> {
  const depths = rows.map((row) => recording.channels[row]?.site?.y ?? 0)
  const depthRange = [Math.min(...depths), Math.max(...depths)] as const
  const outputs = passOutputs(parseOutputs({ peaks: movingPeaks }), recording, rows, null)
  const motion: SegmentMotion[] = []
  const takesPart = new Set(rows)
  const passes = await openPasses(dsp, recording, plan)
  try {
    const lengths = passes.parts.map(({ segments }) =>
      segments.reduce((sum, segment) => sum + (recording.segments[segment]?.frames ?? 0), 0),
    )
    const reports = shareProgress(onProgress, lengths)
    for (const [part, { pass, segments }] of passes.parts.entries()) {
      const [finding, estimating] = shareProgress(reports[part], [1, 1])
      const { peaks } = await pass.run(null, outputs, { signal, onProgress: finding })
      const perSegment = shareProgress(
        estimating,
        segments.map((segment) => recording.segments[segment]?.frames ?? 0),
      )
      for (const [own, segment] of segments.entries()) {
        const places = Array.from(peaks?.segment.keys() ?? []).filter(
          (place) => peaks?.segment[place] === own && takesPart.has(peaks.row[place] ?? -1),
        )
        const found = {
          times: places.map((place) => (peaks?.sampleIndex[place] ?? 0) / recording.samplingRate),
          depths: places.map((place) => peaks?.location?.[2 * place + 1] ?? Number.NaN),
          amplitudes: places.map((place) => peaks?.amplitude[place] ?? 0),
        }
        const duration = (recording.segments[segment]?.frames ?? 0) / recording.samplingRate
        const options = { signal, onProgress: perSegment[own] }
        motion[segment] = await estimate(dsp, found, duration, depthRange, rigid, timeBinSeconds, options)
        perSegment[own]?.(1)
      }
      reports[part]?.(1)
    }
  } finally {
    await passes.close()
  }
  onProgress?.(1)
  return motion
}

type Found = Parameters<Dsp['estimateMotion']>[0]

/** A segment without peaks, or shorter than two bins, stands still. */
async function estimate(
  dsp: Dsp,
  peaks: Found,
  duration: number,
  depthRange: readonly [number, number],
  rigid: boolean,
  timeBin: number,
  options: OperationOptions,
): Promise<SegmentMotion> {
  if (peaks.times.length === 0 || duration < 2 * timeBin || depthRange[0] >= depthRange[1])
    return { times: [duration / 2], depths: [(depthRange[0] + depthRange[1]) / 2], displacement: [0] }
  const windows = rigid ? null : { step: 400, scale: 400 }
  return dsp.estimateMotion(peaks, { duration, depthRange, timeBin, windows }, options)
}
