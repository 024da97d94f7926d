import { readFile } from 'node:fs/promises'
import { chains } from '../chain/named.ts'
import { parseChain } from '../chain/parse.ts'
import type { Chain } from '../chain/steps.ts'
import { UsageError } from './arguments.ts'

/** A chain by its name, or from a JSON file. Throws `usage`, `invalid-parameter`. */
export async function readChain(name: string): Promise<Chain> {
  const known = new Map<string, Chain>(Object.entries(chains))
  const named = known.get(name)
  if (named) return named
  const names = [...known.keys()].join(', ')
  const content = await readFile(name, 'utf8').catch((error: unknown) => {
    throw new UsageError(`--chain ${name}: no chain has this name (${names}), and no file is there.`, { cause: error })
  })
  return parseChain(parseJson(name, content))
}

function parseJson(path: string, content: string): unknown {
  try {
    return JSON.parse(content)
  } catch (error) {
    throw new UsageError(`--chain ${path}: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    })
  }
}
