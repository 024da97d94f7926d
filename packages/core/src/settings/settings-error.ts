import { PipelineError } from '../errors.ts'

/** What stands in a file, in the environment or in code, and is no setting or no value of it. A secret is never shown. */
export class SettingsError extends PipelineError {
  override readonly name = 'SettingsError'
  readonly code = 'invalid-settings'
  /** `database.port`; `null` where it is about a file as a whole. */
  readonly key: string | null
  /** The file, or the variable, that it stands in. */
  readonly origin: string
  constructor(key: string | null, origin: string, problem: string) {
    super(`${origin}: ${problem}`)
    this.key = key
    this.origin = origin
  }
}

/** Settings that are not enough to open a database. */
export class IncompleteSettingsError extends PipelineError {
  override readonly name = 'IncompleteSettingsError'
  readonly code = 'incomplete-settings'
  readonly key: string
  /** Where it was looked for. */
  readonly places: readonly string[]
  constructor(key: string, places: readonly string[]) {
    super(
      `No \`${key}\` is set. It was looked for in ${places.join(', ')}. Set it as ${variableOf(key)}, or in neurojoint.json as ` +
        `${JSON.stringify({ [key]: '…' })}.`,
    )
    this.key = key
    this.places = places
  }
}

/** The variable of the environment that gives a key: `NEUROJOINT_DATABASE_READ_ONLY`. */
export const variableOf = (key: string): string =>
  `NEUROJOINT_${key.replaceAll('.', '_').replaceAll(/([a-z])([A-Z])/g, '$1_$2')}`.toUpperCase()
