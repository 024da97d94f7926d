/** Compression is kept only where it leaves less than this of the payload. */
export const worthwhile = 0.9

/** Parts of a payload that are looked at, and the size of each. */
const PARTS = 8
const PART_BYTES = 512

/** About what zlib needs for a repetition, in bits, and how far back it looks for one. */
const REPETITION_BITS = 22
const WINDOW = 32_768

const hashBits = 12
/** Where a word of four bytes stood last, and which one that was, by its hash. */
const lastPlaces = new Int32Array(2 ** hashBits)
const lastWords = new Int32Array(2 ** hashBits)
const counts = new Uint32Array(256)

/**
 * Guesses from some parts of a payload whether zlib would save more than a tenth of it: by how often each byte occurs
 * outside of what has occurred before. Random numbers, with which zlib takes longest, are so told in no time.
 */
export function looksCompressible(payload: Uint8Array): boolean {
  counts.fill(0)
  lastPlaces.fill(-WINDOW)
  let bytes = 0
  let repetitions = 0
  const stride = Math.max(PART_BYTES, Math.floor((payload.length - PART_BYTES) / (PARTS - 1)))
  for (let part = 0; part < PARTS && part * stride < payload.length; part++) {
    const start = part * stride
    const end = Math.min(start + PART_BYTES, payload.length)
    bytes += end - start
    repetitions += look(payload, start, end)
  }
  return repetitions * REPETITION_BITS + entropyBits() < bytes * 8 * worthwhile
}

/** Counts the bytes of a part that repeat nothing before, and the repetitions. */
function look(payload: Uint8Array, start: number, end: number): number {
  let repetitions = 0
  let at = start
  let word = wordAt(payload, at)
  while (at + 4 < end) {
    const slot = Math.imul(word, 0x9e3779b1) >>> (32 - hashBits)
    const before = lastPlaces[slot] ?? -WINDOW
    lastPlaces[slot] = at
    if (lastWords[slot] === word && at - before <= WINDOW) {
      repetitions += 1
      const distance = at - before
      at += 4
      while (at < end && payload[at] === payload[at - distance]) at += 1
      word = wordAt(payload, at)
    } else {
      lastWords[slot] = word
      const byte = word & 0xff
      counts[byte] = (counts[byte] ?? 0) + 1
      // little-endian: the next word has one more byte at its end
      word = (word >>> 8) | ((payload[at + 4] ?? 0) << 24)
      at += 1
    }
  }
  return repetitions
}

/** The four bytes that stand there, the first one lowest. */
const wordAt = (payload: Uint8Array, at: number): number =>
  (payload[at] ?? 0) | ((payload[at + 1] ?? 0) << 8) | ((payload[at + 2] ?? 0) << 16) | ((payload[at + 3] ?? 0) << 24)

/** How many bits the counted bytes take where each has the best code of its own. */
function entropyBits(): number {
  let all = 0
  let bits = 0
  for (const times of counts) {
    all += times
    if (times > 0) bits -= times * Math.log2(times)
  }
  return all === 0 ? 0 : bits + all * Math.log2(all)
}
