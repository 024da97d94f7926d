import { rm } from 'node:fs/promises'
import { configuration } from '../configuration.ts'
import { showDiagram } from '../diagram.ts'
import { runDemo } from './demo.ts'
import { formatError } from '../terminal/problems.ts'
import { showTable } from '../show.ts'

/** Runs one command of the demo; returns the exit code. */
export async function runDemoCommand(parameters: readonly string[], signal: AbortSignal): Promise<number> {
  const [command, name] = parameters
  try {
    switch (command) {
      case 'show':
        return await showTable(name, 'npm run demo')
      case 'diagram':
        return await showDiagram(name)
      case 'clean':
        await rm(configuration.home, { recursive: true, force: true })
        console.log(`${configuration.home} is gone.`)
        return 0
      default:
        return await runDemo(signal)
    }
  } catch (error) {
    if (signal.aborted) {
      console.error(`\n${signal.reason instanceof Error ? signal.reason.message : String(signal.reason)}`)
      return 130
    }
    if (!(error instanceof Error && 'code' in error)) throw error
    console.error(`\n${formatError(error)}`)
    return 1
  }
}
