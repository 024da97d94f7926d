import { spawn } from 'node:child_process'
import { join } from 'node:path'

export interface ProgramResult {
  readonly exitCode: number | null
  readonly output: string
}

/** A program of this app, running in a home of its own. */
export interface Program {
  /** Resolves when its output has the text. */
  readonly printed: (text: string) => Promise<void>
  readonly interrupt: () => void
  readonly ended: Promise<ProgramResult>
}

/** Starts `src/<path>` with an environment that says where everything is. */
export function startProgram(
  path: string,
  environment: Readonly<Record<string, string>>,
  parameters: readonly string[] = [],
): Program {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src', path), ...parameters], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
      for (const check of waiting) check()
    })
  }
  const ended = new Promise<ProgramResult>((resolve) => child.on('close', (exitCode) => resolve({ exitCode, output })))
  const printed = (text: string): Promise<void> => {
    const found = new Promise<void>((resolve) => {
      const check = (): void => {
        if (output.includes(text)) resolve()
      }
      waiting.add(check)
      check()
    })
    const never = ended.then(() => {
      throw new Error(`The program ended without printing ${JSON.stringify(text)}:\n${output}`)
    })
    return Promise.race([found, never])
  }
  return { printed, interrupt: () => child.kill('SIGINT'), ended }
}
