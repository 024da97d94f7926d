import { medianOf } from '../median-of.ts'
import type { PreprocessingPlan } from '../preprocess/plan-preprocessing.ts'
import type { PreprocessReport } from '../preprocess/preprocess.ts'
import type { Errand } from './find-recordings.ts'

/** What was done, for people. */
export function formatReport(report: PreprocessReport): string {
  const { frames, noiseLevels, rms, masked, peaks, files, bytes, seconds, timesRealTime } = report
  const lines = [
    ...resolutionLines(report),
    ...(masked.length > 0
      ? [`${count(masked.length, 'stretch', 'stretches')} masked, ${shareOf(masked, frames)}`]
      : []),
    ...(noiseLevels ? [`noise: ${medianOf(noiseLevels).toFixed(1)} uV (median over channels)`] : []),
    ...(rms ? [`RMS: ${medianOf(rms).toFixed(1)} uV (median over channels)`] : []),
    ...(peaks ? [count(peaks.amplitude.length, 'peak', 'peaks')] : []),
    `${formatBytes(bytes)} in ${formatSeconds(seconds)}, ${rounded(timesRealTime, 3)} times real time`,
    ...files.map((path) => `  ${path}`),
  ]
  return lines.join('\n')
}

type Resolved = Pick<PreprocessReport, 'chain' | 'skipped' | 'badChannels' | 'silent'>

/** What the chain became with this recording. */
const resolutionLines = ({ chain, skipped, badChannels, silent }: Resolved): readonly string[] => [
  `${chain.name || 'The chain'}: ${stepsOf(chain.steps)}`,
  ...(skipped.length > 0 ? [`left out, as the recording carries them: ${stepsOf(skipped)}`] : []),
  ...(badChannels.length > 0
    ? [`bad channels: ${badChannels.map(({ channel, label }) => `${channel} (${label})`).join(', ')}`]
    : []),
  ...(silent.length > 0 ? [`0, as no good channel is near enough to make them from: ${silent.join(', ')}`] : []),
]

/** What would be done, for people. */
export function formatPlan(plan: PreprocessingPlan): string {
  const { resolution, target, bytes, memoryBytes, estimatedSeconds, implementation } = plan
  const lines = [
    ...resolutionLines(resolution),
    `would write ${formatBytes(bytes)} in about ${formatSeconds(estimatedSeconds)} and what the disk needs beyond that`,
    `would hold up to ${formatBytes(memoryBytes)} (${implementation === 'native' ? 'native' : 'TypeScript'})`,
    ...target.files.flatMap(({ binPath, lfPath }) => [`  ${binPath}`, ...(lfPath === null ? [] : [`  ${lfPath}`])]),
  ]
  return lines.join('\n')
}

/** The same as data; of peaks their number, since the files have them. */
export const reportAsData = ({ source, target }: Errand, report: PreprocessReport): object => ({
  source,
  target,
  ...report,
  noiseLevels: report.noiseLevels && [...report.noiseLevels],
  rms: report.rms && [...report.rms],
  peaks: report.peaks?.amplitude.length ?? null,
})

export const planAsData = ({ source, target }: Errand, plan: PreprocessingPlan): object => ({
  source,
  target,
  implementation: plan.implementation,
  chain: plan.resolution.chain,
  skipped: plan.resolution.skipped,
  badChannels: plan.resolution.badChannels,
  silent: plan.resolution.silent,
  files: plan.target.files.flatMap(({ binPath, lfPath }) => [binPath, ...(lfPath === null ? [] : [lfPath])]),
  frames: plan.frames,
  bytes: plan.bytes,
  memoryBytes: plan.memoryBytes,
  estimatedSeconds: plan.estimatedSeconds,
})

/** What went wrong with a recording, with the facts of the error. */
export const failureAsData = ({ source, target }: Errand, error: unknown): object => ({
  source,
  target,
  error:
    error instanceof Error
      ? { ...Object.fromEntries(Object.entries(error)), message: error.message }
      : { message: String(error) },
})

const stepsOf = (steps: readonly { readonly step: string }[]): string => steps.map(({ step }) => step).join(', ')

const shareOf = (masked: PreprocessReport['masked'], frames: number): string => {
  const hidden = masked.reduce((sum, { start, end }) => sum + end - start, 0)
  return `${rounded((100 * hidden) / frames, 2)} % of the frames`
}

const count = (number: number, one: string, many: string): string =>
  `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`

function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  return `${step === 0 ? bytes : rounded(bytes / 1000 ** step, 3)} ${units[step]}`
}

export function formatSeconds(seconds: number): string {
  if (seconds < 99.5) return `${rounded(seconds, 2)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** To so many digits, without the exponent that `toPrecision` gives larger numbers. */
const rounded = (value: number, digits: number): string => String(Number(value.toPrecision(digits)))
