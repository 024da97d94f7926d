import { access, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackageSource } from './package-source.ts'
import { runProgram } from './program.ts'

/**
 * Fetches Debian packages with all that they depend on and unpacks them into `root`, as any user and without touching
 * the machine's own packages: apt works on a private state in `work`, whose empty status file says that nothing is
 * installed. apt checks the signatures. Throws `program-failed`.
 */
export async function fetchPackages(
  source: PackageSource,
  packages: readonly string[],
  folders: { readonly work: string; readonly root: string },
  signal?: AbortSignal,
): Promise<void> {
  const { work, root } = folders
  await mkdir(join(work, 'lists/partial'), { recursive: true })
  await mkdir(join(work, 'cache/archives/partial'), { recursive: true })
  await mkdir(root, { recursive: true })
  await writeFile(join(work, 'status'), '')
  await writeFile(join(work, 'apt.conf'), await formatAptSettings(work, source, signal))
  const environment = { APT_CONFIG: join(work, 'apt.conf'), DEBIAN_FRONTEND: 'noninteractive' }
  if (source.kind === 'repository') {
    const keyring = await findKeyring(source.keyring, work, signal)
    const lines = source.lines.map(
      ({ uri, suite, components }) => `deb [signed-by=${keyring}] ${uri} ${suite} ${components}\n`,
    )
    await writeFile(join(work, 'sources.list'), lines.join(''))
  }
  await runProgram('apt-get', ['update'], { signal, environment })
  await runProgram('apt-get', ['install', '--yes', '--download-only', ...packages], { signal, environment })
  const archives = join(work, 'cache/archives')
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb')) await runProgram('dpkg-deb', ['--extract', join(archives, name), root], { signal })
  }
}

/** Of the machine's settings for apt, only how to reach the network is kept: its hooks are not ours to run. */
async function formatAptSettings(work: string, source: PackageSource, signal?: AbortSignal): Promise<string> {
  const machine = await runProgram('apt-config', ['dump'], { signal })
  const network = machine.split('\n').filter((line) => /^Acquire::(?!IndexTargets|Languages)\S+ /.test(line))
  const settings = {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    ...(source.kind === 'repository' && {
      'Dir::Etc::sourcelist': join(work, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      // one of the machine's own sources may be out of order and another one do
      'APT::Update::Error-Mode': 'any',
    }),
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

async function findKeyring(
  keyring: { readonly path: string; readonly package: string },
  work: string,
  signal?: AbortSignal,
): Promise<string> {
  if (await exists(keyring.path)) return keyring.path
  const root = join(work, 'keyring/root')
  const machine = { kind: 'machine', title: '' } as const
  await fetchPackages(machine, [keyring.package], { work: join(work, 'keyring'), root }, signal)
  return join(root, keyring.path)
}

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
