import type { Plan } from '../src/plan.ts'

/** Noise of 30 counts, partly common, on a field potential of 1,500 counts at 8 Hz, an offset, and a sync word at the end. */
export function simulateCounts(frames: number, channels: number, seed = 1): Int16Array {
  const columns = channels + 1
  const counts = new Int16Array(frames * columns)
  const next = noise(seed)
  for (let frame = 0; frame < frames; frame++) {
    const slow = 1500 * Math.sin((2 * Math.PI * 8 * frame) / 30_000) + 200 + 20 * next()
    for (let channel = 0; channel < channels; channel++) {
      counts[frame * columns + channel] = Math.round(slow + 50 * next() + channel)
    }
    counts[frame * columns + channels] = frame % 1000 < 500 ? 64 : -32_768
  }
  return counts
}

/** Numbers between -1 and 1 that are the same for a seed. */
export function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state / 2 ** 31
  }
}

/** All channels but the sync word, delayed as Neuropixels 1.0 are, high-passed, and their median subtracted. */
export function planFor(channels: number, changes: Partial<Plan> = {}): Plan {
  const all = Array.from({ length: channels }, (_, row) => row)
  return {
    samplingRate: 30_000,
    columns: all,
    scale: null,
    mask: null,
    temporal: {
      method: 'direct',
      shifts: all.map((channel) => Math.floor((channel % 24) / 2) / 13),
      taps: 16,
      filters: [{ kind: 'high-pass', cutoff: 300, order: 3, direction: 'zero-phase' }],
    },
    spatial: [globalMedian(channels)],
    rounding: 'half-even',
    ...changes,
  }
}

export function globalMedian(channels: number): Plan['spatial'][number] {
  const all = Array.from({ length: channels }, (_, row) => row)
  return { kind: 'group-reference', operator: 'median', middle: 'mean', whole: false, groups: [{ of: all, from: all }] }
}

/** How many words differ, and by how much at most; large arrays are never given to `expect`. */
export function compareWords(
  found: Int16Array,
  expected: ArrayLike<number>,
): { readonly share: number; readonly most: number } {
  if (found.length !== expected.length) return { share: 1, most: Infinity }
  let [different, most] = [0, 0]
  for (let index = 0; index < found.length; index++) {
    const distance = Math.abs(found[index]! - expected[index]!)
    if (distance === 0) continue
    different++
    most = Math.max(most, distance)
  }
  return { share: found.length === 0 ? 0 : different / found.length, most }
}

export const equalWords = { share: 0, most: 0 }
