/** The mean in double precision. */
export function meanOf(values: Float32Array): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index]!
  return sum / values.length
}

/** CatGT's counts: towards zero, clamped to int16; a NaN stays one. */
export const wholeCount = (value: number): number => Math.trunc(Math.max(-32768, Math.min(32767, value)))
