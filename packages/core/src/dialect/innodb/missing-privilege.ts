import type { MissingPrivilege } from '../../driver/errors.ts'

/** Whom a server takes us for, and where it lets that one do anything. */
export interface Account {
  /** `'ann'@'%'`, as rights are given to it. */
  readonly name: string
  /** Databases as they are named where rights are given: `lab\\_%`, where `_` and `%` stand for any other letters. */
  readonly patterns: readonly string[]
}

/**
 * The right that a server says is missing. It names the privilege and a table, or, of somebody who has none at all in a
 * database, that database: then the statement tells what was wanted. It complains of a user on a computer, whose account
 * may be for all of them.
 */
export function missingPrivilege(message: string, sql: string, account: Account | null): MissingPrivilege | null {
  const user = account?.name ?? /(?:to|for) user ('[^']*'@'[^']*')/.exec(message)?.[1]
  if (user === undefined) return null
  const [, global] = /need \(at least one of\) the (.+) privilege\(s\)/.exec(message) ?? []
  if (global !== undefined) {
    const privilege = global.split(/, | or /).at(-1) ?? global
    return { privilege, on: '*.*', user, grant: `GRANT ${privilege} ON *.* TO ${user}`, all: null }
  }
  const [, denied, name = ''] =
    /^(.+?) command denied to user \S+ for (?:table|column|routine) (.*)$/.exec(message) ?? []
  const database = /to database '([^']*)'/.exec(message)?.[1]
  const schema = denied === undefined ? database : (schemaOf(name, sql) ?? undefined)
  const privilege = denied === undefined ? wantedBy(sql) : privilegeOf(denied)
  if (schema === undefined || privilege === null) return null
  // where rights are given for a pattern, those for a single name would take its place
  const pattern = account?.patterns.filter((one) => covers(one, schema)).toSorted((a, b) => literal(b) - literal(a))[0]
  const where = pattern ?? escaped(schema)
  const grant = `GRANT ${privilege} ON \`${where}\`.* TO ${user}`
  const all = allFor(privilege)
  const lab = pattern ?? escaped(schema.replace(/^([^_]+_).*$/, '$1')) + (schema.includes('_') ? '%' : '')
  return { privilege, on: `\`${schema}\`.*`, user, grant, all: all && `GRANT ${all} ON \`${lab}\`.* TO ${user}` }
}

const escaped = (schema: string): string => schema.replaceAll('`', '``').replaceAll(/[_%]/g, '\\$&')

/** How many letters stand before the first that stands for others: a server takes the pattern with most of them. */
const literal = (pattern: string): number => /^(?:\\.|[^_%])*/.exec(pattern)?.[0].length ?? 0

function covers(pattern: string, schema: string): boolean {
  const expression = pattern.replaceAll(/\\(.)|(%)|(_)|(.)/gs, (_, exact, many, one, other) =>
    many ? '.*' : one ? '.' : (exact ?? other).replaceAll(/[^\w\s]/g, '\\$&'),
  )
  return new RegExp(`^${expression}$`, 's').test(schema)
}

const reading = ['SELECT']
const writing = [...reading, 'INSERT', 'UPDATE', 'DELETE', 'CREATE TEMPORARY TABLES']
const defining = [...writing, 'CREATE', 'ALTER', 'INDEX', 'REFERENCES', 'DROP']

/** All that work of this kind takes; `null` where that is the right itself. */
function allFor(privilege: string): string | null {
  const names = privilege.split(', ')
  const level = [reading, writing, defining].find((privileges) => names.every((name) => privileges.includes(name)))
  return level === undefined || level === reading ? null : level.join(', ')
}

/** As it is granted. */
function privilegeOf(denied: string): string {
  // a lock is a step to a change
  if (denied === 'SELECT with locking clause') return 'UPDATE'
  return denied.toUpperCase()
}

/** What a statement that was refused as a whole would have needed. */
function wantedBy(sql: string): string | null {
  if (/^\s*(?:CREATE|DROP)\s+TEMPORARY\b/i.test(sql)) return 'CREATE TEMPORARY TABLES'
  if (/^\s*LOCK\b/i.test(sql)) return 'LOCK TABLES'
  return /^\s*(\w+)/.exec(sql)?.[1]?.toUpperCase() ?? null
}

/** The schema of what a server complains of, which one server names without it, and columns nobody does. */
function schemaOf(name: string, sql: string): string | null {
  const whole = /^[`']([^`']+)[`']\.[`']([^`']+)[`']/.exec(name) ?? /^'([^.']+)\.([^']+)'$/.exec(name)
  if (whole?.[1] !== undefined) return whole[1]
  const table = /[`']([^`']+)[`']$/.exec(name)?.[1]
  for (const [, schema = '', named] of sql.matchAll(/`((?:[^`]|``)+)`\.`((?:[^`]|``)+)`/g)) {
    if (named === table) return schema
  }
  return /`((?:[^`]|``)+)`\.`/.exec(sql)?.[1] ?? null
}
