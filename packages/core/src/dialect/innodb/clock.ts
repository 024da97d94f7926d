import type { Clock, ServerValue } from '../../compile/dialect.ts'
import { sqlAround } from '../sql-text.ts'

/** Other clients leave the time zone of their sessions as the server has it, and ours are in UTC. */
const now = "CONVERT_TZ(UTC_TIMESTAMP(3), '+00:00', @@global.time_zone)"

export const clock: Clock = {
  now: (seconds) => sqlAround([`(${now} + INTERVAL `, ' SECOND)'], seconds),
  secondsUntil: (time) => sqlAround([`(TIMESTAMPDIFF(MICROSECOND, ${now}, `, ') / 1e6)'], time),
}

/** A value that the server knows, in a statement. */
export function serverValue(value: ServerValue): string {
  switch (value.server) {
    case 'now':
      return value.seconds === 0 ? now : `${now} + INTERVAL ${value.seconds.toFixed(3)} SECOND`
    case 'user':
      return 'USER()'
    case 'connection':
      return 'CONNECTION_ID()'
  }
}
