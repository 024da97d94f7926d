import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from './exists.ts'
import { PackageVersionError } from './errors.ts'
import { runProgram } from './program.ts'
import type { PackageSource } from './server-source.ts'

/** Where apt works and looks. */
export interface PackageFetch {
  readonly work: string
  /** Packages are unpacked into this folder. */
  readonly root: string
  /** A folder with lists of package sources, as `/etc/apt/sources.list.d`, in the place of the machine's own. */
  readonly lists: string | null
  /** Which version of the first package will do. */
  accepts(version: string): boolean
}

/**
 * Fetches Debian packages with all that they depend on and unpacks them into `root`, as any user and without touching
 * the machine's own packages: apt works on a private state in `work`, whose empty status file says that nothing is
 * installed. It takes them from the sources that the machine is set up with, also behind a mirror, one of which may be
 * out of order; apt checks the signatures. Throws `program-failed` or `package-version`.
 */
export async function fetchPackages(
  { packages, suite }: PackageSource,
  { work, root, lists, accepts }: PackageFetch,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(join(work, 'lists/partial'), { recursive: true })
  await mkdir(join(work, 'cache/archives/partial'), { recursive: true })
  await mkdir(root, { recursive: true })
  await writeFile(join(work, 'status'), '')
  const configuration = join(work, 'apt.conf')
  const environment = { APT_CONFIG: configuration, DEBIAN_FRONTEND: 'noninteractive' }
  const run = (program: string, ...parameters: readonly string[]): Promise<string> =>
    runProgram(program, parameters, { signal, environment })
  const machine = await runProgram('apt-config', ['dump'], { signal })
  await writeFile(configuration, formatSettings(machine, work, sourcesIn(lists)))
  if (suite !== null) {
    const list = join(work, 'suite.list')
    await writeFile(list, `deb ${await signedBy()}${await findArchive(run)} ${suite} main\n`)
    await writeFile(configuration, formatSettings(machine, work, { sourcelist: list, sourceparts: '/dev/null' }))
  }
  await run('apt-get', 'update')
  const [main = ''] = packages
  const version = parseCandidate(await run('apt-cache', 'policy', main))
  if (version === null || !accepts(version)) throw new PackageVersionError(main, version)
  await run('apt-get', 'install', '--yes', '--download-only', ...packages)
  const archives = join(work, 'cache/archives')
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb')) await runProgram('dpkg-deb', ['--extract', join(archives, name), root], { signal })
  }
}

/** The version that apt would install, as its makers number it: without Debian's epoch and revision. */
export function parseCandidate(policy: string): string | null {
  return /^ *Candidate: (?:\d+:)?(\d+\.\d+(?:\.\d+)*)/m.exec(policy)?.[1] ?? null
}

interface Sources {
  readonly sourcelist?: string
  readonly sourceparts?: string
}

const sourcesIn = (lists: string | null): Sources =>
  lists === null ? {} : { sourcelist: '/dev/null', sourceparts: lists }

/** Of the machine's settings for apt, only how to reach the network is kept: its hooks are not ours to run. */
function formatSettings(machine: string, work: string, { sourcelist, sourceparts }: Sources): string {
  const network = machine.split('\n').filter((line) => /^Acquire::(?!IndexTargets|Languages)\S+ /.test(line))
  const settings = {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    ...(sourcelist !== undefined && { 'Dir::Etc::sourcelist': sourcelist }),
    ...(sourceparts !== undefined && { 'Dir::Etc::sourceparts': sourceparts }),
    'Dir::State': work,
    'Dir::State::lists': join(work, 'lists'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'Dir::Log': join(work, 'log'),
    'Debug::NoLocking': 'true',
    'APT::Install-Recommends': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '2',
    'Acquire::http::Timeout': '20',
    // apt as root would hand downloads to a user that cannot enter our folder
    ...(process.getuid?.() === 0 && { 'APT::Sandbox::User': 'root' }),
  }
  return [...network, ...Object.entries(settings).map(([name, value]) => `${name} "${value}";`), ''].join('\n')
}

/** The address of the archive of Debian that the machine uses: its mirror has the other suites too. */
async function findArchive(
  run: (program: string, ...parameters: readonly string[]) => Promise<string>,
): Promise<string> {
  // what the sources are is known once their lists are there
  await run('apt-get', 'update')
  const targets = await run('apt-get', 'indextargets', '--format', '$(LABEL)|$(ORIGIN)|$(REPO_URI)')
  const archive = targets.split('\n').find((line) => line.startsWith('Debian|Debian|'))
  if (archive === undefined) throw new PackageVersionError('Debian', null)
  return archive.slice('Debian|Debian|'.length)
}

/** Debian's keys are where its keyring puts them; without it, those that the machine trusts in general. */
async function signedBy(): Promise<string> {
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  return (await exists(keyring)) ? `[signed-by=${keyring}] ` : ''
}
