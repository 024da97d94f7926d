import { checkValues, flatten, folderOf, type Layer } from './layer.ts'
import { parseObject } from './settings-file.ts'
import { settingOf } from './setting.ts'

/**
 * What a file of Python's DataJoint says of the database, the stores and the keys of S3: `datajoint.json`, or
 * `dj_local_conf.json` of 0.14. The rest of it is Python's, and so is what is wrong in that.
 */
export function datajointLayer(file: string, text: string): Layer {
  const content = flatten(parseObject(text, file), file)
  const plain = Object.fromEntries([...content].map(([key, { value }]) => [key, value]))
  const stores = Object.fromEntries(Object.entries(plain).filter(([key]) => key.startsWith('stores.')))
  const found = { ...databaseOfDatajoint(plain), ...supportedStores(stores) }
  const values = new Map(Object.entries(found).map(([key, value]) => [key, { value, origin: file }]))
  return { origin: file, values: checkValues(values, folderOf(file)), replaces: [] }
}

/** The database by DataJoint's keys, in ours. Which of the two servers it is, they do not say. */
export function databaseOfDatajoint(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { 'database.host': address, 'database.use_tls': useTls } = given
  const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(typeof address === 'string' ? address : '') ?? []
  const tls = tlsOf(useTls, given)
  const found = {
    'database.host': host === '' ? undefined : host,
    'database.port': port === undefined ? given['database.port'] : Number(port),
    'database.user': given['database.user'],
    'database.password': given['database.password'],
    ...tls,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined && value !== null))
}

/** `true` and a block of certificates demand it; nothing said, which Python takes for "try", leaves it to us. */
function tlsOf(useTls: unknown, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const ssl = ['ca', 'cert', 'key'].flatMap((name) => {
    const value = given[`database.use_tls.ssl.${name}`] ?? given[`database.use_tls.${name}`]
    return typeof value === 'string' ? [[`database.tls.${name}`, value]] : []
  })
  if (ssl.length > 0) return Object.fromEntries(ssl)
  return typeof useTls === 'boolean' ? { 'database.tls': useTls ? 'require' : 'off' } : {}
}

export function storesOfDatajoint(stores: object): Readonly<Record<string, unknown>> {
  const flat = flatten({ stores }, '')
  return supportedStores(Object.fromEntries([...flat].map(([key, { value }]) => [key, value])))
}

/** Those of protocols that there are here, by the keys that mean something here. */
function supportedStores(flat: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const supported = (key: string): boolean => {
    const [, name] = key.split('.')
    const protocol = flat[`stores.${name}.protocol`]
    return (
      settingOf(key) !== null &&
      (protocol === undefined || settingOf(`stores.${name}.protocol`)?.type.safeParse(protocol).success === true)
    )
  }
  return Object.fromEntries(Object.entries(flat).filter(([key, value]) => value !== null && supported(key)))
}
