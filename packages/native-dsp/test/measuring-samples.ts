import { readFileSync } from 'node:fs'

/** Upper halves of a linear congruential generator, -32768 to 32767: `uniform` of `fixtures/measuring/make.py`. */
export function uniform(seed: number, count: number): Int32Array {
  let x = seed
  return Int32Array.from({ length: count }, () => {
    x = (Math.imul(1_664_525, x) + 1_013_904_223) >>> 0
    return (x >>> 16) - 32_768
  })
}

export const probeChannels = 48

/** `probe` of `make.py`: 7 and 30 are dead, 12 is noisy, 25 sees too much, 40 and on are outside. */
export function probe(frames = 10_000): Int16Array {
  const raw = uniform(1, frames + 8)
  const own = uniform(2, frames * probeChannels)
  const counts = new Int16Array(frames * probeChannels)
  for (let t = 0; t < frames; t++) {
    const shared = (raw.subarray(t + 1, t + 9).reduce((sum, value) => sum + value, 0) * 6) >> 16
    for (let c = 0; c < probeChannels; c++) {
      const dead = c === 7 || c === 30
      const signal = (shared * (dead ? 0 : c === 25 ? 4 : 1)) >> (c >= 40 ? 3 : 0)
      const noise = ((own[t * probeChannels + c] ?? 0) * (dead ? 3 : c === 12 ? 80 : 10)) >> 16
      counts[t * probeChannels + c] = signal + noise
    }
  }
  return counts
}

/** (um) x, y of each channel of `recording` in `make.py`. */
export const probePositions = (channels: number): number[] =>
  Array.from({ length: channels }, (_, c) => [[43, 11, 59, 27][c % 4] ?? 0, 20 * Math.floor(c / 2)]).flat()

export const saturatedChannels = 20

/** `saturated` of `make.py`. */
export function saturated(frames = 3000): Int16Array {
  const counts = Int16Array.from(uniform(3, frames * saturatedChannels), (value) => (value * 40) >> 16)
  const change = (start: number, stop: number, upTo: number, to: (count: number) => number): void => {
    for (let t = start; t < stop; t++) {
      for (let c = 0; c < upTo; c++) counts[t * saturatedChannels + c] = to(counts[t * saturatedChannels + c] ?? 0)
    }
  }
  change(0, 3, 20, () => 600)
  change(500, 520, 4, () => 600)
  change(700, 720, 5, () => -600)
  change(1000, 1100, 20, () => -512)
  change(2990, 3000, 20, () => 511)
  change(1500, 1600, 10, (count) => count + 100)
  change(2000, frames, 4, (count) => count + 300)
  return counts
}

/** `walk` of `make.py`: counts that wander, far from 0. */
export function walk(frames: number): Int16Array {
  let count = 1500
  return Int16Array.from(uniform(4, frames), (value, t) => (count += (value >> 13) + (t % 2)))
}

interface LowBand {
  readonly rate: number
  readonly frames: number
  readonly picked: readonly number[]
  readonly 'zero-phase': readonly number[]
  readonly causal: readonly number[]
}

interface Welch {
  readonly frames: number
  readonly segment: number
  readonly columns: readonly number[]
  readonly bins: readonly number[]
  readonly count: number
  readonly frequencies: readonly number[]
  readonly density: readonly (readonly number[])[]
}

interface BadChannelReference {
  readonly 'coherence+psd': readonly number[]
  readonly 'coherence+psd over chunks': readonly number[]
  readonly ibl: readonly number[]
  readonly 'ibl over chunks': readonly number[]
  readonly 'ibl features': Readonly<Record<'xcor_hf' | 'xcor_lf' | 'psd_hf', readonly number[]>>
}

interface Reference {
  readonly 'noise levels': {
    readonly slices: readonly (readonly [number, number])[]
    readonly levels: readonly number[]
  }
  readonly rms: readonly number[]
  readonly welch: readonly Welch[]
  readonly 'bad channels': { readonly probe: BadChannelReference; readonly excerpt: BadChannelReference }
  readonly 'low band': readonly LowBand[]
  readonly saturation: Readonly<Record<'spikeinterface' | 'ibl' | 'ibl muted', readonly (readonly [number, number])[]>>
  readonly decimate: {
    readonly frames: readonly number[]
    readonly edge: readonly (readonly number[])[]
    readonly zeros: readonly (readonly number[])[]
    readonly firwin: Readonly<Record<string, readonly number[]>>
  }
}

/** What the programs say; the README beside it tells of which calls. */
export const reference = JSON.parse(
  readFileSync(new URL('../../../fixtures/measuring/reference.json', import.meta.url), 'utf8'),
) as Reference // its shape stands in the README
