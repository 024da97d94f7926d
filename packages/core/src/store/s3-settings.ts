import { requireKnownSettings } from './layout.ts'
import { requireSecret } from './secret.ts'
import type { S3StoreSettings, Secret } from './settings.ts'
import { StoreSettingsError } from './store-error.ts'

/** Where a store on S3 is, and how it is spoken to. Its keys are not read yet. */
export interface S3Place {
  readonly store: string
  /** A URL without a path. */
  readonly endpoint: string
  readonly bucket: string
  /** Without a slash at either end. */
  readonly location: string
  readonly keys: { readonly accessKey: Secret; readonly secretKey: Secret } | null
  readonly pathStyle: boolean
  readonly region: string
  readonly timeoutSeconds: number
}

const names = [
  'endpoint',
  'bucket',
  'location',
  'accessKey',
  'secretKey',
  'secure',
  'pathStyle',
  'region',
  'timeoutSeconds',
] as const satisfies readonly (keyof S3StoreSettings)[]

/** Throws 'invalid-store-settings'; no secret is told. */
export function readS3Settings(store: string, settings: S3StoreSettings): S3Place {
  requireKnownSettings(store, settings, names)
  const { bucket, secure, pathStyle, region = 'us-east-1', timeoutSeconds = 30 } = settings
  const check = (setting: string, value: unknown, right: boolean, expected: string) => {
    if (!right) throw new StoreSettingsError(store, setting, value, expected)
  }
  const isBucket = typeof bucket === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(bucket)
  check('bucket', bucket, isBucket, 'the name of a bucket')
  check('secure', secure, secure === undefined || typeof secure === 'boolean', 'true or false')
  check('pathStyle', pathStyle, pathStyle === undefined || typeof pathStyle === 'boolean', 'true or false')
  check('region', region, typeof region === 'string' && region !== '', 'the name of a region')
  const isTime = typeof timeoutSeconds === 'number' && timeoutSeconds > 0 && Number.isFinite(timeoutSeconds)
  check('timeoutSeconds', timeoutSeconds, isTime, 'a number of seconds above 0')
  const endpoint = endpointOf(store, settings)
  return {
    store,
    endpoint: endpoint.origin,
    bucket,
    location: locationOf(store, settings),
    keys: keysOf(store, settings),
    pathStyle: pathStyle ?? !/\.amazonaws\.com(\.cn)?$/.test(endpoint.hostname),
    region,
    timeoutSeconds,
  }
}

function endpointOf(store: string, { endpoint, secure }: S3StoreSettings): URL {
  const given = typeof endpoint === 'string' ? endpoint : ''
  const hasScheme = /^https?:\/\//.test(given)
  const text = hasScheme ? given : `${secure === false ? 'http' : 'https'}://${given}`
  const url = URL.canParse(text) ? new URL(text) : null
  // a name and password in it would end in every message
  if (url === null || url.hostname === '' || url.pathname !== '/' || url.username !== '' || url.search !== '') {
    throw new StoreSettingsError(store, 'endpoint', typeof endpoint, "a server: 'host:port' or 'https://host:port'")
  }
  if (hasScheme && secure !== undefined && secure !== (url.protocol === 'https:')) {
    const expected = `one that agrees with the endpoint ${url.origin}, or leave it out`
    throw new StoreSettingsError(store, 'secure', secure, expected)
  }
  return url
}

function locationOf(store: string, { location = '' }: S3StoreSettings): string {
  const stripped = typeof location === 'string' ? location.replace(/^\/|\/$/g, '') : null
  const names = stripped?.split('/') ?? ['']
  const isBad = names.some((name) => name === '' || name === '.' || name === '..' || name.includes('\\'))
  if (stripped === null || (stripped !== '' && isBad)) {
    throw new StoreSettingsError(store, 'location', location, 'a folder of the bucket, or leave it out')
  }
  return stripped
}

function keysOf(store: string, { accessKey, secretKey }: S3StoreSettings): S3Place['keys'] {
  if (accessKey === undefined && secretKey === undefined) return null
  if (accessKey === undefined || secretKey === undefined) {
    const missing = accessKey === undefined ? 'accessKey' : 'secretKey'
    throw new StoreSettingsError(
      store,
      missing,
      null,
      'both keys, or none: then the AWS SDK looks where it always does',
    )
  }
  requireSecret(store, 'accessKey', accessKey)
  requireSecret(store, 'secretKey', secretKey)
  return { accessKey, secretKey }
}
