import { PipelineError } from '../errors.ts'

/** No store of that name was configured. */
export class UnknownStoreError extends PipelineError {
  override readonly name = 'UnknownStoreError'
  readonly code = 'unknown-store'
  /** Empty for the default store. */
  readonly store: string
  readonly known: readonly string[]
  constructor(store: string, known: readonly string[]) {
    const names = known.length === 0 ? 'no stores are configured' : `there are ${known.map((n) => `'${n}'`).join(', ')}`
    super(
      store === ''
        ? `There is no default store (${names}): configure one with \`default\`, or name a store, as in <blob@name>.`
        : `There is no store '${store}' (${names}): add it to the stores of the pipeline, or correct the name.`,
    )
    this.store = store
    this.known = known
  }
}

/** Settings that describe no store. */
export class StoreSettingsError extends PipelineError {
  override readonly name = 'StoreSettingsError'
  readonly code = 'invalid-store-settings'
  readonly store: string
  readonly setting: string
  constructor(store: string, setting: string, found: unknown, expected: string) {
    super(`The store '${store}' has the \`${setting}\` ${JSON.stringify(found)}: give ${expected}.`)
    this.store = store
    this.setting = setting
  }
}

/** A setting that stores of that protocol do not have. Its value is not told: it may be a secret under another name. */
export class UnknownStoreSettingError extends PipelineError {
  override readonly name = 'UnknownStoreSettingError'
  readonly code = 'invalid-store-settings'
  readonly store: string
  readonly setting: string
  readonly known: readonly string[]
  constructor(store: string, setting: string, known: readonly string[]) {
    super(`The store '${store}' has a setting \`${setting}\`, which is none. There are ${known.join(', ')}.`)
    this.store = store
    this.setting = setting
    this.known = known
  }
}

/** Something that a store may not be used for by who uses it. */
export class StoreAccessError extends PipelineError {
  override readonly name = 'StoreAccessError'
  readonly code = 'store-access-denied'
  readonly store: string
  /** The object, or the folder that was to be listed; empty for the store itself. */
  readonly path: string
  readonly action: string
  constructor(store: string, action: string, path: string, options?: ErrorOptions) {
    const what = path === '' ? 'the store' : path
    super(
      `The store '${store}' does not let you ${action} ${what}. Ask who keeps it for the right to, or give it other ` +
        'credentials.',
      options,
    )
    this.store = store
    this.path = path
    this.action = action
  }
}

/** A store that has no room left. */
export class StoreFullError extends PipelineError {
  override readonly name = 'StoreFullError'
  readonly code = 'store-full'
  readonly store: string
  readonly path: string
  constructor(store: string, path: string, options?: ErrorOptions) {
    super(
      `The store '${store}' has no room for ${path}: nothing of it was kept. Make room (\`planCollect\` finds objects ` +
        'that no row refers to), or raise the quota.',
      options,
    )
    this.store = store
    this.path = path
  }
}

/** An object that was replaced while it was read. */
export class ObjectChangedError extends PipelineError {
  override readonly name = 'ObjectChangedError'
  readonly code = 'object-changed'
  readonly store: string
  readonly path: string
  constructor(store: string, path: string, options?: ErrorOptions) {
    super(
      `The object ${path} of the store '${store}' was replaced while it was read. Read it again: objects of rows are ` +
        'never replaced by this engine, so somebody else writes there.',
      options,
    )
    this.store = store
    this.path = path
  }
}

/** The folder of a store is not there: not made yet, or a share that is not mounted. */
export class StoreLocationError extends PipelineError {
  override readonly name = 'StoreLocationError'
  readonly code = 'store-location-missing'
  readonly store: string
  readonly location: string
  constructor(store: string, location: string, options?: ErrorOptions) {
    super(
      `The folder ${location} of the store '${store}' is not there or is no folder. Mount the share it is on, ` +
        'or make it (mkdir -p) if the store is new: it is never made by itself, so that an unmounted share is noticed.',
      options,
    )
    this.store = store
    this.location = location
  }
}

/** A path that could leave its store, or that not every system can write. */
export class ObjectPathError extends PipelineError {
  override readonly name = 'ObjectPathError'
  readonly code = 'invalid-object-path'
  readonly path: string
  constructor(path: string) {
    super(
      `'${path}' is no path in a store: give names joined by single slashes, relative to the store, ` +
        "without '.', '..', backslashes and control characters.",
    )
    this.path = path
  }
}

/** An object that a row refers to is not in its store. */
export class ObjectMissingError extends PipelineError {
  override readonly name = 'ObjectMissingError'
  readonly code = 'object-missing'
  readonly store: string
  readonly path: string
  constructor(store: string, path: string, options?: ErrorOptions) {
    super(
      `The store '${store}' has no object ${path}. It was deleted or moved, or the store's location is not the one it ` +
        'was written to: check `location`, or restore the file from a backup.',
      options,
    )
    this.store = store
    this.path = path
  }
}

/** An object whose bytes are not those that were written. */
export class ObjectCorruptedError extends PipelineError {
  override readonly name = 'ObjectCorruptedError'
  readonly code = 'object-corrupted'
  readonly store: string
  readonly path: string
  readonly expectedHash: string
  readonly actualHash: string
  readonly actualSize: number
  constructor(store: string, path: string, expectedHash: string, actualHash: string, actualSize: number) {
    super(
      `The object ${path} of the store '${store}' is not what was written: its ${actualSize} bytes have the hash ` +
        `${actualHash}, not ${expectedHash}. Restore it from a backup, or delete the rows that refer to it and make ` +
        'them again.',
    )
    this.store = store
    this.path = path
    this.expectedHash = expectedHash
    this.actualHash = actualHash
    this.actualSize = actualSize
  }
}

/** Bytes of an object that it does not have. */
export class ObjectRangeError extends PipelineError {
  override readonly name = 'ObjectRangeError'
  readonly code = 'object-range'
  readonly store: string
  readonly path: string
  readonly start: number
  readonly end: number
  readonly size: number
  constructor(store: string, path: string, start: number, end: number, size: number) {
    super(
      `Bytes ${start} to ${end} of ${path} in the store '${store}' were asked for, which has ${size}: ` +
        `give 0 <= start <= end <= ${size}, the end not included.`,
    )
    this.store = store
    this.path = path
    this.start = start
    this.end = end
    this.size = size
  }
}

/** A local file that was written while it was being stored. */
export class SourceChangedError extends PipelineError {
  override readonly name = 'SourceChangedError'
  readonly code = 'source-changed'
  constructor() {
    super('The file changed while it was being stored, and nothing of it was kept. Insert it when it is complete.')
  }
}

/** A key that could not be read from where the settings say. */
export class StoreSecretError extends PipelineError {
  override readonly name = 'StoreSecretError'
  readonly code = 'store-secret-missing'
  readonly store: string
  readonly setting: string
  constructor(store: string, setting: string, problem: string, options?: ErrorOptions) {
    super(`The \`${setting}\` of the store '${store}' could not be had: ${problem}.`, options)
    this.store = store
    this.setting = setting
  }
}
