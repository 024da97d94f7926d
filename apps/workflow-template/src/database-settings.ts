import { resolve } from 'node:path'
import type { DatabaseSettings } from '@neurojoint/core'

export class InvalidDatabaseError extends Error {
  override readonly name = 'InvalidDatabaseError'
  readonly code = 'invalid-database'
  constructor(problem: string) {
    super(
      `NEUROJOINT_DATABASE ${problem} Write mariadb://user:password@host:3306, or mysql://…, or the path of a SQLite file.`,
    )
  }
}

/** Reads `mariadb://user:password@host:3306`, the same with `mysql`, or the path of a SQLite file. Throws `invalid-database`. */
export function databaseSettings(where: string): DatabaseSettings {
  const [, scheme] = /^(\w+):\/\//.exec(where) ?? []
  if (scheme === undefined) return { kind: 'sqlite', path: resolve(where) }
  if (scheme !== 'mariadb' && scheme !== 'mysql')
    throw new InvalidDatabaseError(`begins with ${scheme}://, which is not known here.`)
  // The password is said nowhere: it would end in a log.
  const url = URL.canParse(where) ? new URL(where) : null
  const rest = url === null ? '' : url.pathname.slice(1) + url.search + url.hash
  if (url === null || url.hostname === '' || rest !== '') {
    throw new InvalidDatabaseError(
      'cannot be read. In the password, `/`, `?`, `#`, `@`, `:` and `%` are %2F, %3F, %23, %40, %3A and %25.',
    )
  }
  return {
    kind: scheme,
    host: url.hostname,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decode(url.username),
    password: decode(url.password),
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new InvalidDatabaseError('has a `%` in its user or password that begins no such code: write it %25.')
  }
}
