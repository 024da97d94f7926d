import type { TestProject } from 'vitest/node'
import type { Generation } from '../../src/definition/table-declaration.ts'
import { pythonWith } from './environment.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The programs that the tests run Python DataJoint with; `null` where there is no Python. */
    readonly python: Readonly<Record<Generation, string | null>>
  }
}

/** Makes the environments before the tests. On CI the run fails without Python, elsewhere it says what is left out. */
export default async function setUpPython(project: TestProject): Promise<void> {
  // one after the other: the second finds much in pip's cache
  const python = { '2.x': await find('2.x'), '0.14': await find('0.14') }
  project.provide('python', python)
}

async function find(generation: Generation): Promise<string | null> {
  const found = await pythonWith(generation).catch((error: unknown) => {
    if (process.env['CI']) throw error
    console.error(error instanceof Error ? error.message : error)
    return null
  })
  if (found !== null) return found
  if (process.env['CI']) throw new Error('Python 3.10 or newer with venv is needed on CI, and is not there.')
  console.error(`\n  NO PYTHON DATAJOINT ${generation}: TESTS THAT RUN IT ARE LEFT OUT.\n`)
  return null
}
