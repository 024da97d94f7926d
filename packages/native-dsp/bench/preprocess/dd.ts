import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Seconds in which `dd` copies a file that is in memory and has the copy on the disk. */
export async function copyByDd(from: string, to: string): Promise<number> {
  await rm(to, { force: true })
  const start = performance.now()
  await run('dd', [`if=${from}`, `of=${to}`, 'bs=8M', 'conv=fsync', 'status=none'])
  return (performance.now() - start) / 1000
}
