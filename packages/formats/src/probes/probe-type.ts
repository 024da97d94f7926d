/** How the rows of an `~imroTbl` are laid out (`z_imro_formats` of the vendor's table). */
export type ImroFormat =
  | 'np1000'
  | 'np1110'
  | 'np2000'
  | 'np2003'
  | 'np2010'
  | 'np2013'
  | 'np2020'
  | 'np3010'
  | 'np3020'

/** How the read-out channels share ADCs. */
export type MuxFormat = 'np1000' | 'np1200' | 'np2000' | 'np2020' | 'np3010' | 'np3020'

/** One recording site: `electrode` counts over all shanks, row by row from the tip; `x` and `y` are in µm. */
export interface Electrode {
  readonly electrode: number
  readonly shank: number
  /** Left to right on its shank. */
  readonly column: number
  /** From the tip. */
  readonly row: number
  /** From the left edge of the first shank (µm). */
  readonly x: number
  /** From the centre of the lowest row (µm). */
  readonly y: number
}

/** What the vendor states about a family of part numbers; lengths in µm. */
export interface ProbeFeatures {
  readonly name: string
  readonly shanks: number
  /** Per shank. */
  readonly columns: number
  /** Per shank. */
  readonly rows: number
  readonly shankPitch: number
  readonly horizontalPitch: number
  readonly verticalPitch: number
  /** From the left edge of the shank to the leftmost site of an even row. */
  readonly evenRowOffset: number
  /** From the left edge of the shank to the leftmost site of an odd row. */
  readonly oddRowOffset: number
  readonly shankWidth: number
  readonly tipLength: number
  /** Side of a square site. */
  readonly siteSide: number
  readonly adcBits: number
  /** Peak to peak (V). */
  readonly adcRange: number
  /** The AP gains that can be chosen; one value where the gain is fixed. */
  readonly apGains: readonly number[]
  /** (Hz); null where one stream carries the full band. */
  readonly lfSamplingRate: number | null
  readonly imroFormat: ImroFormat
  readonly muxFormat: MuxFormat
  readonly readoutChannels: number
}

/** A probe part number with its geometry and read-out. */
export interface ProbeType extends ProbeFeatures {
  readonly kind: 'probe-type'
  readonly partNumber: string
  /** Of all shanks together. */
  readonly electrodeCount: number
  /** All sites in the order of their number. */
  electrodes(): Iterable<Electrode>
  /** The site at a place; throws `out-of-range`. */
  electrodeAt(shank: number, column: number, row: number): Electrode
  /**
   * How much later than the frame's start the ADC samples a read-out channel, as a fraction of a sample; throws
   * `out-of-range`. `band` is the stream's: the LF band of 1.0 probes is sampled in turn over twelve AP samples.
   */
  sampleShift(acquisitionChannel: number, band?: 'ap' | 'lf'): number
}
