import type { MuxFormat } from './probe-type.ts'

/** In which turn an ADC samples each of its channels. */
interface Multiplexer {
  /** ADC samples per AP sample: one more than the turns where a last turn belongs to the LF band. */
  readonly cycles: number
  readonly turns: number
  /** The turn of a read-out channel; channels come in pairs, one pair of every block per turn. */
  turnOf(channel: number): number
}

const inPairs = (turns: number, cycles: number): Multiplexer => ({
  turns,
  cycles,
  turnOf: (channel) => Math.floor((channel % (2 * turns)) / 2),
})

/** `mux_np1200` of the vendor's table: one row per turn, 128 marks an ADC that pauses. */
const turns128 = [
  [84, 11, 85, 5, 74, 10, 56, 112, 46, 121, 39, 127],
  [100, 26, 110, 33, 69, 24, 63, 109, 45, 93, 25, 99],
  [87, 0, 82, 6, 71, 15, 53, 117, 43, 122, 42, 116],
  [102, 28, 81, 34, 70, 18, 60, 103, 17, 94, 27, 101],
  [73, 1, 86, 7, 68, 16, 50, 106, 40, 123, 128, 128],
  [105, 29, 75, 35, 67, 12, 54, 89, 20, 95, 128, 128],
  [76, 2, 83, 8, 65, 13, 47, 118, 49, 124, 128, 128],
  [108, 30, 78, 36, 64, 14, 51, 90, 23, 96, 128, 128],
  [79, 3, 80, 9, 62, 114, 44, 119, 52, 125, 128, 128],
  [104, 31, 72, 37, 61, 113, 57, 91, 19, 97, 128, 128],
  [88, 4, 77, 21, 59, 111, 41, 120, 55, 126, 128, 128],
  [107, 32, 66, 38, 58, 115, 48, 92, 22, 98, 128, 128],
]

const multiplexers: Readonly<Record<MuxFormat, Multiplexer>> = {
  // twelve turns for the AP band and a thirteenth for the LF band
  np1000: inPairs(12, 13),
  np1200: { turns: 12, cycles: 13, turnOf: (channel) => turns128.findIndex((turn) => turn.includes(channel)) },
  np2000: inPairs(16, 16),
  np2020: inPairs(16, 16),
  np3010: inPairs(16, 16),
  np3020: inPairs(16, 16),
}

/**
 * The delay of a read-out channel as a fraction of a sample of its band. An LF sample is taken in the last ADC cycle of
 * one of twelve AP samples (CatGT's rule; SpikeInterface gives the LF band the AP band's fractions).
 */
export function sampleShift(mux: MuxFormat, channel: number, band: 'ap' | 'lf'): number {
  const { turns, cycles, turnOf } = multiplexers[mux]
  return turnOf(channel) / (band === 'lf' && cycles > turns ? turns : cycles)
}
