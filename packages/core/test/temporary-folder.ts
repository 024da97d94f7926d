import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { TestProject } from 'vitest/node'

/** What the tests keep at a time is a small part of it. */
const ENOUGH_BYTES = 4 * 2 ** 30
const IN_MEMORY = '/dev/shm'

/**
 * Where the data of the tests lie, of servers as well as of SQLite: in memory where there is plenty. A disk would be
 * waited for at every commit and many times at every declaration; that a process is killed, it makes no difference to.
 */
export function temporaryFolder(): string {
  return hasPlenty() ? `${IN_MEMORY}/neurojoint-${process.pid}` : tmpdir()
}

function hasPlenty(): boolean {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return bavail * bsize >= ENOUGH_BYTES && process.availableMemory() >= 2 * ENOUGH_BYTES
  } catch {
    return false // there is none but on Linux
  }
}

/** Makes it before the tests, and removes it with what they left there, also when they are interrupted. */
export default function makeTemporaryFolder({ config }: TestProject): void {
  const folder = config.env['TMPDIR']
  if (folder === undefined || folder === tmpdir()) return
  mkdirSync(folder)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
}
