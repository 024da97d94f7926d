/** `npm start`: takes in what is new and populates the pipeline. Ctrl-C stops it; started again, it goes on. */
import { mkdir } from 'node:fs/promises'
import { configuration } from './configuration.ts'
import { pipeline } from './pipeline.ts'
import { populateProgress } from './terminal/populate-progress.ts'
import { formatError, formatProblems } from './terminal/problems.ts'
import { runWorkflow } from './workflow.ts'

const controller = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => controller.abort(new Error('Stopped. Start it again: it goes on where it was.')))
}

for (const folder of [configuration.rawRoot, configuration.processedRoot, configuration.storeLocation]) {
  await mkdir(folder, { recursive: true })
}
const db = await pipeline.open()
try {
  const result = await runWorkflow(db, { signal: controller.signal, onEvent: populateProgress() })
  const { added, known } = result.sessions
  console.log(`${added} new ${added === 1 ? 'session' : 'sessions'}, ${known} known.`)
  const problems = formatProblems(result)
  if (problems !== '') {
    console.error(`\nNot done:\n${problems}`)
    process.exitCode = 1
  }
} catch (error) {
  if (!controller.signal.aborted && !(error instanceof Error && 'code' in error)) throw error
  console.error(`\n${formatError(error)}`)
  process.exitCode = controller.signal.aborted ? 130 : 1
} finally {
  await db.close()
}
