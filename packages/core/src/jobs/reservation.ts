import { randomBytes } from 'node:crypto'

/*
 * What `version` of a job says where it is ours: `neurojoint/1 <token> <seconds> <attempt>`. The length of the lease
 * stands in it so that workers of other settings agree when it has expired, and the attempts so that they count them
 * together. The last three have fixed widths, for SQL to find them.
 */

/** Who writes, and in which version of this form: whoever knows it can tell a lease, whichever release they are of. */
const program = 'neurojoint/1'

/** Of what is not reserved, only the attempts are told. */
const noToken = '-'.repeat(16)

/** A mark that no other reservation has. */
export const newToken = (): string => randomBytes(12).toString('base64url')

export const formatReservation = (token: string, leaseSeconds: number, attempt: number): string =>
  `${program} ${token} ${leaseSeconds.toFixed(3).padStart(10, '0')} ${String(Math.min(attempt, 9999)).padStart(4, '0')}`

/** What stays in a job that is pending again: how often it was tried. */
export const formatAttempts = (attempts: number): string =>
  attempts === 0 ? '' : formatReservation(noToken, 0, attempts)

/** How often a job was tried, as its `version` tells. */
export function attemptsIn(version: string): number {
  const match = /^neurojoint\/\S* \S{16} [\d.]{10} (\d{4})$/.exec(version)
  return Number(match?.[1] ?? 0)
}

/** How long the lease of a reservation is. */
export function leaseSecondsIn(version: string): number {
  const match = /^neurojoint\/\S* \S{16} ([\d.]{10}) \d{4}$/.exec(version)
  return Number(match?.[1] ?? 0)
}

/** The form of `version` in a reservation of ours, for LIKE. */
export const reservationPattern = 'neurojoint/% ________________ ______.___ ____'

/** Where the seconds of the lease stand in `version`, counted from its end. */
export const leasePlace = { from: -15, length: 10 } as const

export { longestLease } from '../settings/longest-lease.ts'
