import type { WriteStream } from 'node:tty'
import { formatSeconds } from './duration.ts'

/** Where lines are written: a terminal, which can write one over, or a file or a pipe, which cannot. */
export type Output = Pick<WriteStream, 'write'> & { readonly isTTY?: boolean; readonly columns?: number }

/** One line that shows how far something is. */
export interface ProgressBar {
  /** How much is done, from 0 to 1, and what is being done. */
  update(fraction: number, message?: string): void
  /** Ends the line. */
  end(message: string): void
}

const WIDTH = 24
const MILLISECONDS_BETWEEN = 80
const LABEL = 34

/** Starts a line. A terminal sees it move; anything else gets one line at its end. */
export function progressBar(label: string, output: Output = process.stderr): ProgressBar {
  const started = performance.now()
  let last = -Infinity
  const draw = (fraction: number, message: string): string => {
    const done = Math.round(Math.min(1, Math.max(0, fraction)) * WIDTH)
    return `${label.padEnd(LABEL)} ${'█'.repeat(done)}${'░'.repeat(WIDTH - done)} ${message}`
  }
  return {
    update(fraction, message = '') {
      const now = performance.now()
      if (!output.isTTY || now - last < MILLISECONDS_BETWEEN) return
      last = now
      output.write(`\r\x1b[2K${draw(fraction, message).slice(0, (output.columns ?? 80) - 1)}`)
    },
    end(message) {
      const line = `${label.padEnd(LABEL)} ${message.padEnd(28)} ${formatSeconds((performance.now() - started) / 1000)}`
      output.write(`${output.isTTY ? '\r\x1b[2K' : ''}${line}\n`)
    },
  }
}
