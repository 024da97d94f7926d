import type { Recording } from '@neurojoint/formats/recording'
import { flag, notNegative, numberIn, oneOf, orNull, positive, record, withDefault } from '../chain/readers.ts'
import type { Reader } from '../chain/readers.ts'
import { InvalidParameterError } from '../errors.ts'
import type { PassOutputs } from '../pass.ts'

/** What is found or written beside the frames, in the same pass. */
export interface OutputChoices {
  /** Noise of each channel of the result. Default false. */
  readonly noiseLevels?: boolean | undefined
  /** Root mean square of each channel of the result over all frames that are not masked. Default false. */
  readonly rms?: boolean | undefined
  /** Masked stretches (saturated, still, lost) as a file too; the report has them anyway. Default false. */
  readonly saturation?: boolean | undefined
  /** Peaks of the result. Default none. */
  readonly peaks?: PeakChoices | null | undefined
  /** The LF band of a full band, in a file of its own. Default false. */
  readonly lf?: boolean | undefined
  /**
   * A file of times (s from the start of the recording), depths (um) and amplitudes (uV) of the peaks, which `driftRaster` of
   * `@neurojoint/figures` draws. Default false; where no peaks are asked for, those of the defaults, located within 75 um.
   */
  readonly driftRaster?: boolean | undefined
}

export interface PeakChoices {
  /** In noise levels. Default 5. */
  readonly threshold?: number | undefined
  /** (um) channels no further apart compete. Default 60. */
  readonly radius?: number | undefined
  /** (s) peaks no further apart compete. Default 0.0005. */
  readonly exclusionSeconds?: number | undefined
  /** Default `negative`. */
  readonly sign?: 'negative' | 'positive' | 'both' | undefined
  /** (um) peaks are located by the centre of mass of channels this near; null, the default, to leave that out. */
  readonly locateRadius?: number | null | undefined
}

/** Choices with everything said. */
export type CompleteOutputs = {
  readonly [Field in keyof OutputChoices]-?: Exclude<OutputChoices[Field], undefined>
} & {
  readonly peaks: CompletePeaks | null
}
export type CompletePeaks = { readonly [Field in keyof PeakChoices]-?: Exclude<PeakChoices[Field], undefined> }

/** Reads choices of peaks from data of unknown origin; throws `invalid-parameter` with the path of what is wrong. */
export const parsePeaks: Reader<CompletePeaks> = record<CompletePeaks>({
  threshold: withDefault(5, positive),
  radius: withDefault(60, notNegative),
  exclusionSeconds: withDefault(0.0005, numberIn({ least: 0, most: 1 })),
  sign: withDefault('negative', oneOf('negative', 'positive', 'both')),
  locateRadius: withDefault(null, orNull(positive)),
})

const readOutputs: Reader<CompleteOutputs> = record<CompleteOutputs>({
  noiseLevels: withDefault(false, flag),
  rms: withDefault(false, flag),
  saturation: withDefault(false, flag),
  peaks: withDefault(null, orNull(parsePeaks)),
  lf: withDefault(false, flag),
  driftRaster: withDefault(false, flag),
})

/** Reads choices of outputs; throws `invalid-parameter` with the path of what is wrong. */
export function parseOutputs(outputs: OutputChoices = {}): CompleteOutputs {
  const complete = readOutputs('outputs', outputs)
  if (!complete.driftRaster || complete.peaks) return complete
  return { ...complete, peaks: parsePeaks('peaks', { locateRadius: 75 }) }
}

/** (Hz) the rate that an LF band is to have, about. */
const lfRate = 2500

/** Every how many frames of a full band there is one of its LF band. */
export const lfFactor = (samplingRate: number): number => Math.min(32, Math.max(2, Math.round(samplingRate / lfRate)))

/** Refuses to let peaks compete with, or be located from, their neighbours where nobody knows which those are. */
export function requireSites({ peaks }: CompleteOutputs, { channels }: Pick<Recording, 'channels'>): void {
  const unknown = channels.find(({ site }) => !site)
  if (!peaks || !unknown) return
  const expected = (value: string): string =>
    `${value}, since the recording does not say where its channels are (${unknown.name}), or a recording that does`
  if (peaks.locateRadius !== null)
    throw new InvalidParameterError('outputs.peaks.locateRadius', peaks.locateRadius, expected('null'))
  if (peaks.radius > 0) throw new InvalidParameterError('outputs.peaks.radius', peaks.radius, expected('0'))
}

/** So far from everything, and from each other (um), are channels that take no part. */
const farAway = 1e7

/** The outputs of a pass; channels that are bad or no recording sites are far from all others, and their peaks are dropped later. */
export function passOutputs(
  { noiseLevels, rms, peaks, lf }: CompleteOutputs,
  { samplingRate, channels }: Recording,
  good: readonly number[],
  lfPath: string | null,
): PassOutputs {
  const takesPart = new Set(good)
  return {
    noiseLevels: noiseLevels || peaks !== null,
    rms,
    ...(peaks && {
      peaks: {
        positions: channels.flatMap(({ site }, row) =>
          takesPart.has(row) && site ? [site.x, site.y] : [farAway * (row + 1), farAway],
        ),
        threshold: peaks.threshold,
        radius: peaks.radius,
        // rounded down, as SpikeInterface does; 0.5 ms at 30 kHz must not become 14 frames
        exclusionFrames: Math.floor(peaks.exclusionSeconds * samplingRate + 1e-6),
        sign: peaks.sign,
        locateRadius: peaks.locateRadius,
      },
    }),
    ...(lf && lfPath !== null && { lf: { path: lfPath, factor: lfFactor(samplingRate) } }),
  }
}
