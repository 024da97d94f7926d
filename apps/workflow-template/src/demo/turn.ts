import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export class DemoRunningError extends Error {
  override readonly name = 'DemoRunningError'
  readonly code = 'demo-running'
  readonly process: number
  constructor(folder: string, process: number) {
    super(
      `The demo runs already in ${folder}, as process ${process}. Wait for it, or set NEUROJOINT_DEMO to another folder.`,
    )
    this.process = process
  }
}

/** Makes sure that nobody else runs the demo in a folder until the function that it gives is called. */
export async function takeTurn(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, 'running.pid')
  const taken = await writeFile(path, String(process.pid), { flag: 'wx' }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
      throw error
    },
  )
  if (!taken) {
    const other = Number(await readFile(path, 'utf8'))
    if (isAlive(other)) throw new DemoRunningError(folder, other)
    // It was killed, and could not say that it ended.
    await rm(path, { force: true })
    return takeTurn(folder)
  }
  return () => rm(path, { force: true })
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
