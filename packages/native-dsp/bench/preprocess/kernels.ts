import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What the crate's own example tells about its kernels: nanoseconds per frame of 384 channels. */
export async function measureKernels(): Promise<string> {
  const manifest = join(import.meta.dirname, '../../Cargo.toml')
  const { stdout } = await run(
    'cargo',
    ['run', '--release', '--quiet', '--manifest-path', manifest, '--package', 'neurojoint-dsp', '--example', 'kernels'],
    { maxBuffer: 2 ** 24 },
  )
  return stdout.trim()
}
