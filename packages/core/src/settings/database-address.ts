import { SettingsError } from './settings-error.ts'

/**
 * Reads `mariadb://user:password@host:3306`, the same with `mysql`, or the path of a SQLite file, as one variable of the
 * environment gives it. Throws `invalid-settings`, and never shows a password.
 */
export function parseDatabaseAddress(address: string, origin: string): Readonly<Record<string, unknown>> {
  const [, scheme] = /^(\w+):\/\//.exec(address) ?? []
  const refuse = (problem: string): never => {
    throw new SettingsError(
      'database',
      origin,
      `${problem} Write mariadb://user:password@host:3306, or mysql://…, or the path of a SQLite file.`,
    )
  }
  if (scheme === undefined) {
    // a path is shown, and a password would be
    if (/^(mariadb|mysql)[:/].*@/i.test(address))
      return refuse('it looks like the address of a server, and has no ://.')
    return { 'database.kind': 'sqlite', 'database.path': address }
  }
  if (scheme !== 'mariadb' && scheme !== 'mysql') return refuse(`it begins with ${scheme}://, which is not known here.`)
  const url = URL.canParse(address) ? new URL(address) : null
  const rest = url === null ? '' : url.pathname.slice(1) + url.search + url.hash
  if (url === null || url.hostname === '' || rest !== '') {
    return refuse(
      'it cannot be read. In the password, `/`, `?`, `#`, `@`, `:` and `%` are %2F, %3F, %23, %40, %3A and %25.',
    )
  }
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part)
    } catch {
      return refuse('there is a `%` in its user or password that begins no such code: write it %25.')
    }
  }
  return {
    'database.kind': scheme,
    'database.host': url.hostname,
    'database.port': url.port === '' ? 3306 : Number(url.port),
    ...(url.username !== '' && { 'database.user': decode(url.username) }),
    // without a colon it may stand elsewhere
    ...(/^\w+:\/\/[^/@]*:[^/@]*@/.test(address) && { 'database.password': decode(url.password) }),
  }
}
