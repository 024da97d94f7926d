/** Debian packages that hold the program; apt finds all that they depend on, and checks the signatures. */
export interface PackageSource {
  readonly kind: 'packages'
  readonly packages: readonly string[]
  /** A suite of the archive that the machine's own packages come from; null for the sources that are set up. */
  readonly suite: string | null
}

/** An archive inside an artifact of the Maven repository that the machine's `mvn` is set up with. */
export interface ArtifactSource {
  readonly kind: 'artifact'
  /** `group:artifact:version`. */
  readonly artifact: string
  /** The `.tar.gz` in it that holds the program. */
  readonly entry: string
  readonly sha256: string
  /** Built for this kind of machine alone, by `process.arch`. */
  readonly architecture: string
  /** Where its shared libraries come from. */
  readonly libraries: PackageSource
}

/** A place where a server can be fetched from. */
export type ServerSource = PackageSource | ArtifactSource

/** The sources that the machine's apt is set up with, or that the user gives. */
export const ownSources = (...packages: readonly string[]): PackageSource => ({
  kind: 'packages',
  packages,
  suite: null,
})

/** Another suite of the archive that a Debian machine uses already. */
export const suiteOfDebian = (suite: string, ...packages: readonly string[]): PackageSource => ({
  kind: 'packages',
  packages,
  suite,
})
