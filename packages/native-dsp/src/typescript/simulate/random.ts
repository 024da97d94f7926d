/** A stream of 32-bit draws that can be asked for in any order. */
export interface Stream {
  readonly multiplier: number // odd
  readonly offset: number
}

/** What a stream is for; streams of one seed that differ in purpose or index are unrelated. */
export const purpose = { unit: 1, train: 2, amplitude: 3, channelNoise: 4, commonNoise: 5 } as const

export function openStream(seed: number, use: number, index: number): Stream {
  const offset = mix(mix(seed ^ mix(use)) + Math.imul(index, 0x9e3779b9))
  return { multiplier: mix(offset + 0x6a09e667) | 1, offset }
}

/** Draw number `counter` of a stream, as a signed 32-bit integer. */
export const draw = ({ multiplier, offset }: Stream, counter: number): number =>
  mix((Math.imul(counter, multiplier) + offset) | 0)

/** The 32-bit finaliser of least bias found by C. Wellons' hash prospector (constants 21f0aaad, 735a2d97). */
export function mix(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return h ^ (h >>> 15)
}

/** A uniform number in [0, 1) from one draw. */
const uniform = (stream: Stream, counter: number): number => (draw(stream, counter) >>> 0) / 4294967296

/** The four bytes of a draw added up: a bell of mean 0 and standard deviation `bellDeviation` (Irwin-Hall of order 4). */
export function bell(h: number): number {
  const pairs = (h & 0x00ff00ff) + ((h >>> 8) & 0x00ff00ff)
  return (pairs & 0xffff) + (pairs >>> 16) - 510
}

/** Four discrete uniform numbers 0..255 have the variance 4 * (256**2 - 1) / 12. */
export const bellDeviation = Math.sqrt(21845)

/** Reads a stream from its beginning. */
export function readStream(stream: Stream) {
  let counter = 0
  const next = (): number => uniform(stream, counter++)

  /**
   * An exponential number of mean 1 by comparisons only (J. von Neumann 1951, "Various techniques used in connection
   * with random digits"): no logarithm, hence the same bits in every language.
   */
  function nextExponential(): number {
    for (let whole = 0; ; whole++) {
      const first = next()
      let previous = first
      let length = 1
      for (let value = next(); value < previous; value = next()) {
        previous = value
        length++
      }
      if (length % 2 === 1) return whole + first
    }
  }

  return { next, nextExponential }
}
