/** A Fourier transform of complex signals whose length is a power of 2, in place, in double precision. */
export interface Fourier {
  /** Where the frequency (counted in turns over the signal) stands in a spectrum. */
  readonly place: Int32Array
  /** Of a signal in its order: the spectrum in the order of `place`. */
  forward(re: Float64Array, im: Float64Array): void
  /** The reverse, times the length. */
  inverse(re: Float64Array, im: Float64Array): void
}

/** Decimation in frequency, and in time on the way back (Gentleman and Sande 1966), so that nothing has to be reordered. */
export function createFourier(length: number): Fourier {
  const cosines = Float64Array.from({ length: length / 2 }, (_, index) => Math.cos((2 * Math.PI * index) / length))
  const sines = Float64Array.from({ length: length / 2 }, (_, index) => Math.sin((2 * Math.PI * index) / length))
  return {
    place: reversedBits(length),
    forward(re, im) {
      for (let half = length / 2, step = 1; half >= 1; half /= 2, step *= 2) {
        for (let start = 0; start < length; start += 2 * half) spread(re, im, start, half, step, cosines, sines)
      }
    },
    inverse(re, im) {
      for (let half = 1, step = length / 2; half < length; half *= 2, step /= 2) {
        for (let start = 0; start < length; start += 2 * half) gather(re, im, start, half, step, cosines, sines)
      }
    },
  }
}

function spread(
  re: Float64Array,
  im: Float64Array,
  start: number,
  half: number,
  step: number,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  for (let upper = start, lower = start + half, turn = 0; upper < start + half; upper++, lower++, turn += step) {
    const a = re[upper]!
    const b = im[upper]!
    const c = re[lower]!
    const d = im[lower]!
    re[upper] = a + c
    im[upper] = b + d
    const x = a - c
    const y = b - d
    const cosine = cosines[turn]!
    const sine = sines[turn]!
    re[lower] = x * cosine + y * sine
    im[lower] = y * cosine - x * sine
  }
}

function gather(
  re: Float64Array,
  im: Float64Array,
  start: number,
  half: number,
  step: number,
  cosines: Float64Array,
  sines: Float64Array,
): void {
  for (let upper = start, lower = start + half, turn = 0; upper < start + half; upper++, lower++, turn += step) {
    const cosine = cosines[turn]!
    const sine = sines[turn]!
    const c = re[lower]!
    const d = im[lower]!
    const x = c * cosine - d * sine
    const y = d * cosine + c * sine
    const a = re[upper]!
    const b = im[upper]!
    re[upper] = a + x
    im[upper] = b + y
    re[lower] = a - x
    im[lower] = b - y
  }
}

function reversedBits(length: number): Int32Array {
  const reversed = new Int32Array(length)
  for (let index = 1; index < length; index++) {
    reversed[index] = (reversed[index >> 1]! >> 1) | (index & 1 ? length >> 1 : 0)
  }
  return reversed
}
