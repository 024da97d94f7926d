import { parseDatabaseAddress } from './database-address.ts'
import { databaseOfDatajoint, storesOfDatajoint } from './datajoint-layer.ts'
import { checkValues, flatten, type Given, type Layer } from './layer.ts'
import { nearest } from './nearest.ts'
import { settings } from './setting.ts'
import { SettingsError, variableOf } from './settings-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const variables = new Map(Object.keys(settings).map((key) => [variableOf(key), key]))
const whole = ['NEUROJOINT_DATABASE', 'NEUROJOINT_STORES']
/** What an address says of a database; a user and a password that it leaves out may stand elsewhere. */
const addressed = ['kind', 'path', 'host', 'port'].map((name) => `database.${name}`)

/**
 * What the environment, or a `.env`, says in our words: `NEUROJOINT_DATABASE`, an address or a path;
 * `NEUROJOINT_DATABASE_PASSWORD` and the like; `NEUROJOINT_STORES`, all of them as JSON. One that is set to nothing counts as
 * not given.
 */
export function environmentLayer(environment: Environment, place: string | null, folder: string): Layer {
  const values = new Map<string, Given>()
  const replaces: string[] = []
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined || value === '' || !/^NEUROJOINT_(DATABASE|STORES|JOBS)(_|$)/.test(variable)) continue
    const origin = named(variable, place)
    const key = variables.get(variable)
    if (variable === 'NEUROJOINT_DATABASE') {
      for (const [name, part] of Object.entries(parseDatabaseAddress(value, origin))) {
        if (!values.has(name)) values.set(name, { value: part, origin })
      }
      replaces.push(...addressed)
    } else if (variable === 'NEUROJOINT_STORES') {
      for (const [name, given] of flatten({ stores: parseJson(value, origin) }, origin)) values.set(name, given)
      replaces.push('stores.')
    } else if (key !== undefined) values.set(key, { value, origin })
    else {
      const near = nearest(variable, [...variables.keys(), ...whole])
      throw new SettingsError(null, origin, `there is no such variable.${near === null ? '' : ` Is ${near} meant?`}`)
    }
  }
  return { origin: place ?? 'the environment', values: checkValues(values, folder), replaces }
}

/** The same in DataJoint's words. */
export function datajointEnvironmentLayer(environment: Environment, place: string | null, folder: string): Layer {
  const values = new Map<string, Given>()
  const replaces: string[] = []
  const give = (variable: string, read: (value: string, origin: string) => Readonly<Record<string, unknown>>): void => {
    const value = environment[variable]
    if (value === undefined || value === '') return
    const origin = named(variable, place)
    for (const [key, part] of Object.entries(read(value, origin))) values.set(key, { value: part, origin })
  }
  const ofDatabase = (name: string) => (value: string) => databaseOfDatajoint({ [`database.${name}`]: value })
  give('DJ_HOST', ofDatabase('host'))
  give('DJ_PORT', ofDatabase('port'))
  give('DJ_USER', ofDatabase('user'))
  give('DJ_PASS', ofDatabase('password'))
  give('DJ_USE_TLS', (value) => databaseOfDatajoint({ 'database.use_tls': /^(true|1|yes|on)$/i.test(value) }))
  give('DJ_STORES', (value, origin) => {
    replaces.push('stores.')
    return storesOfDatajoint(parseJson(value, origin))
  })
  return { origin: place ?? 'the environment', values: checkValues(values, folder), replaces }
}

const named = (variable: string, place: string | null): string =>
  place === null ? variable : `${variable} in ${place}`

function parseJson(text: string, origin: string): object {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    // what JSON.parse says shows a part of it
    parsed = null
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed
  throw new SettingsError(
    'stores',
    origin,
    'it is no JSON object: { "default": "raw", "raw": { "protocol": "file", "location": "…" } }.',
  )
}
