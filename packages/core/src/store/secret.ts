import { readFile } from 'node:fs/promises'
import { env } from 'node:process'
import type { Secret } from './settings.ts'
import { StoreSecretError, StoreSettingsError } from './store-error.ts'

/** Throws 'invalid-store-settings' for what is no secret, without telling it. */
export function requireSecret(store: string, setting: string, secret: unknown): void {
  if (typeof secret === 'string' && secret !== '') return
  if (typeof secret === 'object' && secret !== null && Object.keys(secret).length === 1) {
    const [name = '', place]: unknown[] = Object.entries(secret).flat()
    if ((name === 'file' || name === 'environment') && typeof place === 'string' && place !== '') return
  }
  throw new StoreSettingsError(store, setting, typeof secret, "text, { file: 'path' } or { environment: 'NAME' }")
}

/** Reads a secret from where it is kept. Throws 'store-secret-missing'. */
export async function readSecret(store: string, setting: string, secret: Secret): Promise<string> {
  if (typeof secret === 'string') return secret
  if ('file' in secret) {
    const text = await readFile(secret.file, 'utf8').catch((error: unknown) => {
      throw new StoreSecretError(store, setting, `the file ${secret.file} cannot be read`, { cause: error })
    })
    // editors and `echo` end a file with a new line
    if (text.trim() !== '') return text.trim()
    throw new StoreSecretError(store, setting, `the file ${secret.file} is empty`)
  }
  const text = env[secret.environment]
  if (text !== undefined && text !== '') return text
  throw new StoreSecretError(store, setting, `the environment has no ${secret.environment}`)
}
