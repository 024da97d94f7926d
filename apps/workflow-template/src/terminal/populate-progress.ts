import type { PopulateEvent } from '@neurojoint/core'
import { type Output, type ProgressBar, progressBar } from './progress-bar.ts'

/** Shows the events of populate(), one line per table. */
export function populateProgress(output: Output = process.stderr): (event: PopulateEvent) => void {
  let bar: ProgressBar | null = null
  let [keys, done, failed] = [0, 0, 0]
  const step = (fraction: number, message?: string | null): void => {
    bar?.update((done + fraction) / Math.max(1, keys), `${done}/${keys}${message ? ` ${message}` : ''}`)
  }
  const finish = (): void => {
    done += 1
    if (done < keys) return step(0)
    bar?.end(failed === 0 ? `${keys} made` : `${keys - failed} made, ${failed} failed`)
  }
  return (event) => {
    switch (event.kind) {
      case 'planned':
        ;[keys, done, failed] = [event.keys ?? 0, 0, 0]
        bar = progressBar(event.table, output)
        if (keys === 0) bar.end('up to date')
        break
      case 'started':
        step(0)
        break
      case 'progress':
        step(event.fraction, event.message)
        break
      case 'retrying':
        step(0, `again in ${Math.ceil(event.afterSeconds)} s`)
        break
      case 'failed':
        failed += 1
        finish()
        break
      case 'made':
      case 'skipped':
        finish()
    }
  }
}
