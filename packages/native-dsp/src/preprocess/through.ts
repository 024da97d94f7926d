import type { Recording, TraceRange } from '@neurojoint/formats/recording'
import { parseChain } from '../chain/parse.ts'
import { resolveChain, type Resolution, type ResolveOptions } from '../chain/resolve.ts'
import type { Chain } from '../chain/steps.ts'
import type { Dsp } from '../dsp.ts'
import { InvalidParameterError } from '../errors.ts'
import { chooseDsp } from './choose-dsp.ts'
import type { PassOptions } from '../pass.ts'
import { appliedBy } from './applied.ts'
import { measureRecording } from './measure.ts'
import { openPasses } from './open-passes.ts'

/** How a chain is run. */
export interface ThroughOptions extends ResolveOptions, PassOptions {
  /** The implementation; what `loadDsp` gives if not given. */
  readonly dsp?: Dsp | undefined
}

/** A recording as a chain leaves it, computed where it is read. */
export interface FilteredRecording extends Recording {
  readonly resolution: Resolution
  /** As `Recording.traces`; a signal stops it within 100 ms, and progress is told about ten times a second. */
  traces(range: TraceRange, options?: PassOptions): Promise<Int16Array>
}

/**
 * A recording seen through a chain: its traces are those that `preprocess` would write, to the bit, whatever the range,
 * and whatever the channels, since the chain runs on all of them. Closing it leaves the recording open.
 *
 * @throws {InvalidParameterError} `invalid-parameter` for a chain that is none, or that does not fit the recording
 * @throws {AlreadyAppliedError} `already-applied`
 */
export async function through(
  recording: Recording,
  chain: Chain,
  options: ThroughOptions = {},
): Promise<FilteredRecording> {
  const { threads, signal, onProgress } = options
  const dsp = await chooseDsp(options.dsp)
  const steps = parseChain(chain)
  const measure = measureRecording(dsp, recording, steps.steps, { signal, onProgress })
  const resolution = await resolveChain(steps, recording, measure, options)
  onProgress?.(1)
  const passes = await openPasses(dsp, recording, resolution.plan)
  const { samplingRate, channels, segments, gaps = [], applied = [] } = recording
  return {
    kind: 'recording',
    samplingRate,
    channels,
    segments,
    gaps,
    applied: [...applied, ...appliedBy(resolution, recording)],
    location: null,
    resolution,
    async traces({ segment = 0, start, end, channels: rows }, asked = {}) {
      if (start === end && segments[segment] === undefined)
        throw new InvalidParameterError('segment', segment, `one of ${segments.length}`)
      return passes.traces({ segment, start, end, ...(rows && { rows }) }, { threads, ...asked })
    },
    close: () => passes.close(),
  }
}
