import { parseArgs } from 'node:util'

/** What a command line asks for. */
export interface Command {
  readonly source: string
  /** A name of a chain, or the path of a JSON file. */
  readonly chain: string
  readonly out: string
  readonly threads: number | null
  /** (s) */
  readonly start: number | null
  readonly end: number | null
  /** Indices of channels that are written; null for all. */
  readonly channels: readonly number[] | null
  readonly peaks: boolean
  readonly driftRaster: boolean
  readonly lf: boolean
  readonly noise: boolean
  readonly masks: boolean
  readonly again: boolean
  readonly skip: boolean
  readonly overwrite: boolean
  readonly dryRun: boolean
  readonly json: boolean
}

/** A command line that cannot be meant. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'usage'
}

export const usage = `neurojoint-dsp RECORDING --chain CHAIN --out FOLDER

Preprocesses a recording from file to file.

  RECORDING           a SpikeGLX run or probe folder, a .meta or .bin; an Open Ephys folder; an int16 file with its .json
  --chain CHAIN       neurojoint, catgt, ibl, or a JSON file that states one
  --out FOLDER        where the result goes; of several probes, each into a folder of its own in it

  --start S, --end S  only this stretch (s); the chain sees what lies around it
  --channels LIST     write only these, such as 0-95,200; the chain runs on all of them
  --peaks             find and locate peaks in the same pass, and write them as .npy
  --drift-raster      write times, depths and amplitudes of the peaks as one .npy
  --lf                write the LF band too
  --noise             measure the noise of every channel of the result
  --masks             write what was masked (saturated, lost) as .npy
  --again             apply steps that the recording carries already once more
  --skip              leave out steps that the recording carries already
  --overwrite         replace what is there
  --threads N         as many as processors, up to 8, if not given; changes nothing of the result
  --dry-run           tell what would be done, how much it writes and how long it takes
  --json              print the report as JSON
  --help`

/** Reads a command line; null where help is asked for. Throws `usage`. */
export function parseCommand(argv: readonly string[]): Command | null {
  const { values, positionals } = parse(argv)
  if (values.help) return null
  const [source, ...others] = positionals
  if (source === undefined) throw new UsageError('No recording is named.')
  if (others.length > 0) throw new UsageError(`One recording at a time: what is ${others.join(' ')}?`)
  if (values.chain === undefined) throw new UsageError('--chain is missing.')
  if (values.out === undefined) throw new UsageError('--out is missing.')
  if (values.again && values.skip) throw new UsageError('Give --again or --skip, not both.')
  return {
    source,
    chain: values.chain,
    out: values.out,
    threads: values.threads === undefined ? null : whole('--threads', values.threads, 1),
    start: values.start === undefined ? null : seconds('--start', values.start),
    end: values.end === undefined ? null : seconds('--end', values.end),
    channels: values.channels === undefined ? null : parseChannels(values.channels),
    peaks: values.peaks,
    driftRaster: values['drift-raster'],
    lf: values.lf,
    noise: values.noise,
    masks: values.masks,
    again: values.again,
    skip: values.skip,
    overwrite: values.overwrite,
    dryRun: values['dry-run'],
    json: values.json,
  }
}

const flag = { type: 'boolean', default: false } as const
const text = { type: 'string' } as const

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        chain: text,
        out: text,
        threads: text,
        start: text,
        end: text,
        channels: text,
        peaks: flag,
        'drift-raster': flag,
        lf: flag,
        noise: flag,
        masks: flag,
        again: flag,
        skip: flag,
        overwrite: flag,
        'dry-run': flag,
        json: flag,
        help: { ...flag, short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** `0-2,7` as [0, 1, 2, 7]. */
function parseChannels(list: string): readonly number[] {
  return list.split(',').flatMap((part) => {
    const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? []
    const [from, to] = [Number(first), Number(last)]
    if (first === '' || to < from || to - from > 100_000)
      throw new UsageError(`--channels ${list}: "${part}" is neither a channel nor a range such as 0-95.`)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })
}

function whole(name: string, value: string, least: number): number {
  if (/^\d+$/.test(value) && Number(value) >= least) return Number(value)
  throw new UsageError(`${name} ${value}: expected a whole number from ${least} on.`)
}

function seconds(name: string, value: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value)
  throw new UsageError(`${name} ${value}: expected seconds, such as 12.5.`)
}
