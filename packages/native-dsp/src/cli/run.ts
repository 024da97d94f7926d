import { openRecording } from '@neurojoint/formats/recording'
import type { Chain } from '../chain/steps.ts'
import { AlreadyAppliedError, TargetExistsError } from '../errors.ts'
import { planPreprocessing } from '../preprocess/plan-preprocessing.ts'
import { preprocess, type PreprocessOptions } from '../preprocess/preprocess.ts'
import { type Command, parseCommand, usage, UsageError } from './arguments.ts'
import { type Errand, findRecordings } from './find-recordings.ts'
import { failureAsData, formatPlan, formatReport, planAsData, reportAsData } from './format.ts'
import { createProgressLine, type ProgressStream } from './progress-line.ts'
import { readChain } from './read-chain.ts'

/** What a command line talks with. */
export interface Terminal {
  readonly out: { write(text: string): unknown }
  readonly error: ProgressStream
  readonly signal: AbortSignal
}

/** Runs a command line; returns the exit code: 0, 1 where something failed, 2 for a line that cannot be meant, 130 when stopped. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const command = parseCommand(argv)
    if (command) return (await run(command, terminal)) ? 0 : 1
    terminal.out.write(`${usage}\n`)
    return 0
  } catch (error) {
    if (terminal.signal.aborted) {
      terminal.error.write('Stopped: of what was at work, nothing is left.\n')
      return 130
    }
    const isUsage = error instanceof UsageError
    terminal.error.write(`${messageOf(error)}\n${isUsage ? '\nneurojoint-dsp --help tells more.\n' : ''}`)
    return isUsage ? 2 : 1
  }
}

/** One recording after the other; one that fails keeps no other from being done. */
async function run(command: Command, terminal: Terminal): Promise<boolean> {
  const chain = await readChain(command.chain)
  const errands = await findRecordings(command.source, command.out)
  const results: object[] = []
  const failures: string[] = []
  for (const errand of errands) {
    if (errands.length > 1 && !command.json) terminal.out.write(`${errand.source}\n`)
    const { text, data } = await runErrand(command, chain, errand, terminal).catch((error: unknown): Outcome => {
      if (terminal.signal.aborted || (errands.length === 1 && !command.json)) throw error
      failures.push(errand.source)
      return { text: messageOf(error), data: failureAsData(errand, error) }
    })
    results.push(data)
    if (!command.json) terminal.out.write(`${text}\n`)
  }
  if (command.json) terminal.out.write(`${JSON.stringify(results, null, 2)}\n`)
  if (failures.length > 0)
    terminal.error.write(`${failures.length} of ${errands.length} failed: ${failures.join(', ')}\n`)
  return failures.length === 0
}

interface Outcome {
  readonly text: string
  readonly data: object
}

async function runErrand(command: Command, chain: Chain, errand: Errand, terminal: Terminal): Promise<Outcome> {
  const recording = await openRecording(errand.source)
  const progress = createProgressLine(terminal.error)
  try {
    const options = optionsOf(command, recording.samplingRate, terminal.signal, (fraction) => progress.show(fraction))
    if (command.dryRun) {
      const plan = await planPreprocessing(recording, errand.target, chain, options)
      progress.end()
      return { text: formatPlan(plan), data: planAsData(errand, plan) }
    }
    const report = await preprocess(recording, errand.target, chain, options)
    progress.end()
    return { text: formatReport(report), data: reportAsData(errand, report) }
  } finally {
    progress.end()
    await recording.close()
  }
}

function optionsOf(
  command: Command,
  samplingRate: number,
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): PreprocessOptions {
  const { threads, segment, start, end, channels, peaks, driftRaster, lf, noise, rms, masks } = command
  return {
    signal,
    onProgress,
    overwrite: command.overwrite,
    ...(threads !== null && { threads }),
    ...(segment !== null && { segment }),
    ...(start !== null && { start: Math.round(start * samplingRate) }),
    ...(end !== null && { end: Math.round(end * samplingRate) }),
    ...(channels && { channels }),
    ...(command.again && { alreadyApplied: 'again' }),
    ...(command.skip && { alreadyApplied: 'skip' }),
    outputs: { noiseLevels: noise, rms, saturation: masks, lf, peaks, driftRaster },
  }
}

/** What went wrong, in the words of a command line. */
function messageOf(error: unknown): string {
  if (error instanceof AlreadyAppliedError) return `${error.message} Here: --skip or --again.`
  if (error instanceof TargetExistsError) return `${error.message} Here: --overwrite.`
  return error instanceof Error ? error.message : String(error)
}
