import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { defaultCache } from './cache.ts'
import { ServerFailedError } from './errors.ts'
import { startGuard } from './guard.ts'
import { findFreePort, firstOf, type StartOptions } from './running-server.ts'
import { findS3Program, type FoundS3Program, type S3Program, s3Programs, type S3Run } from './s3-program.ts'
import { type ServerProcess, startProcess } from './server-process.ts'

/** How a server that speaks S3 is found and started. */
export interface S3Options extends Omit<StartOptions, 'parameters'> {
  /** Buckets that are there from the start; `lab` unless given. */
  readonly buckets?: readonly string[]
  /** The program wanted; versitygw unless only s3s-fs is there or can be built. */
  readonly program?: 'versitygw' | 's3s-fs'
}

/** A private server that speaks S3 on this machine, with everything needed to use it. */
export interface RunningS3 {
  readonly kind: 's3'
  /** The program. */
  readonly program: string
  readonly version: string
  readonly host: '127.0.0.1'
  readonly port: number
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  /** A bucket is a folder of it. */
  readonly dataFolder: string
  /** Ends the process and keeps its data: SIGKILL as a crash would, SIGTERM in an orderly way. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Starts it again on the same data and port; kills it first where it runs. */
  restart(options?: Pick<StartOptions, 'signal'>): Promise<void>
  /** Ends the server and removes its data; may be called again. */
  stop(): Promise<void>
  /** The same, at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a private server that speaks S3 on 127.0.0.1: the machine's own, else one from the cache folder, else one built
 * into it with Go or Rust. It ends, and its data go, with `stop()` or with this process. Throws `server-unavailable`,
 * `server-failed`, or the signal's reason.
 */
export async function startS3(options: S3Options = {}): Promise<RunningS3> {
  const { cache = defaultCache(), folder: parent = tmpdir(), signal, onProgress, buckets = ['lab'] } = options
  const { program: wanted } = options
  const programs = wanted === undefined ? s3Programs : s3Programs.filter(({ name }) => name === wanted)
  const found = await findS3Program({ cache, signal, onProgress }, programs)
  const { program, version } = found
  const folder = await mkdtemp(join(parent, 'neurojoint-s3-'))
  const guard = startGuard(folder)
  try {
    const dataFolder = join(folder, 'data')
    for (const bucket of buckets) await mkdir(join(dataFolder, bucket), { recursive: true })
    const keys = { accessKey: randomBytes(10).toString('hex'), secretKey: randomBytes(20).toString('hex') }
    const begin = (port: number | null, stopping?: AbortSignal) =>
      serve(found, { ...keys, dataFolder, port }, { folder, guard, signal: stopping })
    const first = await begin(null, signal)
    const { port } = first
    let { server } = first
    onProgress?.(`${program.name} ${version} runs on 127.0.0.1:${port}`)
    let stopped: Promise<void> | null = null
    const end = async (): Promise<void> => {
      await server.kill()
      await guard.release()
    }
    const stop = (): Promise<void> => (stopped ??= end())
    const restart = async (again: Pick<StartOptions, 'signal'> = {}): Promise<void> => {
      if (stopped) throw new ServerFailedError(program.name, 'start', 'it has been stopped and its data are gone', '')
      await server.kill()
      ;({ server } = await begin(port, again.signal))
    }
    return {
      kind: 's3',
      program: program.name,
      version,
      host: '127.0.0.1',
      port,
      endpoint: `http://127.0.0.1:${port}`,
      ...keys,
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

interface Surroundings {
  readonly folder: string
  readonly guard: ReturnType<typeof startGuard>
  readonly signal: AbortSignal | undefined
}

async function serve(
  { program, path }: FoundS3Program,
  run: Omit<S3Run, 'port'> & { readonly port: number | null },
  { folder, guard, signal }: Surroundings,
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = run.port ?? (await findFreePort())
    const server = startProcess(commandOf(program, path, { ...run, port }), folder, '', guard, {
      ...program.environment({ ...run, port }),
    })
    const how = await firstOf(server, Promise.race([accepts(port, server), server.ended]), signal)
    if (how === null) {
      server.detach()
      return { server, port }
    }
    // between our look and the server's start another process may have taken the port
    if (attempt === 3 || !/address already in use/i.test(server.log())) {
      throw new ServerFailedError(program.name, 'start', how, server.log())
    }
  }
}

const commandOf = (program: S3Program, path: string, run: S3Run): readonly string[] => [
  path,
  ...program.parameters(run),
]

/** Settles with `null` when the port takes connections; neither program says so when it is quiet. */
async function accepts(port: number, server: ServerProcess): Promise<null> {
  const ended = server.ended.then(() => 'ended' as const)
  for (;;) {
    const first = await Promise.race([ended, answers(port)])
    if (first === true) return null
    // then nothing is to come; who waits for the end as well has it
    if (first === 'ended') return await new Promise<null>(() => {})
    await sleep(20)
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
