/** A repository of Debian packages, or the ones that the machine itself is set up with. */
export type PackageSource =
  | { readonly kind: 'machine'; readonly title: string }
  | {
      readonly kind: 'repository'
      readonly title: string
      /** Lines of a `sources.list`, without their `[signed-by=…]`. */
      readonly lines: readonly { readonly uri: string; readonly suite: string; readonly components: string }[]
      /** The keys that its lists must be signed with: a file, and the package of the machine's sources that ships it. */
      readonly keyring: { readonly path: string; readonly package: string }
    }

const debianKeyring = { path: '/usr/share/keyrings/debian-archive-keyring.gpg', package: 'debian-archive-keyring' }

export const debian12: PackageSource = {
  kind: 'repository',
  title: 'Debian 12',
  lines: [
    { uri: 'http://deb.debian.org/debian', suite: 'bookworm', components: 'main' },
    { uri: 'http://deb.debian.org/debian-security', suite: 'bookworm-security', components: 'main' },
  ],
  keyring: debianKeyring,
}

/** Behind a company's mirror, only these may be reachable. */
export const machineSources: PackageSource = { kind: 'machine', title: "the machine's own package sources" }
