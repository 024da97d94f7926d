import { z } from 'zod'
import { longestLease } from './longest-lease.ts'

/** One thing that can be set: what it takes, and whether it is shown. */
export interface Setting {
  readonly type: z.ZodType
  /** What people are told that it takes. */
  readonly expected: string
  /** Never shown, and kept in files of its own. */
  readonly secret: boolean
  /** A place in the file system, which a file gives from its own folder. */
  readonly path: boolean
}

const setting = (type: z.ZodType, expected: string, more: Partial<Setting> = {}): Setting => ({
  type,
  expected,
  secret: false,
  path: false,
  ...more,
})

const text = (expected = 'text', more?: Partial<Setting>): Setting => setting(z.string().min(1), expected, more)
const boolean = setting(z.boolean(), 'true or false')
const integer = (least: number, most = Number.MAX_SAFE_INTEGER): Setting =>
  setting(
    z.int().min(least).max(most),
    most === Number.MAX_SAFE_INTEGER ? `an integer of ${least} or more` : `an integer from ${least} to ${most}`,
  )
const seconds = setting(z.number().min(0), 'a number of seconds, 0 or more')
const oneOf = (...values: readonly [string, ...string[]]): Setting => setting(z.enum(values), values.join(', '))
const file = (expected: string, more?: Partial<Setting>): Setting => text(expected, { path: true, ...more })
const secret = setting(
  z.union([z.string().min(1), z.strictObject({ file: z.string() }), z.strictObject({ environment: z.string() })]),
  'text, { "file": … } or { "environment": … }',
  { secret: true },
)

/** By their keys. */
export const settings: Readonly<Record<string, Setting>> = {
  'database.kind': oneOf('sqlite', 'mysql', 'mariadb', 'server'),
  'database.path': file('the path of a file'),
  'database.host': text('the name of a computer'),
  'database.port': integer(1, 65_535),
  'database.user': text(),
  'database.password': setting(z.string(), 'text', { secret: true }),
  'database.connections': integer(3),
  'database.readOnly': boolean,
  'database.reconnectSeconds': seconds,
  'database.allowNetworkFileSystem': boolean,
  'database.tls': oneOf('off', 'prefer', 'require', 'verify'),
  'database.tls.ca': file('PEM text or the path of a file of it'),
  'database.tls.cert': file('PEM text or the path of a file of it'),
  'database.tls.key': file('PEM text or the path of a file of it', { secret: true }),
  'database.tls.serverName': text('the name in the certificate'),
  'jobs.concurrency': integer(1),
  'jobs.leaseSeconds': setting(z.number().min(1).max(longestLease), `a number of seconds from 1 to ${longestLease}`),
  'jobs.batch': integer(1),
  'jobs.maxPriority': integer(-128, 127),
  'jobs.timeLimitSeconds': setting(z.number().positive(), 'a number of seconds above 0'),
  'jobs.retry.attempts': integer(1),
  'jobs.retry.delaySeconds': seconds,
  'jobs.retry.factor': setting(z.number().min(1), 'a number of 1 or more'),
  'stores.default': text('the name of a store'),
  'stores.filepathDefault': text('the name of a store'),
}

/** Of each store, `stores.<name>.<this>`. */
export const storeSettings: Readonly<Record<string, Setting>> = {
  protocol: oneOf('file', 's3'),
  location: file('the path of a folder; for s3 one in the bucket'),
  endpoint: text('host:port or a URL'),
  bucket: text('the name of a bucket'),
  accessKey: secret,
  secretKey: secret,
  secure: boolean,
  pathStyle: boolean,
  region: text(),
  timeoutSeconds: setting(z.number().positive(), 'a number of seconds above 0'),
  hashPrefix: text(),
  schemaPrefix: text(),
  filepathPrefix: setting(z.string().nullable(), 'text or null'),
  subfolding: setting(z.array(z.int().positive()), 'a list of integers'),
  partitionPattern: setting(z.string().nullable(), 'text or null'),
  tokenLength: integer(4, 16),
  stage: setting(z.string().nullable(), 'the path of a folder or null', { path: true }),
  checksumLimit: setting(z.int().min(0).nullable(), 'a number of bytes or null'),
}

const anything = setting(z.unknown(), 'anything')

/** What a key is; `null` where there is none of that name. */
export function settingOf(key: string): Setting | null {
  const own = memberOf(settings, key)
  if (own) return own
  if (/^custom\.[^.]/.test(key)) return anything
  const [, name = ''] = /^stores\.[^.]+\.([^.]+)$/.exec(key) ?? []
  return memberOf(storeSettings, name)
}

/** `constructor` is no setting. */
const memberOf = (all: Readonly<Record<string, Setting>>, name: string): Setting | null =>
  Object.hasOwn(all, name) ? (all[name] ?? null) : null

/** The keys that a wrong one may have been meant for, with its own store. */
export function knownKeys(near: string): readonly string[] {
  const [, store] = /^stores\.([^.]+)\./.exec(near) ?? []
  const ofStore = store === undefined ? [] : Object.keys(storeSettings).map((name) => `stores.${store}.${name}`)
  return [...Object.keys(settings), ...ofStore]
}
