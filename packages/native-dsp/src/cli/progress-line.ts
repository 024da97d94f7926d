import { formatSeconds } from './format.ts'

/** A stream such as `process.stderr`. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined
  write(text: string): unknown
}

/** One line that is written over and over: how much is done, and how long the rest takes. Silent where nobody looks. */
export function createProgressLine(stream: ProgressStream, now: () => number = () => performance.now()) {
  const started = now()
  let shown = 0
  return {
    show(fraction: number): void {
      if (!stream.isTTY) return
      shown = fraction
      const seconds = (now() - started) / 1000
      const left = fraction > 0.02 ? `, ${formatSeconds((seconds * (1 - fraction)) / fraction)} left` : ''
      stream.write(`\r${(100 * fraction).toFixed(0).padStart(3)} % ${bar(fraction)}${left}\u001B[K`)
    },
    end(): void {
      if (stream.isTTY && shown > 0) stream.write('\r\u001B[K')
    },
  }
}

const WIDTH = 32

const bar = (fraction: number): string => '█'.repeat(Math.round(fraction * WIDTH)).padEnd(WIDTH, '░')
