import type { MissingPrivilege } from '../../driver/errors.ts'

/**
 * The right that a server says is missing. It names the privilege and a table, or, of somebody who has none at all in a
 * database, that database: then the statement tells what was wanted.
 */
export function missingPrivilege(message: string, sql: string): MissingPrivilege | null {
  const user = /(?:to|for) user ('[^']*'@'[^']*')/.exec(message)?.[1]
  if (user === undefined) return null
  const [, privilege, name = ''] =
    /^([A-Z, ]+) command denied to user \S+ for (?:table|column) (.*)$/.exec(message) ?? []
  if (privilege !== undefined) {
    const whole = /^[`']([^`']+)[`']\.[`']([^`']+)[`']/.exec(name)
    const schema = whole?.[1] ?? schemaIn(sql)
    return { privilege, on: schema === null ? name : `\`${schema}\`.*`, user }
  }
  const database = /to database '([^']*)'/.exec(message)?.[1]
  const word = /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase()
  return database === undefined || word === undefined ? null : { privilege: word, on: `\`${database}\`.*`, user }
}

/** The first schema that a statement names: one server leaves it out of what it complains of. */
const schemaIn = (sql: string): string | null => /`((?:[^`]|``)+)`\.`/.exec(sql)?.[1] ?? null
