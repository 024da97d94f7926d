import { execFile, spawn } from 'node:child_process'
import { access, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { ChainName } from './chains.ts'
import type { BenchRecording } from './recording.ts'

const run = promisify(execFile)
const VERSION = '0.104.8'

/** SpikeInterface in a process of its own. */
export interface SpikeInterface {
  readonly version: string
  readonly knows: (chain: ChainName) => boolean
  /** Seconds that it took to write the result as int16. */
  readonly run: (chain: ChainName, jobs: number) => Promise<number>
  readonly close: () => void
}

export async function startSpikeInterface(recording: BenchRecording, frames: number): Promise<SpikeInterface> {
  const script = join(import.meta.dirname, 'spikeinterface_process.py')
  const settings = JSON.stringify({ ...recording, frames })
  const child = spawn(await environment(), [script, settings], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<Readonly<Record<string, unknown>>> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error('the Python process ended; what it said stands above')
      if (!value.startsWith('{')) continue
      const parsed: unknown = JSON.parse(value)
      if (typeof parsed === 'object' && parsed !== null) return { ...parsed }
    }
  }
  const { version, chains } = await answer()
  return {
    version: String(version),
    knows: (chain) => Array.isArray(chains) && chains.includes(chain),
    run: async (chain, jobs) => {
      child.stdin.write(`${JSON.stringify({ chain, jobs })}\n`)
      return Number((await answer())['seconds'])
    },
    close: () => child.stdin.end(),
  }
}

/** The interpreter of an environment that has it, made once in the cache folder; `SPIKEINTERFACE_PYTHON` names another. */
async function environment(): Promise<string> {
  const given = process.env['SPIKEINTERFACE_PYTHON']
  if (given) return given
  const cache =
    process.env['NEUROJOINT_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'neurojoint')
  const folder = join(cache, `spikeinterface-${VERSION}`)
  const python = join(folder, 'bin/python')
  try {
    await access(join(folder, 'ready'))
  } catch {
    console.error(`making a Python environment with spikeinterface ${VERSION} in ${folder}`)
    await rm(folder, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', folder])
    const packages = [`spikeinterface[preprocessing]==${VERSION}`, 'numba']
    await run(python, ['-m', 'pip', 'install', '--quiet', ...packages], { maxBuffer: 2 ** 26 })
    await run('touch', [join(folder, 'ready')])
  }
  return python
}
