/** `npm start`: takes in what is new and populates the pipeline. Ctrl-C stops it; started again, it goes on. */
import { formatError } from './terminal/problems.ts'
import { answerUsage } from './terminal/usage.ts'

const usage = `npm start                      take in what is new, and populate the pipeline; run again, it goes on
npm start -- show TABLE        the definition of a table and its first rows
npm start -- diagram [FILE]    the pipeline as Mermaid text, or as a picture in FILE.svg
npm start -- settings          where the database and the stores are, and what says so`

/** How many words may follow each command. */
const words = new Map(Object.entries({ run: 0, show: 1, diagram: 1, settings: 0 }))

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => controller.abort(new Error('Stopped. Start it again: it goes on where it was.')))
}

const parameters = process.argv.slice(2)
const answered = answerUsage(usage, parameters, words)
try {
  // The configuration reads the environment when it is imported, and refuses what it cannot read.
  const runCommand = async () => (await import('./command.ts')).runCommand(parameters, controller.signal)
  process.exitCode = answered ?? (await runCommand())
} catch (error) {
  if (!controller.signal.aborted && !(error instanceof Error && 'code' in error)) throw error
  console.error(`\n${formatError(controller.signal.aborted ? controller.signal.reason : error)}`)
  process.exitCode = controller.signal.aborted ? 130 : 1
}
