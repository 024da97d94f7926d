import { access, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from './program.ts'

/**
 * Fetches Debian packages with all that they depend on and unpacks them into `root`, as any user and without touching
 * the machine's own packages: apt works on a private state in `work`, whose empty status file says that nothing is
 * installed. It takes them from the sources that the machine is set up with, also behind a mirror, one of which may be
 * out of order; apt checks the signatures. Throws `program-failed`.
 */
export async function fetchPackages(
  packages: readonly string[],
  folders: { readonly work: string; readonly root: string },
  signal?: AbortSignal,
): Promise<void> {
  const { work, root } = folders
  await mkdir(join(work, 'lists/partial'), { recursive: true })
  await mkdir(join(work, 'cache/archives/partial'), { recursive: true })
  await mkdir(root, { recursive: true })
  await writeFile(join(work, 'status'), '')
  await writeFile(join(work, 'apt.conf'), await formatAptSettings(work, signal))
  const environment = { APT_CONFIG: join(work, 'apt.conf'), DEBIAN_FRONTEND: 'noninteractive' }
  await runProgram('apt-get', ['update'], { signal, environment })
  await runProgram('apt-get', ['install', '--yes', '--download-only', ...packages], { signal, environment })
  const archives = join(work, 'cache/archives')
  for (const name of await readdir(archives)) {
    if (name.endsWith('.deb')) await runProgram('dpkg-deb', ['--extract', join(archives, name), root], { signal })
  }
}

/** Of the machine's settings for apt, only how to reach the network is kept: its hooks are not ours to run. */
async function formatAptSettings(work: string, signal?: AbortSignal): Promise<string> {
  const machine = await runProgram('apt-config', ['dump'], { signal })
  const network = machine.split('\n').filter((line) => /^Acquire::(?!IndexTargets|Languages)\S+ /.test(line))
  const settings = {
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
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

export async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
