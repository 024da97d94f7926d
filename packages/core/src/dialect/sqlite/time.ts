/** `[-]hh:mm:ss[.ffffff]` as microseconds, which SQLite orders and compares as times are. */
export function microsecondsOf(time: string): bigint {
  const [, sign = '', hours = '', minutes = '', seconds = '', fraction = ''] =
    /^(-?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?$/.exec(time) ?? []
  const whole = BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)
  const microseconds = whole * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
  return sign === '' ? microseconds : -microseconds
}

/** Microseconds as `[-]hh:mm:ss`, with as many digits of a second as the column has. */
export function timeOf(microseconds: bigint, digits: number): string {
  const positive = microseconds < 0n ? -microseconds : microseconds
  const seconds = positive / 1_000_000n
  const two = (value: bigint): string => String(value).padStart(2, '0')
  const time = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`
  const fraction =
    digits === 0
      ? ''
      : `.${String(positive % 1_000_000n)
          .padStart(6, '0')
          .slice(0, digits)}`
  return (microseconds < 0n ? '-' : '') + time + fraction
}
