import { loadDsp } from '@neurojoint/native-dsp'
import { formatConfiguration } from './configuration.ts'
import { showDiagram } from './diagram.ts'
import { prepareFolders } from './folders.ts'
import { pipeline } from './pipeline.ts'
import { showTable } from './show.ts'
import { populateProgress } from './terminal/populate-progress.ts'
import { formatProblems } from './terminal/problems.ts'
import { runWorkflow } from './workflow.ts'

const usage = `npm start                  take in what is new, and populate the pipeline
npm start -- show TABLE    the definition of a table and its first rows
npm start -- diagram [FILE]    the pipeline as Mermaid text, or as a picture in FILE.svg
npm start -- settings      where the database and the stores are, and what says so`

/** Runs one command of the workflow; returns the exit code. */
export async function runCommand(parameters: readonly string[], signal: AbortSignal): Promise<number> {
  const [command = 'run', ...rest] = parameters
  switch (command) {
    case 'run':
      return await run(signal)
    case 'show':
      return await showTable(rest[0])
    case 'diagram':
      return await showDiagram(rest[0])
    case 'settings':
      process.stdout.write(formatConfiguration())
      return 0
    default:
      console.error(`There is no \`${command}\`.\n${usage}`)
      return 2
  }
}

async function run(signal: AbortSignal): Promise<number> {
  await prepareFolders()
  const { implementation } = await loadDsp()
  if (implementation === 'typescript') console.log('The TypeScript kernels do the work, which takes ten times as long.')
  await using db = await pipeline.open()
  const result = await runWorkflow(db, { signal, onEvent: populateProgress() })
  const { added, known } = result.sessions
  console.log(`${added} new ${added === 1 ? 'session' : 'sessions'}, ${known} known.`)
  const problems = formatProblems(result)
  if (problems === '') return 0
  console.error(`\nNot done:\n${problems}`)
  return 1
}
