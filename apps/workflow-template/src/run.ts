/**
 * `npm start`: takes in what is new and populates the pipeline. Ctrl-C stops it; started again, it goes on.
 *
 *   npm start                     do it
 *   npm start -- show TABLE       the definition of a table and its first rows
 *   npm start -- diagram [FILE]   the pipeline as Mermaid text, or as a picture in FILE.svg
 *   npm start -- settings         where the database and the stores are, and what says so
 */
import { formatError } from './terminal/problems.ts'

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => controller.abort(new Error('Stopped. Start it again: it goes on where it was.')))
}

try {
  // The configuration reads the environment when it is imported, and refuses what it cannot read.
  const { runCommand } = await import('./command.ts')
  process.exitCode = await runCommand(process.argv.slice(2), controller.signal)
} catch (error) {
  if (!controller.signal.aborted && !(error instanceof Error && 'code' in error)) throw error
  console.error(`\n${formatError(controller.signal.aborted ? controller.signal.reason : error)}`)
  process.exitCode = controller.signal.aborted ? 130 : 1
}
