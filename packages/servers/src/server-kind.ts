import { dirname, join } from 'node:path'
import type { ServerSource } from './server-source.ts'

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

/** Where a server puts its temporary tables: in a shared folder, another one that starts would remove them. */
export const temporaryFolder = (dataFolder: string): string => join(dirname(dataFolder), 'temporary')

/** How the data directory is made: one run of the server, with statements on its standard input. */
export interface Initialization {
  readonly parameters: readonly string[]
  readonly input: string
}

/** Which versions will do: from one on, up to but without another. Major and minor numbers. */
export interface VersionRange {
  readonly from: readonly [number, number]
  readonly below: readonly [number, number] | null
}

/** All that differs from one database server to another, and from one of its versions to the next. */
export interface ServerKind<Name extends string = string> {
  readonly name: Name
  /** As people write it. */
  readonly title: string
  readonly versions: VersionRange
  /** What the program may be called. */
  readonly programs: readonly string[]
  /** Where `share` may be, relative to `base`. */
  readonly shares: readonly string[]
  /** Files in `share`, one of which must be there for a data directory to be made. */
  readonly shareHolds: readonly string[]
  /** Where it can be fetched from, the first choice first; none where it is never fetched. */
  readonly sources: readonly ServerSource[]
  /** The version, from what `--version` prints; null if that is another product's. */
  parseVersion(text: string): string | null
  initialize(installation: Installation, dataFolder: string): Promise<Initialization>
  serve(installation: Installation, place: Place): readonly string[]
  /** What the server writes when it can be connected to. */
  readonly ready: RegExp
}

/** Whether a version such as `10.11.19` is among those wanted. */
export function isInRange(version: string, { from, below }: VersionRange): boolean {
  return isAtLeast(version, from) && (below === null || !isAtLeast(version, below))
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split('.').map(Number)
  return foundMajor > major || (foundMajor === major && foundMinor >= minor)
}

/** `8.4` for one series, `9` for all of a major version, `10.11 or newer`. */
export function formatRange({ from, below }: VersionRange): string {
  const [major, minor] = from
  if (below === null) return `${major}.${minor} or newer`
  return below[0] > major ? (minor === 0 ? `${major}` : `${major}.${minor} or newer`) : `${major}.${minor}`
}
