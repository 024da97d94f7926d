import { execFile, spawn } from 'node:child_process'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)
const VERSION = '2.3.5'

/** Python DataJoint in a process of its own. */
export interface DatajointProcess {
  readonly name: string
  readonly version: string
  /** How many seconds one of its operations took. */
  readonly run: (operation: string) => Promise<number>
  readonly close: () => Promise<void>
}

/** Starts a program that tells its version, and for each operation that it is asked for how many seconds it took. */
export async function startDatajoint(script: string, sizes: object): Promise<DatajointProcess> {
  const python = await environment()
  const child = spawn(python, [script, JSON.stringify(sizes)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async (member: string): Promise<unknown> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error('the Python process ended; what it said stands above')
      if (!value.startsWith('{')) continue
      const answer: unknown = JSON.parse(value)
      if (typeof answer === 'object' && answer !== null && member in answer) return Reflect.get(answer, member)
    }
  }
  return {
    name: 'datajoint (Python)',
    version: String(await read('version')),
    run: async (operation) => {
      child.stdin.write(`${JSON.stringify({ run: operation })}\n`)
      return Number(await read('seconds'))
    },
    close: async () => {
      child.stdin.end()
    },
  }
}

/** The interpreter of an environment that has it, which is made once in the cache folder. */
async function environment(): Promise<string> {
  const given = process.env['DATAJOINT_PYTHON']
  if (given) return given
  const cache =
    process.env['NEUROJOINT_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'neurojoint')
  const folder = join(cache, `datajoint-${VERSION}`)
  const python = join(folder, 'bin/python')
  try {
    await access(join(folder, 'ready'))
  } catch {
    console.error(`making a Python environment with datajoint ${VERSION} in ${folder}`)
    await run('python3', ['-m', 'venv', '--clear', folder])
    await run(python, ['-m', 'pip', 'install', '--quiet', `datajoint==${VERSION}`])
    await run('touch', [join(folder, 'ready')])
  }
  return python
}
