import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The root of the repository. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

// A Ctrl-C goes to the whole process group: the command running below decides what it means, and is waited for.
let interrupted: NodeJS.Signals | null = null
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted ??= signal
  })
}

/** The signal that asked this script to end, if one did. */
export const interruption = (): NodeJS.Signals | null => interrupted

// The bootstrap gave us a process group of our own; should it be killed outright, the group must not live on.
if (process.env['NEUROJOINT_BOOTSTRAPPED'] === '1') {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.kill(0, 'SIGKILL')
  }, 1000).unref()
}

export interface CommandOptions {
  readonly cwd?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Keeps what the command writes, instead of showing it. */
  readonly capture?: boolean
}

export interface CommandResult {
  readonly exitCode: number
  readonly output: string
}

/** Runs a command to its end; a program that cannot be started counts as exit code 127. */
export async function runCommand(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...parameters] = command
  const { promise, resolve } = Promise.withResolvers<CommandResult>()
  const child = spawn(program, parameters, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.environment },
    stdio: options.capture ? ['ignore', 'pipe', 'pipe'] : 'inherit',
  })
  const chunks: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.on('error', ({ message }) => resolve({ exitCode: 127, output: message }))
  child.on('close', (code, signal) => {
    const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal])
    resolve({ exitCode, output: Buffer.concat(chunks).toString('utf8') })
  })
  return await promise
}
