type Rgb = readonly [red: number, green: number, blue: number]

/** From small to large: pale to dark, so that lightness alone orders the values. */
const stops: readonly Rgb[] = [
  [203, 211, 226],
  [140, 164, 214],
  [86, 103, 190],
  [98, 46, 143],
  [54, 12, 74],
]

/** The colour of a value from 0 to 1. */
export function rampColor(value: number): Rgb {
  const at = Math.min(1, Math.max(0, value)) * (stops.length - 1)
  const from = stops[Math.min(Math.floor(at), stops.length - 2)] ?? [0, 0, 0]
  const to = stops[Math.min(Math.floor(at) + 1, stops.length - 1)] ?? from
  const share = at - Math.min(Math.floor(at), stops.length - 2)
  const mix = (one: number, other: number): number => Math.round(one + (other - one) * share)
  return [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2])]
}

export function formatRgb([red, green, blue]: Rgb): string {
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
