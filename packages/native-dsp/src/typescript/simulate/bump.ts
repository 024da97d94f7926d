/**
 * Cubic B-spline with knots at -2, -1, 0, 1, 2 and the value 1 at 0: a bell without `exp`, whose spectrum falls as
 * sinc(f)**4, so that a bump of a few samples' knot distance may be read between the samples.
 */
export function bump(x: number): number {
  const a = Math.abs(x)
  if (a < 1) return 1 - a * a * (1.5 - 0.75 * a)
  if (a < 2) {
    const b = 2 - a
    return 0.25 * (b * b * b)
  }
  return 0
}
