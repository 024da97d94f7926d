import { InvalidValueError, MissingKeyError } from '../errors.ts'
import type { ProbeType } from '../probes/index.ts'
import { optionalNumber, requirePositive } from './entries.ts'
import type { MetaEntries } from './entries.ts'
import type { Imro } from './imro.ts'
import type { ChannelKind, SavedChannel } from './saved-channels.ts'

const microvolts = 1e6

/** Microvolts per count of each analog channel of a probe: range / steps / gain. Throws `missing-key`, `invalid-value`. */
export function readProbeGains(
  entries: MetaEntries,
  probe: ProbeType,
  imro: Imro,
  channels: readonly SavedChannel[],
): readonly number[] {
  const range = requirePositive(entries, 'imAiRangeMax')
  const steps = readProbeSteps(entries, probe)
  return channels.map(({ kind, acquisitionIndex }) => {
    const settings = imro.get(acquisitionIndex)
    // a probe without an LF stream has LF files only from CatGT, which keeps the counts of the full band
    const isLf = kind === 'LF' && probe.lfSamplingRate !== null
    const gain =
      (isLf ? settings?.lfGain : settings?.apGain) ??
      optionalNumber(entries, isLf ? 'imChan0lfGain' : 'imChan0apGain') ??
      fixedGain(entries, probe, acquisitionIndex)
    if (gain <= 0)
      throw new InvalidValueError(
        entries.path,
        '~imroTbl',
        `a gain of ${gain} on channel ${acquisitionIndex}`,
        'a gain above zero',
      )
    return (microvolts * range) / steps / gain
  })
}

/** The counts from zero to the end of a probe's converter. Throws `invalid-value`. */
export function readProbeSteps(entries: MetaEntries, probe: ProbeType): number {
  return optionalNumber(entries, 'imMaxInt') === null ? 2 ** (probe.adcBits - 1) : requirePositive(entries, 'imMaxInt')
}

/** The counts from zero to the end of a board's converter. Throws `missing-key`, `invalid-value`. */
export function readBoardSteps(entries: MetaEntries, stream: 'nidq' | 'obx'): number {
  if (stream === 'nidq' && optionalNumber(entries, 'niMaxInt') === null) return 32768
  return requirePositive(entries, stream === 'nidq' ? 'niMaxInt' : 'obMaxInt')
}

/** The gain of probes that have only one. */
function fixedGain(entries: MetaEntries, { apGains: [gain, ...others] }: ProbeType, channel: number): number {
  if (gain === undefined || others.length > 0)
    throw new MissingKeyError(
      entries.path,
      '~imroTbl',
      `It has no row for the saved channel ${channel}, so its gain is unknown.`,
    )
  return gain
}

/** Microvolts per count of each analog channel of a National Instruments board. Throws `missing-key`, `invalid-value`. */
export function readNidqGains(entries: MetaEntries, channels: readonly SavedChannel[]): readonly number[] {
  const range = requirePositive(entries, 'niAiRangeMax')
  const steps = readBoardSteps(entries, 'nidq')
  const amplifierKeys: Partial<Record<ChannelKind, string>> = { MN: 'niMNGain', MA: 'niMAGain' }
  return channels.map(({ kind }) => {
    const key = amplifierKeys[kind]
    return (microvolts * range) / steps / (key === undefined ? 1 : requirePositive(entries, key))
  })
}

/** Microvolts per count of each analog channel of a OneBox. Throws `missing-key`, `invalid-value`. */
export function readObxGains(entries: MetaEntries, channels: readonly SavedChannel[]): readonly number[] {
  const range = requirePositive(entries, 'obAiRangeMax')
  const steps = readBoardSteps(entries, 'obx')
  return channels.map(() => (microvolts * range) / steps)
}
