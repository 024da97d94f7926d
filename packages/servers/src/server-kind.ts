/** A server program that was found, and how to run it. */
export interface Installation {
  readonly version: string
  /** The program and what must stand before its own arguments. */
  readonly command: readonly string[]
  /** The folder with `bin`, `sbin` and `share`. */
  readonly base: string
  /** The folder with the server's messages and the SQL of its system tables. */
  readonly share: string
}

/** Where one server's data lie while it runs. */
export interface Place {
  readonly dataFolder: string
  readonly port: number
}

/** How the data directory is made: one run of the server, with statements on its standard input. */
export interface Initialization {
  readonly parameters: readonly string[]
  readonly input: string
}

/** All that differs from one database server to another. */
export interface ServerKind<Name extends string = string> {
  readonly name: Name
  /** As people write it. */
  readonly title: string
  /** Major and minor number of the oldest version that will do. */
  readonly minimum: readonly [number, number]
  /** What the program may be called. */
  readonly programs: readonly string[]
  /** Where `share` may be, relative to `base`. */
  readonly shares: readonly string[]
  /** A file in `share` without which no data directory can be made. */
  readonly shareHolds: readonly string[]
  /** The Debian packages that hold the program and all it needs; none where it is never fetched. */
  readonly packages: readonly string[]
  /** The version, from what `--version` prints; null if that is another product's. */
  parseVersion(text: string): string | null
  initialize(installation: Installation, dataFolder: string): Promise<Initialization>
  serve(installation: Installation, place: Place): readonly string[]
  /** What the server writes when it can be connected to. */
  readonly ready: RegExp
}

/** Whether a version such as `10.11.19` is at least the one wanted. */
export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split('.').map(Number)
  return foundMajor > major || (foundMajor === major && foundMinor >= minor)
}
