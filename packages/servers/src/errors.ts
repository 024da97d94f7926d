/** Every error of this package: recognise one by its `code`, never by its class. */
export abstract class ServerError extends Error {
  abstract readonly code: string
}

/** A place where a server was looked for, and why it was not had from there. */
export interface Attempt {
  readonly place: string
  readonly reason: string
}

/** No server of the wanted version could be found or fetched. */
export class ServerUnavailableError extends ServerError {
  override readonly name = 'ServerUnavailableError'
  readonly code = 'server-unavailable'
  readonly server: string
  readonly tried: readonly Attempt[]
  readonly advice: string
  constructor(server: string, tried: readonly Attempt[], advice: string) {
    const attempts = tried.map(({ place, reason }) => `\n  - ${place}: ${reason}`).join('')
    super(`${server} could not be found or fetched. Tried:${attempts}\n${advice}`)
    this.server = server
    this.tried = tried
    this.advice = advice
  }
}

/** A server that was found did not start. */
export class ServerFailedError extends ServerError {
  override readonly name = 'ServerFailedError'
  readonly code = 'server-failed'
  readonly server: string
  readonly step: 'initialize' | 'start'
  /** The last lines that the server wrote. */
  readonly log: string
  constructor(server: string, step: 'initialize' | 'start', reason: string, log: string) {
    const doing = step === 'initialize' ? 'make its data directory' : 'start'
    super(`${server} did not ${doing}: ${reason}. Its last lines:\n${log.trimEnd() || '(it wrote none)'}`)
    this.server = server
    this.step = step
    this.log = log
  }
}

/** The package sources have no version of a package that will do. */
export class PackageVersionError extends ServerError {
  override readonly name = 'PackageVersionError'
  readonly code = 'package-version'
  readonly package: string
  /** What they have; null where they do not know the package. */
  readonly found: string | null
  constructor(name: string, found: string | null) {
    super(found === null ? `they have no ${name}` : `their ${name} is version ${found}`)
    this.package = name
    this.found = found
  }
}

/** What was fetched is not what was wanted. */
export class ChecksumError extends ServerError {
  override readonly name = 'ChecksumError'
  readonly code = 'checksum'
  readonly file: string
  constructor(file: string, expected: string, found: string) {
    super(`${file} has the SHA-256 ${found}, not ${expected}: it was changed, or damaged on its way`)
    this.file = file
  }
}

/** A program of the system could not be run, or ended with an error. */
export class ProgramError extends ServerError {
  override readonly name = 'ProgramError'
  readonly code = 'program-failed'
  readonly program: string
  readonly exitCode: number | null
  readonly output: string
  constructor(program: string, exitCode: number | null, output: string, cause?: unknown) {
    const how = exitCode === null ? 'could not be run' : `ended with exit code ${exitCode}`
    super(`${program} ${how}${output.trim() ? `: ${output.trim()}` : ''}`, { cause })
    this.program = program
    this.exitCode = exitCode
    this.output = output
  }
}
