import { execFile } from 'node:child_process'
import { ProgramError } from './errors.ts'

export interface RunOptions {
  readonly signal?: AbortSignal | undefined
  readonly cwd?: string | undefined
  readonly environment?: Readonly<Record<string, string>>
}

/** Runs a program to its end and returns what it wrote; throws `program-failed`, or the signal's reason. */
export async function runProgram(
  program: string,
  parameters: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { signal, cwd } = options
  signal?.throwIfAborted()
  // C: messages are parsed here and quoted in errors
  const env = { ...process.env, LC_ALL: 'C', ...options.environment }
  return await new Promise<string>((resolve, reject) => {
    execFile(program, parameters, { signal, cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else if (signal?.aborted) reject(signal.reason)
      else
        reject(new ProgramError(program, typeof error.code === 'number' ? error.code : null, lastLines(stderr), error))
    })
  })
}

/** The end of a program's output, short enough for a message. */
export function lastLines(text: string, count = 12): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}
