import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Guard, letGo, takeHold } from './guard.ts'
import { lastLines } from './program.ts'

/** One run of a server program, with the end of what it wrote. */
export interface ServerProcess {
  /** Settles when the process has ended, with a sentence on how. */
  readonly ended: Promise<string>
  /** Settles when a line matches. */
  sees(pattern: RegExp): Promise<void>
  log(): string
  /** From here on, it no longer keeps this process alive. */
  detach(): void
  /** Where its data are thrown away, SIGKILL: an orderly shutdown would only write them out. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

const keptCharacters = 20_000

/** Starts a program whose life ends with ours: the guard is told of it at once. */
export function startProcess(
  command: readonly string[],
  folder: string,
  input: string,
  guard: Guard,
  environment: Readonly<Record<string, string>> = {},
): ServerProcess {
  const [program = '', ...parameters] = command
  // in a session of its own: Ctrl-C is for us to handle, not for the server to die of first
  const env = { ...process.env, ...environment }
  const child = spawn(program, parameters, { cwd: folder, detached: true, stdio: ['pipe', 'pipe', 'pipe'], env })
  guard.watch(child.pid ?? null)
  let written = ''
  const waiting: { pattern: RegExp; resolve: () => void }[] = []
  const collect = (text: string): void => {
    written = (written + text).slice(-keptCharacters)
    for (const { pattern, resolve } of waiting) if (pattern.test(written)) resolve()
  }
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)
  child.stdin.on('error', () => {}) // it ended before it read all; `ended` and the log say why
  child.stdin.end(input)
  const ended = describeEnd(child).finally(() => guard.watch(null))
  return {
    ended,
    sees: (pattern) =>
      new Promise((resolve) => {
        waiting.push({ pattern, resolve })
        collect('')
      }),
    log: () => lastLines(written, 30),
    detach: () => {
      child.unref()
      letGo(child.stdout)
      letGo(child.stderr)
    },
    kill: async (signal = 'SIGKILL') => {
      child.ref()
      // it has ended when its output has, which something that it started may keep open for a moment
      takeHold(child.stdout)
      takeHold(child.stderr)
      child.kill(signal)
      await ended
    },
  }
}

async function describeEnd(child: ChildProcess): Promise<string> {
  try {
    const [exitCode, signal] = await once(child, 'close')
    return signal ? `it was ended by ${signal}` : `it ended with exit code ${exitCode}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
