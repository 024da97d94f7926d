/** The simulation was closed before its samples had come. */
export class SimulationEndedError extends Error {
  override readonly name = 'SimulationEndedError'
  readonly code = 'simulation-ended'
  constructor() {
    super('The simulation was closed before these samples had come. Close it when all of them have.')
  }
}

/** There is a recording where the simulated one should go. */
export class RunExistsError extends Error {
  override readonly name = 'RunExistsError'
  readonly code = 'run-exists'
  readonly path: string
  constructor(path: string) {
    super(
      `${path} exists already, and a recording is never overwritten. Delete its folder, or choose another run name.`,
    )
    this.path = path
  }
}

/** The disk cannot hold the recording; `availableBytes` is null where the disk ran full while it was written. */
export class DiskFullError extends Error {
  override readonly name = 'DiskFullError'
  readonly code = 'disk-full'
  readonly path: string
  readonly neededBytes: number
  readonly availableBytes: number | null
  constructor(path: string, neededBytes: number, availableBytes: number | null, options?: ErrorOptions) {
    const found = availableBytes === null ? 'the disk ran full' : `${Math.floor(availableBytes / 1e6)} MB are free`
    super(
      `${path} needs ${Math.ceil(neededBytes / 1e6)} MB, but ${found}. Free some, or choose another folder.`,
      options,
    )
    this.path = path
    this.neededBytes = neededBytes
    this.availableBytes = availableBytes
  }
}

/** A file is not the ground truth of a simulated recording. */
export class InvalidGroundTruthError extends Error {
  override readonly name = 'InvalidGroundTruthError'
  readonly code = 'invalid-ground-truth'
  readonly path: string
  readonly found: string
  constructor(path: string, found: string) {
    super(`${path} is no ground truth of a simulated recording: ${found}. Simulate the recording again.`)
    this.path = path
    this.found = found
  }
}
