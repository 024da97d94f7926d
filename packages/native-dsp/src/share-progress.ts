type Report = (fraction: number) => void

/**
 * One progress of several pieces of work, each with its share of the whole: a function for each, which is told how much of its
 * own piece is done. They may go on at the same time; the whole never falls, and its end is left to the caller to tell.
 */
export function shareProgress(onProgress: Report | undefined, sizes: readonly number[]): readonly Report[] {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const done = sizes.map(() => 0)
  let told = 0
  return sizes.map((size, piece) => (fraction: number): void => {
    done[piece] = fraction
    const whole = done.reduce((sum, share, other) => sum + share * (sizes[other] ?? 0), 0) / total
    if (!(whole > told) || whole >= 1 || size === 0) return
    told = whole
    onProgress?.(whole)
  })
}
