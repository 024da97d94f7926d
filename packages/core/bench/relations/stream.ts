import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DatabaseSettings } from '../../src/index.ts'

const run = promisify(execFile)

/** What a stream of a million rows took. */
export interface StreamMeasure {
  readonly name: string
  readonly rows: number
  /** Memory of the whole process before the first row and at its peak (MiB). */
  readonly before: number
  readonly peak: number
}

/** Streams a million rows in a process of its own, whose JavaScript heap is too small to hold them. */
export async function measureStream(name: string, database: DatabaseSettings): Promise<StreamMeasure> {
  const script = join(import.meta.dirname, 'stream-process.ts')
  const parameters = ['--conditions=development', '--max-old-space-size=96', script, JSON.stringify(database)]
  const { stdout } = await run(process.execPath, parameters)
  const measured: unknown = JSON.parse(stdout)
  const member = (key: string): number =>
    typeof measured === 'object' && measured !== null ? Number(Reflect.get(measured, key)) : NaN
  return { name, rows: member('rows'), before: member('before'), peak: member('peak') }
}
