import { loadDsp } from '@neurojoint/native-dsp'
import { formatConfiguration } from './configuration.ts'
import { showDiagram } from './diagram.ts'
import { prepareFolders } from './folders.ts'
import { pipeline } from './pipeline.ts'
import { showTable } from './show.ts'
import { populateProgress } from './terminal/populate-progress.ts'
import { formatProblems } from './terminal/problems.ts'
import { runWorkflow } from './workflow.ts'

/** Runs one command of the workflow; returns the exit code. */
export async function runCommand(parameters: readonly string[], signal: AbortSignal): Promise<number> {
  const [command, name] = parameters
  switch (command) {
    case 'show':
      return await showTable(name, 'npm start')
    case 'diagram':
      return await showDiagram(name)
    case 'settings':
      process.stdout.write(formatConfiguration())
      return 0
    default:
      return await run(signal)
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
