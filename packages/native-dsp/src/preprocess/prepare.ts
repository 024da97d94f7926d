import type { Recording } from '@neurojoint/formats/recording'
import { resolveChain, type Resolution } from '../chain/resolve.ts'
import type { CompleteChain } from '../chain/steps.ts'
import type { Dsp } from '../dsp.ts'
import { shareProgress } from '../share-progress.ts'
import { requireSites, type CompleteOutputs } from './choices.ts'
import { chooseDsp } from './choose-dsp.ts'
import { chooseExtent } from './extent.ts'
import { requireFullBand } from './lf-band.ts'
import { measureRecording } from './measure.ts'
import { measuringWork } from './measuring-work.ts'
import { openPasses, partsOf, type RecordingPass } from './open-passes.ts'
import type { PreprocessOptions } from './preprocess.ts'
import { sidePaths } from './side-paths.ts'
import { planTarget, requireTarget, type Target } from './target.ts'

/** A chain that is ready to run over a recording: everything measured, the files named. */
export interface Prepared {
  readonly dsp: Dsp
  readonly resolution: Resolution
  readonly passes: RecordingPass
  readonly target: Target
  /** Of what is left to do; the end of it is left to the caller to tell. */
  readonly onProgress: ((fraction: number) => void) | undefined
}

/** Resolves a chain against a recording, opens its passes, which are the caller's to close, and names the files in `folder`. */
export async function prepare(
  recording: Recording,
  folder: string | null,
  chain: CompleteChain,
  outputs: CompleteOutputs,
  options: PreprocessOptions,
): Promise<Prepared> {
  if (outputs.lf) await requireFullBand(recording)
  requireSites(outputs, recording)
  const extent = chooseExtent(recording, options)
  const parts = partsOf(recording, extent?.segment)
  const target = planTarget(folder, recording, parts, { ...options, extent, lf: outputs.lf })
  // before anything is measured, which takes its time
  if (folder !== null)
    await requireTarget(target, recording, sidePaths(recording, target, outputs), options.overwrite ?? false)
  const [measuring, running] = shareProgress(options.onProgress, [
    chain.steps.reduce((sum, step) => sum + measuringWork(step, recording), 0),
    recording.segments.reduce((sum, { frames }) => sum + frames, 0),
  ])
  const dsp = await chooseDsp(options.dsp)
  const measure = measureRecording(dsp, recording, chain.steps, { signal: options.signal, onProgress: measuring })
  const resolution = await resolveChain(chain, recording, measure, options)
  measuring?.(1)
  const passes = await openPasses(dsp, recording, resolution.plan, extent?.segment)
  return { dsp, resolution, passes, target, onProgress: running }
}
