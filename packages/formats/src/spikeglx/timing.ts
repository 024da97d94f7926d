import { InvalidValueError } from '../errors.ts'
import { optionalNumber, optionalText, requireNumber, requirePositive, requireText } from './entries.ts'
import type { MetaEntries } from './entries.ts'

/** The key of the sampling rate by `typeThis`. */
const rateKeys: Readonly<Record<string, string>> = { imec: 'imSampRate', nidq: 'niSampRate', obx: 'obSampRate' }

/** (Hz) Throws `missing-key`, `invalid-value`. */
export function readSamplingRate(entries: MetaEntries, typeThis: string): number {
  return requirePositive(entries, rateKeys[typeThis] ?? 'imSampRate')
}

/** (s) Throws `missing-key`, `invalid-value`. */
export function readDuration(entries: MetaEntries, samplingRate: number, savedChannels: number): number {
  const bytes = optionalNumber(entries, 'fileSizeBytes')
  const advice =
    bytes === null
      ? 'It is the length of the recording in seconds: restore the file from the acquisition computer.'
      : `It is fileSizeBytes / (2 nSavedChans rate): add the line fileTimeSecs=${bytes / (2 * savedChannels * samplingRate)}.`
  const duration = requireNumber(entries, 'fileTimeSecs', advice)
  if (duration < 0) throw new InvalidValueError(entries.path, 'fileTimeSecs', `${duration}`, 'seconds, zero or more')
  return duration
}

/** When the acquisition started; CatGT keeps that in `fileCreateTime_original`. Throws `missing-key`, `invalid-value`. */
export function readCreatedAt(entries: MetaEntries): string {
  const key = optionalText(entries, 'fileCreateTime_original') === null ? 'fileCreateTime' : 'fileCreateTime_original'
  const text = requireText(entries, key)
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text) || Number.isNaN(Date.parse(`${text}Z`)))
    throw new InvalidValueError(entries.path, key, text, 'YYYY-MM-DDTHH:MM:SS')
  return text
}
