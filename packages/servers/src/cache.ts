import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir, hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { exists } from './exists.ts'

/** Where fetched servers are kept: `$NEUROJOINT_CACHE/servers`, else `neurojoint/servers` in the user's cache folder. */
export function defaultCache(): string {
  const { NEUROJOINT_CACHE, XDG_CACHE_HOME } = process.env
  if (NEUROJOINT_CACHE) return join(NEUROJOINT_CACHE, 'servers')
  return join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'neurojoint', 'servers')
}

/**
 * Makes a folder once, whole or not at all, for all processes that ask for it: `fill` works in a folder of its own,
 * which is renamed when it is done.
 */
export async function makeFolderOnce(
  folder: string,
  fill: (temporary: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  if (await exists(folder)) return
  await mkdir(dirname(folder), { recursive: true })
  const release = await lock(`${folder}.lock`, signal)
  const temporary = `${folder}.${process.pid}.partial`
  try {
    if (await exists(folder)) return
    await rm(temporary, { recursive: true, force: true })
    await mkdir(temporary)
    await fill(temporary)
    await rename(temporary, folder)
  } finally {
    await rm(temporary, { recursive: true, force: true })
    await release()
  }
}

async function lock(path: string, signal?: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    signal?.throwIfAborted()
    try {
      const file = await open(path, 'wx')
      await file.writeFile(`${hostname()} ${process.pid}`)
      await file.close()
      return () => rm(path, { force: true })
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
      if (await isLeftOver(path)) await rm(path, { force: true })
      else await sleep(200, undefined, { signal })
    }
  }
}

const longestFetchMs = 15 * 60_000

/** A lock whose owner is dead. The owner is known only on its own machine; elsewhere age has to tell. */
async function isLeftOver(path: string): Promise<boolean> {
  try {
    const age = Date.now() - (await stat(path)).mtimeMs
    const [host, pid] = (await readFile(path, 'utf8')).split(' ')
    if (age > longestFetchMs) return true
    if (host !== hostname() || pid === undefined) return false
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return isCode(error, 'ESRCH')
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
