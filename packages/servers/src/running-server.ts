import { mkdir, mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultCache } from './cache.ts'
import { ServerFailedError } from './errors.ts'
import { type Guard, startGuard } from './guard.ts'
import { findInstallation } from './installation.ts'
import { type Installation, type ServerKind, temporaryFolder } from './server-kind.ts'
import { type ServerProcess, startProcess } from './server-process.ts'

/** How a server is found and started. */
export interface StartOptions {
  /** The folder for fetched servers; else `$NEUROJOINT_CACHE/servers`, else the user's cache folder. */
  readonly cache?: string
  /** Where the folder of its data is made; in that for temporary files unless given. One in memory is faster. */
  readonly folder?: string
  readonly signal?: AbortSignal
  /** More of the server's own options, `--max-connections=20`, after ours. */
  readonly parameters?: readonly string[]
  /** Told, in sentences for people, what is being done. */
  readonly onProgress?: (message: string) => void
}

/** How to connect with a running server: what `definePipeline` takes as `database`. */
export interface RunningServerSettings<Name extends string = string> {
  readonly kind: Name
  readonly host: '127.0.0.1'
  readonly port: number
  readonly user: 'root'
  readonly password: ''
}

/** A private database server on this machine. */
export interface RunningServer<Name extends string = string> {
  readonly settings: RunningServerSettings<Name>
  readonly version: string
  /** Where its data are. */
  readonly dataFolder: string
  /** Ends the process and keeps its data: SIGKILL as a crash would, SIGTERM in an orderly way. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Starts it again on the same data and port, with other options of its own where some are given; kills it first where it runs. */
  restart(options?: Pick<StartOptions, 'parameters' | 'signal'>): Promise<void>
  /** Ends the server and removes its data; may be called again. */
  stop(): Promise<void>
  /** The same, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

const startTimeoutMs = 60_000

/**
 * Starts a server of a kind on a private data directory and a free port; it ends, and its data go, with `stop()` or
 * with this process. Throws `server-unavailable`, `server-failed`, or the signal's reason.
 */
export async function startServer<Name extends string>(
  kind: ServerKind<Name>,
  options: StartOptions = {},
): Promise<RunningServer<Name>> {
  const { cache = defaultCache(), folder: parent = tmpdir(), signal, onProgress, parameters = [] } = options
  const installation = await findInstallation(kind, { cache, signal, onProgress })
  const folder = await mkdtemp(join(parent, `neurojoint-${kind.name}-`))
  const guard = startGuard(folder)
  try {
    const dataFolder = join(folder, 'data')
    await mkdir(dataFolder)
    await mkdir(temporaryFolder(dataFolder))
    await initialize(kind, installation, dataFolder, guard, signal)
    const run = { kind, installation, dataFolder, guard }
    const first = await serve({ ...run, port: null, parameters }, signal)
    const { port } = first
    let { server } = first
    let own = parameters
    onProgress?.(`${kind.title} ${installation.version} runs on 127.0.0.1:${port}`)
    let stopped: Promise<void> | null = null
    const restart = async (again: Pick<StartOptions, 'parameters' | 'signal'> = {}): Promise<void> => {
      if (stopped) throw new ServerFailedError(kind.title, 'start', 'it has been stopped and its data are gone', '')
      await server.kill()
      own = again.parameters ?? own
      ;({ server } = await serve({ ...run, port, parameters: own }, again.signal))
    }
    const end = async (): Promise<void> => {
      await server.kill()
      await guard.release()
    }
    const stop = (): Promise<void> => (stopped ??= end())
    return {
      settings: { kind: kind.name, host: '127.0.0.1', port, user: 'root', password: '' },
      version: installation.version,
      dataFolder,
      kill: (how) => server.kill(how),
      restart,
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await guard.release()
    throw error
  }
}

async function initialize(
  kind: ServerKind,
  installation: Installation,
  dataFolder: string,
  guard: Guard,
  signal?: AbortSignal,
): Promise<void> {
  const { parameters, input } = await kind.initialize(installation, dataFolder)
  const run = startProcess([...installation.command, ...parameters], dataFolder, input, guard)
  const how = await firstOf(run, run.ended, signal)
  if (how !== null && !how.endsWith('code 0')) throw new ServerFailedError(kind.title, 'initialize', how, run.log())
}

interface Run {
  readonly kind: ServerKind
  readonly installation: Installation
  readonly dataFolder: string
  readonly guard: Guard
  /** Any that is free where it is `null`. */
  readonly port: number | null
  readonly parameters: readonly string[]
}

async function serve(
  { kind, installation, dataFolder, guard, port: wanted, parameters }: Run,
  signal?: AbortSignal,
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await findFreePort())
    const command = [...installation.command, ...kind.serve(installation, { dataFolder, port }), ...parameters]
    const server = startProcess(command, dataFolder, '', guard)
    const ready = server.sees(kind.ready).then(() => null)
    const how = await firstOf(server, Promise.race([ready, server.ended]), signal)
    if (how === null) {
      server.detach()
      return { server, port }
    }
    // between our look and the server's start another process may have taken the port
    if (attempt === 3 || !/address already in use/i.test(server.log())) {
      throw new ServerFailedError(kind.title, 'start', how, server.log())
    }
  }
}

/** What comes first: the outcome, the signal, or the end of our patience; the latter two end the process. */
export async function firstOf<T>(run: ServerProcess, outcome: Promise<T>, signal?: AbortSignal): Promise<T | string> {
  const timeout = AbortSignal.timeout(startTimeoutMs)
  const stop = signal ? AbortSignal.any([signal, timeout]) : timeout
  const interrupted = Promise.withResolvers<null>()
  const interrupt = (): void => interrupted.resolve(null)
  stop.addEventListener('abort', interrupt, { once: true })
  if (stop.aborted) interrupt()
  const first = await Promise.race([outcome.then((value) => ({ value })), interrupted.promise])
  stop.removeEventListener('abort', interrupt)
  if (first !== null) return first.value
  await run.kill()
  signal?.throwIfAborted()
  return `it was not ready after ${startTimeoutMs / 1000} s`
}

/** A port that nothing listens on just now. */
export async function findFreePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const probe = createServer().once('error', reject)
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address()
    probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0))
  })
  return await promise
}
