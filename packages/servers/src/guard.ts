import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'

/** Ends a server and removes its folder when this process is gone, however it went. */
export interface Guard {
  /** Names the process to end, or null when there is none any more. */
  watch(pid: number | null): void
  /** Removes the folder now; the process must have ended. */
  release(): Promise<void>
}

// Reads process ids until its standard input ends, which the system brings about even when we are killed outright.
// A killed server may write for a moment longer: hence the second and later tries at the folder.
const script = `
server=
while read -r line; do server=$line; done
[ -n "$server" ] && kill -KILL "$server" 2>/dev/null
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  rm -rf -- "$1" 2>/dev/null
  [ -e "$1" ] || exit 0
  sleep 0.1
done
exit 1
`

/**
 * Starts a small shell that holds a pipe to this process. In a session of its own, so that neither Ctrl-C nor a signal
 * to our process group reaches it; not counted among what keeps this process alive.
 */
export function startGuard(folder: string): Guard {
  const shell = spawn('/bin/sh', ['-c', script, 'neurojoint-guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' }, // `rm` and `sleep`, whatever the caller's PATH
  })
  const ended = once(shell, 'close')
  shell.unref()
  // an EPIPE can only mean that the shell is gone; release() then waits for nothing
  shell.stdin.on('error', () => {})
  letGo(shell.stdin)
  return {
    watch: (pid) => {
      shell.stdin.write(`${pid ?? ''}\n`)
    },
    release: async () => {
      shell.ref()
      shell.stdin.end()
      await ended
    },
  }
}

/** A pipe to a child keeps this process alive unless told not to; Node types it as a plain stream. */
export function letGo(pipe: unknown): void {
  if (pipe instanceof Socket) pipe.unref()
}

/** The same pipe is waited for again. */
export function takeHold(pipe: unknown): void {
  if (pipe instanceof Socket) pipe.ref()
}
