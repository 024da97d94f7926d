import { padLength, steadyState, type Cascade, type Section } from './cascade.ts'

/**
 * Filters one channel forward and backward (`scipy.signal.sosfiltfilt`).
 *
 * At both ends the signal is continued by its odd extension (the samples turned by 180 degrees about the end) over
 * `padLength` samples; where SciPy refuses a signal that is no longer than that, the extension is as long as the signal
 * allows. One frame gives the response to a constant.
 *
 * @param signal the channel; overwritten by the result
 */
export function filterZeroPhase(signal: Float64Array, cascade: Cascade): void {
  if (signal.length === 0) return
  const last = signal.length - 1
  const pad = Math.min(padLength(cascade), last)
  const extended = new Float64Array(signal.length + 2 * pad)
  extended.set(signal, pad)
  for (let distance = 1; distance <= pad; distance++) {
    extended[pad - distance] = 2 * signal[0]! - signal[distance]!
    extended[pad + last + distance] = 2 * signal[last]! - signal[last - distance]!
  }
  const steady = steadyState(cascade)
  runForward(extended, cascade, steady)
  // Reversing twice is cheaper than a second set of loops that run backward.
  extended.reverse()
  runForward(extended, cascade, steady)
  extended.reverse()
  signal.set(extended.subarray(pad, pad + signal.length))
}

/** Filters one channel forward from the steady state of its first sample (`scipy.signal.sosfilt`), in place. */
export function filterCausal(signal: Float64Array, cascade: Cascade): void {
  runForward(signal, cascade, steadyState(cascade))
}

/** Two sections at a time: the processor works on one while it waits for the other. */
function runForward(signal: Float64Array, cascade: Cascade, steady: ReturnType<typeof steadyState>): void {
  const start = signal[0] ?? 0
  let index = 0
  for (; index + 1 < cascade.length; index += 2) {
    runTwo(signal, cascade[index]!, cascade[index + 1]!, steady[index]!, steady[index + 1]!, start)
  }
  if (index < cascade.length) runOne(signal, cascade[index]!, steady[index]!, start)
}

function runOne(signal: Float64Array, { b, a }: Section, steady: readonly [number, number], start: number): void {
  const [b0, b1, b2] = b
  const [a1, a2] = a
  let first = steady[0] * start
  let second = steady[1] * start
  for (let t = 0; t < signal.length; t++) {
    const x = signal[t]!
    const y = b0 * x + first
    first = b1 * x - a1 * y + second
    second = b2 * x - a2 * y
    signal[t] = y
  }
}

function runTwo(
  signal: Float64Array,
  one: Section,
  two: Section,
  steadyOne: readonly [number, number],
  steadyTwo: readonly [number, number],
  start: number,
): void {
  const [b0, b1, b2] = one.b
  const [a1, a2] = one.a
  const [d0, d1, d2] = two.b
  const [c1, c2] = two.a
  let first = steadyOne[0] * start
  let second = steadyOne[1] * start
  let third = steadyTwo[0] * start
  let fourth = steadyTwo[1] * start
  for (let t = 0; t < signal.length; t++) {
    const x = signal[t]!
    const y = b0 * x + first
    first = b1 * x - a1 * y + second
    second = b2 * x - a2 * y
    const z = d0 * y + third
    third = d1 * y - c1 * z + fourth
    fourth = d2 * y - c2 * z
    signal[t] = z
  }
}
