import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { defaultCache, makeFolderOnce } from '@neurojoint/servers'
import type { Generation } from '../../src/definition/table-declaration.ts'

const run = promisify(execFile)

/** The Python of an environment that has DataJoint of a generation; `null` where the machine has no Python 3. */
export async function pythonWith(generation: Generation): Promise<string | null> {
  const base = await findPython()
  if (base === null) return null
  const requirements = join(import.meta.dirname, `requirements-${generation}.txt`)
  const digest = createHash('sha256')
    .update(base.version)
    .update(await readFile(requirements))
    .digest('hex')
  const folder = join(dirname(defaultCache()), 'python', `datajoint-${generation}-${digest.slice(0, 12)}`)
  await makeFolderOnce(folder, async (temporary) => {
    await run(base.program, ['-m', 'venv', temporary])
    const python = join(temporary, 'bin/python')
    // the folder is renamed afterwards, which programs by their own name in bin/ do not outlive: none is used
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-input', '-r', requirements], { maxBuffer: 2 ** 26 })
  })
  return join(folder, 'bin/python')
}

/** DataJoint needs 3.10 or newer. */
async function findPython(): Promise<{ readonly program: string; readonly version: string } | null> {
  for (const program of ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    const question = 'import ensurepip, sys, venv; print(sys.version if sys.version_info >= (3, 10) else "")'
    const version = await run(program, ['-c', question]).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    )
    if (version !== '') return { program, version }
  }
  return null
}

// node --conditions=development environment.ts: makes both, so that no test waits for it
if (import.meta.main) {
  for (const generation of ['2.x', '0.14'] as const) {
    const python = await pythonWith(generation)
    if (python === null) throw new Error('Python 3.10 or newer with venv is needed, and is not there.')
    console.log(`DataJoint ${generation} for ${python}`)
  }
}
