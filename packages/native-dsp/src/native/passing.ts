import { checkedPass, type PassWork } from '../checked-pass.ts'
import { InvalidParameterError } from '../errors.ts'
import { requirePassSource } from '../pass-parameters.ts'
import type { PassExtent, PassFindings, PassOutputs, PassPeaks, PassRange, PassTarget, Passing } from '../pass.ts'
import { requirePlan } from '../plan-parameters.ts'
import type { Plan, SpatialPlan } from '../plan.ts'
import type { Binding, Control } from './binding.ts'
import { runOperation, translate } from './operation.ts'

/** What `crates/node` exports for this area; what is null in a plan is not there. */
export interface PassingBinding {
  openPass(source: object, plan: object): Promise<NativePass>
}

interface NativePass {
  blockFrames(): number
  memoryBytes(threads: number): number
  traces(range: PassRange, threads: number, ...control: Control): Promise<Int16Array>
  tracesInto(range: PassRange, into: Int16Array, threads: number, ...control: Control): Promise<void>
  run(
    target: PassTarget | null,
    outputs: object,
    extent: PassExtent | null,
    threads: number,
    ...control: Control
  ): Promise<NativeFindings>
  close(): void
}

interface NativeFindings extends Pick<PassFindings, 'masked' | 'frames'> {
  readonly noiseLevels?: Float32Array
  readonly rms?: Float32Array
  readonly peaks?: Omit<PassPeaks, 'location'> & { readonly location?: Float32Array }
}

export function createNativePassing(binding: Binding): Passing {
  return {
    async openPass(source, plan) {
      requirePassSource(source)
      requirePlan(plan, source.columns, source.segments)
      if (source.kind === 'reader') throw new InvalidParameterError('kind', source.kind, 'a file or memory')
      const pass = await binding
        .openPass(withoutNulls(source), withoutNulls(nativePlan(plan)))
        .catch((error: unknown) => {
          throw translate(error)
        })
      return checkedPass(source, plan, nativeWork(binding, pass))
    },
  }
}

function nativeWork(binding: Binding, pass: NativePass): PassWork {
  return {
    blockFrames: pass.blockFrames(),
    memoryBytes: (threads) => pass.memoryBytes(threads),

    async traces({ range, into, threads }, options) {
      if (into === undefined)
        return runOperation(binding, options, (...control) => pass.traces(range, threads, ...control))
      await runOperation(binding, options, (...control) => pass.tracesInto(range, into, threads, ...control))
      return into
    },

    async run({ target, outputs, extent, threads }, options) {
      const asked = nativeOutputs(outputs)
      const found = await runOperation(
        binding,
        options,
        (...control) => pass.run(target, asked, extent ?? null, threads, ...control),
        target !== null,
      )
      const { noiseLevels, rms, masked, peaks, frames } = found
      const located = typeof outputs.peaks?.locateRadius === 'number'
      return {
        noiseLevels: noiseLevels ?? null,
        rms: rms ?? null,
        masked,
        peaks: peaks ? { ...peaks, location: located ? (peaks.location ?? null) : null } : null,
        frames,
      }
    },

    close: () => pass.close(),
  }
}

function nativeOutputs({ noiseLevels = false, rms = false, peaks, lf }: PassOutputs): object {
  return withoutNulls({ noiseLevels, rms, peaks: peaks && withoutNulls(peaks), lf })
}

function nativePlan(plan: Plan): object {
  const { mask, temporal } = plan
  return {
    ...plan,
    mask: mask && withoutNulls(mask),
    temporal: { ...withoutNulls(temporal), filters: temporal.filters.map(withoutNulls) },
    spatial: plan.spatial.map(nativeStep),
  }
}

/** Groups of a spatial high-pass are lists, those of a reference are not: the binding has one type for all steps. */
export function nativeStep(step: SpatialPlan): object {
  if (step.kind !== 'spatial-high-pass') return step
  const { groups, ...rest } = step
  return { ...withoutNulls(rest), members: groups }
}

/** The binding tells what is missing from what is there, and knows no null. */
const withoutNulls = (object: object): object =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined))
