import { loadDsp } from '@neurojoint/native-dsp'
import { configuration } from '../configuration.ts'
import { pipeline } from '../pipeline.ts'
import { formatSeconds } from '../terminal/duration.ts'
import { populateProgress } from '../terminal/populate-progress.ts'
import { formatProblems } from '../terminal/problems.ts'
import { runWorkflow } from '../workflow.ts'
import { prepareSessions } from './prepare.ts'
import { writeReport } from './report.ts'
import { takeTurn } from './turn.ts'

/** Runs the whole demo; returns the exit code. */
export async function runDemo(signal: AbortSignal): Promise<number> {
  const started = performance.now()
  const dsp = await loadDsp()
  console.log(
    `Two sessions: 20 s of 384 simulated channels, and an excerpt of a recording with its Kilosort 4 sort.\n` +
      `Everything goes to ${configuration.home} (about 0.5 GB). Ctrl-C stops; run again, it goes on.`,
  )
  if (dsp.implementation === 'typescript') {
    console.log('The TypeScript kernels do the work, which takes longer.')
  }
  console.log()
  const endTurn = await takeTurn(configuration.home)
  try {
    await prepareSessions(dsp, signal)
    const complete = await populateAndReport(signal)
    console.log(`Done in ${formatSeconds((performance.now() - started) / 1000)}.`)
    return complete ? 0 : 1
  } finally {
    await endTurn()
  }
}

/** Returns whether everything was done. */
async function populateAndReport(signal: AbortSignal): Promise<boolean> {
  const db = await pipeline.open()
  try {
    const result = await runWorkflow(db, { signal, onEvent: populateProgress() })
    console.log(`\n${await writeReport(db)}\n`)
    const problems = formatProblems(result)
    if (problems !== '') console.error(`Not done:\n${problems}\n`)
    return problems === ''
  } finally {
    await db.close()
  }
}
