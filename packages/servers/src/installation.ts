import { realpath, rm } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fetchArtifact } from './artifact-fetch.ts'
import { makeFolderOnce } from './cache.ts'
import { type Attempt, ServerUnavailableError } from './errors.ts'
import { exists, firstExisting } from './exists.ts'
import { fetchPackages } from './package-fetch.ts'
import { runProgram } from './program.ts'
import { formatRange, type Installation, isInRange, type ServerKind } from './server-kind.ts'
import type { PackageSource, ServerSource } from './server-source.ts'

export interface FindOptions {
  readonly cache: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((message: string) => void) | undefined
}

/** The triplet of the library folders and the name of the loader, by `process.arch`. */
const architectures: Readonly<Record<string, { readonly triplet: string; readonly loader: string }>> = {
  x64: { triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
}

/** Finds a server on the machine or in the cache, or fetches it; throws `server-unavailable`. */
export async function findInstallation(kind: ServerKind, options: FindOptions): Promise<Installation> {
  const tried: Attempt[] = []
  const found = (await findOnPath(kind, tried, options.signal)) ?? (await findAtSources(kind, tried, options))
  if (found) return found
  const wanted = `${kind.title} ${formatRange(kind.versions)}`
  throw new ServerUnavailableError(
    wanted,
    tried,
    `Install ${wanted} so that ${kind.programs[0]} is on PATH, or set up package sources for apt that have it, ` +
      `or name a folder with lists of such sources in $${sourcesVariable}; what is fetched once is kept in ${options.cache}.`,
  )
}

/** `sbin` folders hold servers and are missing from most users' PATH. */
const serverFolders = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/libexec',
  '/usr/local/mysql/bin',
  '/usr/local/opt/mariadb/bin',
  '/opt/homebrew/bin',
]

async function findOnPath(kind: ServerKind, tried: Attempt[], signal?: AbortSignal): Promise<Installation | null> {
  const folders = new Set([...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...serverFolders])
  const before = tried.length
  for (const name of kind.programs) {
    for (const folder of folders) {
      const program = join(folder, name)
      if (!(await exists(program))) continue
      const base = dirname(dirname(await realpath(program)))
      const installation = await describe(kind, [program], base, tried, program, signal)
      if (installation) return installation
    }
  }
  if (tried.length === before) tried.push({ place: 'PATH', reason: `no ${kind.programs.join(' or ')} on it` })
  return null
}

/** Folders, one after another, with lists of package sources that are asked beside the machine's own. */
const sourcesVariable = 'NEUROJOINT_APT_SOURCES'

/** One way to fetch a server. */
interface Offer {
  readonly source: ServerSource
  readonly place: string
  /** Where in the cache it is kept. */
  readonly folder: string
  readonly lists: string | null
}

/** The sources of a kind, and for those that are the machine's own, also the folders that the user names. */
function offersOf(kind: ServerKind): readonly Offer[] {
  const named = (process.env[sourcesVariable] ?? '').split(delimiter).filter(Boolean)
  return kind.sources.flatMap((source): readonly Offer[] => {
    switch (source.kind) {
      case 'artifact': {
        const folder = `${kind.name}-${source.artifact.split(':').slice(1).join('-')}`
        return [{ source, place: `${source.artifact}, by Maven`, folder, lists: null }]
      }
      case 'packages': {
        const [main = ''] = source.packages
        const versions = kind.versions.below === null ? '' : `-${formatRange(kind.versions).replaceAll(' ', '-')}`
        const folder = `${kind.name}${versions}`
        if (source.suite !== null) {
          const place = `${main} from Debian ${source.suite}`
          return [{ source, place, folder: `${folder}-${source.suite}`, lists: null }]
        }
        return [
          { source, place: `${main} from the machine's package sources`, folder, lists: null },
          ...named.map((lists) => ({
            source,
            place: `${main} from the package sources in ${lists}`,
            folder: `${folder}-${lists.replaceAll(/[^A-Za-z0-9]+/g, '-')}`,
            lists,
          })),
        ]
      }
    }
  })
}

async function findAtSources(kind: ServerKind, tried: Attempt[], options: FindOptions): Promise<Installation | null> {
  if (process.platform !== 'linux' || architectures[process.arch] === undefined) {
    tried.push({ place: 'Debian packages', reason: `there are none for ${process.platform} on ${process.arch}` })
    return null
  }
  const offers = offersOf(kind)
  const cached = await Promise.all(offers.map((offer) => exists(rootOf(offer, options.cache))))
  // what is there already needs no network
  for (const offer of [...offers.filter((_, i) => cached[i]), ...offers.filter((_, i) => !cached[i])]) {
    try {
      const found = await fetchOffer(kind, offer, tried, options)
      if (found) return found
    } catch (error) {
      options.signal?.throwIfAborted()
      tried.push({ place: offer.place, reason: error instanceof Error ? error.message : String(error) })
    }
  }
  return null
}

const rootOf = ({ folder }: Offer, cache: string): string => join(cache, `${folder}-${process.arch}`)

async function fetchOffer(
  kind: ServerKind,
  offer: Offer,
  tried: Attempt[],
  { cache, signal, onProgress }: FindOptions,
): Promise<Installation | null> {
  const { source, place, lists } = offer
  if (source.kind === 'artifact' && source.architecture !== process.arch) {
    tried.push({ place, reason: `it is for ${source.architecture}, not ${process.arch}` })
    return null
  }
  const root = rootOf(offer, cache)
  await makeFolderOnce(
    root,
    async (temporary) => {
      onProgress?.(`Fetching ${kind.title} ${formatRange(kind.versions)}: ${place}, into ${cache} (once)`)
      const fetchDebian = async (packages: PackageSource, accepts: (version: string) => boolean): Promise<void> => {
        const work = join(temporary, 'fetch')
        await fetchPackages(packages, { work, root: temporary, lists, accepts }, signal)
        await rm(work, { recursive: true })
      }
      if (source.kind === 'packages') {
        await fetchDebian(source, (version) => isInRange(version, kind.versions))
        return
      }
      await fetchDebian(source.libraries, () => true)
      const work = join(temporary, 'fetch')
      await fetchArtifact(source, { work, root: join(temporary, artifactFolder) }, signal)
      await rm(work, { recursive: true })
    },
    signal,
  )
  return await describeFetched(kind, root, tried, place, signal)
}

/** Where what an artifact holds is unpacked, below the root of the packages. */
const artifactFolder = 'artifact'

async function describeFetched(
  kind: ServerKind,
  root: string,
  tried: Attempt[],
  place: string,
  signal?: AbortSignal,
): Promise<Installation | null> {
  const { triplet, loader: loaderName } = architectures[process.arch] ?? { triplet: '', loader: '' }
  const libraries = [
    ...['lib', 'usr/lib'].map((folder) => join(root, folder, triplet)),
    join(root, artifactFolder, 'lib/private'),
  ]
  const loader = await firstExisting(libraries.map((folder) => join(folder, loaderName)))
  for (const folder of ['usr/sbin', join(artifactFolder, 'bin')]) {
    for (const name of kind.programs) {
      const program = join(root, folder, name)
      if (loader === null || !(await exists(program))) continue
      // with the loader and the C library it was built for: the machine's own may be older
      const command = [loader, '--library-path', libraries.join(':'), program]
      const installation = await describe(kind, command, dirname(dirname(program)), tried, place, signal)
      if (installation) return installation
    }
  }
  tried.push({ place, reason: `${root} holds no usable ${kind.programs[0]}; remove that folder to fetch it anew` })
  return null
}

/** Asks a program what it is; null, and the reason among `tried`, if it will not do. */
async function describe(
  kind: ServerKind,
  command: readonly string[],
  base: string,
  tried: Attempt[],
  place: string,
  signal?: AbortSignal,
): Promise<Installation | null> {
  const refuse = (reason: string): null => {
    tried.push({ place, reason })
    return null
  }
  const [program = '', ...before] = command
  let printed: string
  try {
    printed = await runProgram(program, [...before, '--version'], { signal })
  } catch (error) {
    signal?.throwIfAborted()
    return refuse(error instanceof Error ? error.message : String(error))
  }
  const version = kind.parseVersion(printed)
  if (version === null) return refuse(`is not ${kind.title}: ${printed.trim()}`)
  if (!isInRange(version, kind.versions)) return refuse(`is version ${version}`)
  const candidates = kind.shares.map((share) => join(base, share))
  for (const share of candidates) {
    if (await firstExisting(kind.shareHolds.map((name) => join(share, name)))) return { version, command, base, share }
  }
  return refuse(`has none of ${kind.shareHolds.join(', ')} in ${candidates.join(' or ')}`)
}
