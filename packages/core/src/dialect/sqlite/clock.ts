import type { Clock, ServerValue } from '../../compile/dialect.ts'
import { sqlAround } from '../sql-text.ts'

const at = (seconds: string): string => `strftime('%Y-%m-%d %H:%M:%f', 'now', ${seconds} || ' seconds')`

export const clock: Clock = {
  now: (seconds) => sqlAround(["strftime('%Y-%m-%d %H:%M:%f', 'now', (", ") || ' seconds')"], seconds),
  secondsUntil: (time) => sqlAround(['((julianday(', ") - julianday('now')) * 86400.0)"], time),
}

/** A value that a server would know, in a statement: the user of a file and the number of a connection are not known. */
export function serverValue(value: ServerValue): string {
  switch (value.server) {
    case 'now':
      return at(`'${value.seconds.toFixed(3)}'`)
    case 'user':
      return "''"
    case 'connection':
      return '0'
  }
}
