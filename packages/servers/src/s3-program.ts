import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { makeFolderOnce } from './cache.ts'
import { type Attempt, ProgramError, ServerUnavailableError } from './errors.ts'
import { exists } from './exists.ts'
import type { FindOptions } from './installation.ts'
import { runProgram } from './program.ts'

/** One run of a program that speaks S3. */
export interface S3Run {
  readonly port: number
  /** Its folders are the buckets. */
  readonly dataFolder: string
  readonly accessKey: string
  readonly secretKey: string
}

/** A program that speaks S3, and how it is built from its sources. */
export interface S3Program {
  readonly name: string
  /** What is built where the machine has none. */
  readonly version: string
  /** Folders beside those of PATH where the machine may have it. */
  readonly folders: readonly string[]
  /** Builds it into `<folder>/bin`, with all that is only needed for that below `<folder>/build`. */
  readonly build: {
    readonly tool: string
    readonly parameters: (folder: string) => readonly string[]
    readonly environment: (folder: string) => Readonly<Record<string, string>>
  }
  readonly parameters: (run: S3Run) => readonly string[]
  /** Keys do not stand in its command line where it can do without. */
  readonly environment: (run: S3Run) => Readonly<Record<string, string>>
}

const versitygw: S3Program = {
  name: 'versitygw',
  version: '1.8.0',
  folders: [process.env['GOBIN'] ?? '', join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'bin')],
  build: {
    tool: 'go',
    parameters: () => ['install', 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'],
    environment: (folder) => ({
      GOBIN: join(folder, 'bin'),
      GOPATH: join(folder, 'build', 'path'),
      GOCACHE: join(folder, 'build', 'cache'),
      // else the modules are read-only, and cannot be removed
      GOFLAGS: '-modcacherw',
    }),
  },
  parameters: ({ port, dataFolder }) => ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', 'posix', dataFolder],
  environment: ({ accessKey, secretKey }) => ({ ROOT_ACCESS_KEY: accessKey, ROOT_SECRET_KEY: secretKey }),
}

const s3sFs: S3Program = {
  name: 's3s-fs',
  version: '0.14.1',
  folders: [join(process.env['CARGO_HOME'] ?? join(homedir(), '.cargo'), 'bin')],
  build: {
    tool: 'cargo',
    parameters: (folder) => ['install', '--locked', 's3s-fs@0.14.1', '--features', 'binary', '--root', folder],
    environment: (folder) => ({ CARGO_TARGET_DIR: join(folder, 'build') }),
  },
  parameters: ({ port, dataFolder, accessKey, secretKey }) => [
    '--host=127.0.0.1',
    `--port=${port}`,
    `--access-key=${accessKey}`,
    `--secret-key=${secretKey}`,
    dataFolder,
  ],
  environment: () => ({}),
}

/** Programs that pass every check of the AWS SDK, the one that is built faster first. */
export const s3Programs: readonly S3Program[] = [versitygw, s3sFs]

/** A program that was found, and which version of it. */
export interface FoundS3Program {
  readonly program: S3Program
  readonly path: string
  /** That which was built; of one that the machine has, only that it has it. */
  readonly version: string
}

/** The machine's own, else one from the cache, else one built into it; throws `server-unavailable`. */
export async function findS3Program(
  options: FindOptions,
  programs: readonly S3Program[] = s3Programs,
): Promise<FoundS3Program> {
  const tried: Attempt[] = []
  for (const program of programs) {
    const found = await findOnMachine(program)
    if (found !== null) return { program, path: found, version: 'of this machine' }
  }
  tried.push({ place: 'PATH', reason: `no ${programs.map(({ name }) => name).join(' or ')} on it` })
  // what is there already needs neither network nor compiler
  const isBuilt = await Promise.all(programs.map((program) => exists(rootOf(program, options.cache))))
  for (const program of [...programs.filter((_, i) => isBuilt[i]), ...programs.filter((_, i) => !isBuilt[i])]) {
    try {
      return { program, path: await build(program, options), version: program.version }
    } catch (error) {
      options.signal?.throwIfAborted()
      const { tool } = program.build
      const isMissing = error instanceof ProgramError && error.exitCode === null
      const reason = error instanceof Error ? error.message : String(error)
      const place = `${program.name} ${program.version}, by ${tool} install`
      tried.push({ place, reason: isMissing ? `there is no ${tool} on PATH` : reason })
    }
  }
  throw new ServerUnavailableError(
    'A server that speaks S3',
    tried,
    `Install Go or Rust so that \`go\` or \`cargo\` is on PATH, or put ${programs.map(({ name }) => name).join(' or ')} ` +
      `there; what is built once is kept in ${options.cache}.`,
  )
}

/** Whether this machine has such a program or the means to build one: if so, it is a fault when none starts. */
export async function canHaveS3(): Promise<boolean> {
  const found = s3Programs.map(async (program) => {
    const compiler = findOnMachine({ name: program.build.tool, folders: [] })
    return (await findOnMachine(program)) ?? (await compiler)
  })
  return (await Promise.all(found)).some((path) => path !== null)
}

const rootOf = ({ name, version }: S3Program, cache: string): string =>
  join(cache, `${name}-${version}-${process.platform}-${process.arch}`)

async function findOnMachine({ name, folders }: Pick<S3Program, 'name' | 'folders'>): Promise<string | null> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter)
  for (const folder of new Set([...onPath, ...folders].filter(Boolean))) {
    const path = join(folder, name)
    if (await exists(path)) return path
  }
  return null
}

async function build(program: S3Program, { cache, signal, onProgress }: FindOptions): Promise<string> {
  const { name, version, build: how } = program
  const root = rootOf(program, cache)
  await makeFolderOnce(
    root,
    async (temporary) => {
      onProgress?.(`Building ${name} ${version} with ${how.tool} into ${cache} (once, some minutes)`)
      await runProgram(how.tool, how.parameters(temporary), {
        signal,
        cwd: temporary,
        environment: how.environment(temporary),
      })
      await rm(join(temporary, 'build'), { recursive: true, force: true })
    },
    signal,
  )
  return join(root, 'bin', name)
}
