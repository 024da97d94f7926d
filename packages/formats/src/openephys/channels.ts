import { InvalidValueError } from '../errors.ts'
import type { AppliedStep, Channel } from '../recording/recording.ts'
import { baseName, type OpenEphysProbe, type OpenEphysSettings } from './settings.ts'
import type { OpenEphysChannel, OpenEphysStream } from './structure.ts'

/** The probe that a stream comes from; null for boards. */
export function probeOf(stream: OpenEphysStream, settings: OpenEphysSettings | null): OpenEphysProbe | null {
  const ofNode = settings?.probes.filter(({ nodeId }) => nodeId === stream.sourceId) ?? []
  return ofNode.find(({ streamName }) => streamName === baseName(stream.name)) ?? null
}

/** The channels of a stream. Throws `invalid-value` where it is unknown which ones of a probe were recorded. */
export function readChannels(
  stream: OpenEphysStream,
  settings: OpenEphysSettings | null,
  path: string,
): readonly Channel[] {
  const probe = probeOf(stream, settings)
  const numbers = probe ? readoutOf(stream, probe, settings, path) : stream.channels.map((_, index) => index)
  return stream.channels.map((channel, index): Channel => {
    const acquisitionIndex = numbers[index] ?? index
    const { name, bitVolts } = channel
    // boards state volts
    const gain = channel.units === 'V' || channel.units === 'volts' ? 1e6 * bitVolts : bitVolts
    const facts = { index, name, acquisitionIndex, gain, offset: 0 }
    return probe ? { ...facts, ...siteOf(probe, stream, acquisitionIndex, gain) } : facts
  })
}

const isLfp = ({ name }: OpenEphysStream): boolean => name.endsWith('-LFP')

function siteOf(probe: OpenEphysProbe, stream: OpenEphysStream, channel: number, gain: number): Partial<Channel> {
  const { type } = probe
  const site = probe.sites.get(channel)
  const amplifier = (isLfp(stream) ? probe.lfGain : probe.apGain) ?? type.apGains[0] ?? 1
  // (uV) the converter's end, in counts of this file, which are finer than its own
  const most = Math.round((1e6 * type.adcRange) / 2 / amplifier / gain)
  return {
    ...(site && { site: { ...site, used: !isReference(probe, channel) } }),
    sampleShift: type.sampleShift(channel, isLfp(stream) ? 'lf' : 'ap'),
    range: { least: -most, most },
  }
}

/** Channel 191 of a 1.0 probe reads the reference on the shank in every bank (electrodes 191, 575 and 959). */
const isReference = ({ type }: OpenEphysProbe, channel: number): boolean =>
  type.muxFormat === 'np1000' && type.electrodeCount === 960 && channel === 191

/** The read-out channels of a stream's columns. */
function readoutOf(
  stream: OpenEphysStream,
  probe: OpenEphysProbe,
  settings: OpenEphysSettings | null,
  path: string,
): readonly number[] {
  const { readoutChannels } = probe.type
  const count = stream.channels.length
  const numbers = byName(stream.channels) ?? byRecordNode(stream, settings)
  if (numbers?.length === count && numbers.every((number) => number < readoutChannels)) return numbers
  if (count === readoutChannels) return stream.channels.map((_, index) => index)
  throw new InvalidValueError(
    path,
    'channel_name',
    stream.channels[0]?.name ?? '',
    `names such as AP1 or CH0, or a recording_state in settings.xml, that tell which ${count} of ${readoutChannels} channels were recorded`,
  )
}

/** `AP1` is channel 0 in versions 0.6, `CH0` in 1.0. */
function byName(channels: readonly OpenEphysChannel[]): readonly number[] | null {
  const numbers = channels.map(({ name }) => {
    const [, kind, digits] = /^(AP|LFP?|CH)(\d+)$/.exec(name) ?? []
    return digits === undefined ? -1 : Number(digits) - (kind === 'CH' ? 0 : 1)
  })
  return new Set(numbers).size === numbers.length && numbers.every((number) => number >= 0) ? numbers : null
}

function byRecordNode(stream: OpenEphysStream, settings: OpenEphysSettings | null): readonly number[] | null {
  const node = settings?.processors.find(({ nodeId }) => nodeId === stream.recordNodeId)
  const state = node?.recordedOf(stream.name) ?? null
  if (state === null || !/^[01]+$/.test(state)) return null
  return Array.from(state).flatMap((digit, channel) => (digit === '1' ? [channel] : []))
}

/** Processors that change counts, by what chains call that. */
const changes: readonly (readonly [RegExp, readonly string[]])[] = [
  [/band ?-?pass/i, ['high-pass', 'low-pass']],
  [/\bCAR\b|common (avg|average|median)/i, ['common-reference']],
  [/notch/i, ['notch']],
  [/phase|filter|whiten|rereferenc|reference|channel map/i, ['other']],
]

/** What the processors between source and record node did. */
export function readHistory(stream: OpenEphysStream, settings: OpenEphysSettings | null): readonly AppliedStep[] {
  const names = stream.channels[0]?.history.slice(1) ?? []
  return names.flatMap((name) => {
    const [, steps = []] = changes.find(([pattern]) => pattern.test(name)) ?? []
    const processor = settings?.processors.find((candidate) => candidate.name === name)
    const parameters = Array.from(processor?.parametersOf(stream.name) ?? [], ([key, value]) => `${key}=${value}`)
    const details = [name, ...parameters].join(' ')
    return steps.map((step): AppliedStep => ({ step, by: `Open Ephys ${settings?.version ?? ''}`.trim(), details }))
  })
}
