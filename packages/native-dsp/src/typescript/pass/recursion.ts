import { steadyState, type Cascade } from '../cascade.ts'

/** Sections as tight loops want them: pairs of sections, a single one paired with one that does nothing. */
export interface Recursion {
  /** For each pair: `b0 b1 b2 a1 a2` of one section and of the other. */
  readonly coefficients: readonly Float64Array[]
  /** For each pair: the two states of either section in the steady state of a constant input of 1 to the cascade. */
  readonly steady: readonly Float64Array[]
  /** Whether the second of a pair is there. */
  readonly isPair: readonly boolean[]
}

export function prepareRecursion(cascade: Cascade): Recursion {
  const steady = steadyState(cascade)
  const pairs = Array.from({ length: Math.ceil(cascade.length / 2) }, (_, index) => 2 * index)
  return {
    coefficients: pairs.map((at) =>
      Float64Array.from(cascade.slice(at, at + 2).flatMap(({ b, a }) => [b[0], b[1], b[2], a[0], a[1]])),
    ),
    steady: pairs.map((at) => Float64Array.from(steady.slice(at, at + 2).flat())),
    isPair: pairs.map((at) => at + 1 < cascade.length),
  }
}

/** Numbers too small to matter, but slow to compute with, become 0 after so many samples. */
const flushedEvery = 1024
const least = 1e-20

const state = new Float64Array(4)

/** Runs the sections over the samples `start` to `end`, from the steady state of the first, in place. */
export function runForward(signal: Float64Array, start: number, end: number, recursion: Recursion): void {
  if (end <= start) return
  const level = signal[start]!
  for (let pair = 0; pair < recursion.coefficients.length; pair++) {
    const coefficients = recursion.coefficients[pair]!
    settle(recursion.steady[pair]!, level)
    const run = recursion.isPair[pair]! ? forwardTwo : forwardOne
    for (let at = start; at < end; at += flushedEvery) {
      run(signal, at, Math.min(end, at + flushedEvery), coefficients)
      flush()
    }
  }
}

/** The same, from the last sample to the first. */
export function runBackward(signal: Float64Array, start: number, end: number, recursion: Recursion): void {
  if (end <= start) return
  const level = signal[end - 1]!
  for (let pair = 0; pair < recursion.coefficients.length; pair++) {
    const coefficients = recursion.coefficients[pair]!
    settle(recursion.steady[pair]!, level)
    const run = recursion.isPair[pair]! ? backwardTwo : backwardOne
    for (let at = end; at > start; at -= flushedEvery) {
      run(signal, Math.max(start, at - flushedEvery), at, coefficients)
      flush()
    }
  }
}

function settle(steady: Float64Array, level: number): void {
  for (let index = 0; index < steady.length; index++) state[index] = steady[index]! * level
}

function flush(): void {
  for (let index = 0; index < 4; index++) if (Math.abs(state[index]!) < least) state[index] = 0
}

function forwardOne(signal: Float64Array, start: number, end: number, c: Float64Array): void {
  const [b0, b1, b2, a1, a2] = [c[0]!, c[1]!, c[2]!, c[3]!, c[4]!]
  let first = state[0]!
  let second = state[1]!
  for (let t = start; t < end; t++) {
    const x = signal[t]!
    const y = b0 * x + first
    first = b1 * x + second - a1 * y
    second = b2 * x - a2 * y
    signal[t] = y
  }
  state[0] = first
  state[1] = second
}

function backwardOne(signal: Float64Array, start: number, end: number, c: Float64Array): void {
  const [b0, b1, b2, a1, a2] = [c[0]!, c[1]!, c[2]!, c[3]!, c[4]!]
  let first = state[0]!
  let second = state[1]!
  for (let t = end - 1; t >= start; t--) {
    const x = signal[t]!
    const y = b0 * x + first
    first = b1 * x + second - a1 * y
    second = b2 * x - a2 * y
    signal[t] = y
  }
  state[0] = first
  state[1] = second
}

/** Two sections at a time: the processor works on one while it waits for the other. */
function forwardTwo(signal: Float64Array, start: number, end: number, c: Float64Array): void {
  const [b0, b1, b2, a1, a2] = [c[0]!, c[1]!, c[2]!, c[3]!, c[4]!]
  const [d0, d1, d2, c1, c2] = [c[5]!, c[6]!, c[7]!, c[8]!, c[9]!]
  let first = state[0]!
  let second = state[1]!
  let third = state[2]!
  let fourth = state[3]!
  for (let t = start; t < end; t++) {
    const x = signal[t]!
    const y = b0 * x + first
    first = b1 * x + second - a1 * y
    second = b2 * x - a2 * y
    const z = d0 * y + third
    third = d1 * y + fourth - c1 * z
    fourth = d2 * y - c2 * z
    signal[t] = z
  }
  state[0] = first
  state[1] = second
  state[2] = third
  state[3] = fourth
}

function backwardTwo(signal: Float64Array, start: number, end: number, c: Float64Array): void {
  const [b0, b1, b2, a1, a2] = [c[0]!, c[1]!, c[2]!, c[3]!, c[4]!]
  const [d0, d1, d2, c1, c2] = [c[5]!, c[6]!, c[7]!, c[8]!, c[9]!]
  let first = state[0]!
  let second = state[1]!
  let third = state[2]!
  let fourth = state[3]!
  for (let t = end - 1; t >= start; t--) {
    const x = signal[t]!
    const y = b0 * x + first
    first = b1 * x + second - a1 * y
    second = b2 * x - a2 * y
    const z = d0 * y + third
    third = d1 * y + fourth - c1 * z
    fourth = d2 * y - c2 * z
    signal[t] = z
  }
  state[0] = first
  state[1] = second
  state[2] = third
  state[3] = fourth
}
