import { realpath, rm } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { makeFolderOnce } from './cache.ts'
import { type Attempt, ServerUnavailableError } from './errors.ts'
import { exists, fetchPackages } from './package-fetch.ts'
import { runProgram } from './program.ts'
import { type Installation, isAtLeast, type ServerKind } from './server-kind.ts'

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
  const found = (await findOnPath(kind, tried, options.signal)) ?? (await fetchInstallation(kind, options, tried))
  if (found) return found
  const wanted = `${kind.title} ${kind.minimum.join('.')} or newer`
  throw new ServerUnavailableError(
    wanted,
    tried,
    `Install ${kind.title} so that ${kind.programs[0]} is on PATH, or set up package sources for apt that have it; ` +
      `what is fetched once is kept in ${options.cache}.`,
  )
}

/** `sbin` folders hold servers and are missing from most users' PATH. */
const serverFolders = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/libexec',
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

async function fetchInstallation(
  kind: ServerKind,
  options: FindOptions,
  tried: Attempt[],
): Promise<Installation | null> {
  const { cache, signal, onProgress } = options
  const architecture = architectures[process.arch]
  if (process.platform !== 'linux' || architecture === undefined) {
    tried.push({ place: 'Debian packages', reason: `there are none for ${process.platform} on ${process.arch}` })
    return null
  }
  const [main] = kind.packages
  if (main === undefined) return null
  const place = `${main} from the machine's package sources`
  const root = join(cache, `${kind.name}-${process.arch}`)
  try {
    await makeFolderOnce(
      root,
      async (temporary) => {
        onProgress?.(`Fetching ${kind.title} from the machine's package sources into ${cache} (about 30 MB, once)`)
        const work = join(temporary, 'fetch')
        await fetchPackages(kind.packages, { work, root: temporary }, signal)
        await rm(work, { recursive: true })
      },
      signal,
    )
  } catch (error) {
    signal?.throwIfAborted()
    tried.push({ place, reason: error instanceof Error ? error.message : String(error) })
    return null
  }
  const libraries = ['lib', 'usr/lib'].map((folder) => join(root, folder, architecture.triplet))
  for (const program of kind.programs.map((candidate) => join(root, 'usr/sbin', candidate))) {
    const loader = await firstExisting(libraries.map((folder) => join(folder, architecture.loader)))
    if (loader === null || !(await exists(program))) continue
    // with the loader and the C library it was built for: the machine's own may be older
    const command = [loader, '--library-path', libraries.join(':'), program]
    const installation = await describe(kind, command, join(root, 'usr'), tried, place, signal)
    if (installation) return installation
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
  if (!isAtLeast(version, kind.minimum)) return refuse(`is version ${version}`)
  const candidates = kind.shares.map((share) => join(base, share))
  for (const share of candidates) {
    if (await firstExisting(kind.shareHolds.map((name) => join(share, name)))) return { version, command, base, share }
  }
  return refuse(`has none of ${kind.shareHolds.join(', ')} in ${candidates.join(' or ')}`)
}

async function firstExisting(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await exists(path)) return path
  return null
}
