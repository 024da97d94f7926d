/**
 * Fills the folder of Node's compile cache with what the threads of our packages load from source: node scripts/compile-cache.ts
 *
 * Node strips types by WebAssembly, and V8 now and then dies of that (a segmentation fault, no matter in which code) where several threads of a
 * process do it while others end. What is in the cache is not stripped again; `NODE_COMPILE_CACHE` names the folder, for the
 * process, its threads and its children. Threads are started one after the other here.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { root, runCommand } from './command.ts'

/** What the commands need in their environment so that they read the cache. */
export const compileCache: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'neurojoint-compile'),
}

/** Fills the cache, in a process of its own. */
export async function fillCompileCache(): Promise<void> {
  const { exitCode, output } = await runCommand(['node', import.meta.filename], {
    capture: true,
    environment: compileCache,
  })
  if (exitCode !== 0) throw new Error(`The compile cache could not be filled:\n${output}`)
}

if (import.meta.main) {
  const sources = globSync(['packages/*/src/**/*.ts'], { cwd: root }).filter((path) => !path.endsWith('.test.ts'))
  const entries = sources.filter((path) =>
    /import .*\b(?:workerData|parentPort)\b.* from 'node:worker_threads'/.test(read(path)),
  )
  if (entries.length === 0)
    throw new Error('No file reads `workerData` or `parentPort` any more: this script looks for the wrong thing.')
  for (const path of entries) {
    const thread = new Worker(join(root, path), { workerData: {}, stderr: true })
    // its modules are loaded when it runs; that it misses its data does not matter
    await new Promise<void>((resolve) => {
      thread.once('online', () => setTimeout(() => void thread.terminate(), 1000).unref())
      thread.on('error', () => {})
      thread.once('exit', () => resolve())
    })
  }
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
