import { inspect } from 'node:util'

/** Stands for a secret wherever something is shown. */
export const MASK = '•••'

const secrets: readonly string[] = ['password', 'key', 'accessKey', 'secretKey']

/**
 * The same object, of which `console.log`, a log and `JSON.stringify` show no secret. A copy of it (`{ ...settings }`) shows what
 * it holds again.
 */
export function masked<T extends object>(settings: T): T {
  const show = (): unknown => withoutSecrets(settings)
  const hidden = { enumerable: false, configurable: true, writable: true, value: show }
  return Object.defineProperties({ ...settings }, { [inspect.custom]: hidden, toJSON: hidden })
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const isSecret = secrets.includes(name) && typeof member === 'string' && member !== ''
      return [name, isSecret ? MASK : withoutSecrets(member)]
    }),
  )
}
