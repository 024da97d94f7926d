import { parseArgs } from 'node:util'
import type { PeakChoices } from '../preprocess/choices.ts'

/** What a command line asks for. */
export interface Command {
  readonly source: string
  /** A name of a chain, or the path of a JSON file. */
  readonly chain: string
  /** Null where only findings are wanted. */
  readonly out: string | null
  readonly threads: number | null
  readonly segment: number | null
  /** (s) of the segment */
  readonly start: number | null
  readonly end: number | null
  /** Indices of channels that are written; null for all. */
  readonly channels: readonly number[] | null
  /** Null for none. */
  readonly peaks: PeakChoices | null
  readonly driftRaster: boolean
  readonly lf: boolean
  readonly noise: boolean
  readonly rms: boolean
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

  RECORDING             a SpikeGLX run or probe folder, a .meta or .bin; an Open Ephys folder; an int16 file with its .json
  --chain CHAIN         neurojoint, catgt, ibl, lf (for an LF band), or a JSON file that states one
  --out FOLDER          where the result goes; of several probes, each into a folder of its own in it
  --no-out              write nothing, and only tell what is found

What is written:
  --segment N           only this segment (trigger, recording, stretch between lost packets), from 0 on
  --start S, --end S    only this stretch (s) of the segment; the chain sees what lies around it
  --channels LIST       only these, such as 0-95,200; the chain runs on all of them
  --overwrite           replace what is there

What is found in the same pass:
  --peaks               find and locate peaks, and write them as .npy; each option for peaks asks for them too
  --peak-threshold N    in noise levels; 5 if not given
  --peak-sign SIGN      negative (if not given), positive or both
  --peak-radius UM      channels no further apart compete; 60 if not given
  --peak-exclusion S    peaks no further apart in time compete; 0.0005 if not given
  --locate-radius UM    peaks are located from channels this near; 75 if not given, 0 to leave that out
  --drift-raster        write times, depths and amplitudes of the peaks as one .npy
  --lf                  write the LF band too
  --noise               measure the noise of every channel of the result
  --rms                 measure the root mean square of every channel of the result
  --masks               write what was masked (saturated, lost) as .npy

How:
  --again               apply steps that the recording carries already once more
  --skip                leave out steps that the recording carries already
  --threads N           as many as processors, up to 8, if not given; changes nothing of the result
  --dry-run             tell what would be done, how much it writes and how long it takes
  --json                print the report as JSON
  --help

Ends with 0, with 1 where something failed, with 2 where the line cannot be meant, with 130 when stopped.`

/** Reads a command line; null where help is asked for. Throws `usage`. */
export function parseCommand(argv: readonly string[]): Command | null {
  const { values, positionals } = parse(argv)
  if (values.help) return null
  const [source, ...others] = positionals
  if (source === undefined) throw new UsageError('No recording is named.')
  if (others.length > 0) throw new UsageError(`One recording at a time: what is ${others.join(' ')}?`)
  if (values.chain === undefined) throw new UsageError('--chain is missing.')
  if (values.out === undefined && !values['no-out']) throw new UsageError('--out is missing, or --no-out.')
  if (values.out !== undefined && values['no-out']) throw new UsageError('Give --out or --no-out, not both.')
  if (Number(values.end) <= Number(values.start))
    throw new UsageError(`--end ${values.end} does not come after --start ${values.start}.`)
  if (values.again && values.skip) throw new UsageError('Give --again or --skip, not both.')
  return {
    source,
    chain: values.chain,
    out: values.out ?? null,
    threads: given(values.threads, (text) => whole('--threads', text, 1)),
    segment: given(values.segment, (text) => whole('--segment', text, 0)),
    start: given(values.start, (text) => decimal('--start', text, 'seconds, such as 12.5')),
    end: given(values.end, (text) => decimal('--end', text, 'seconds, such as 12.5')),
    channels: given(values.channels, parseChannels),
    peaks: parsePeakOptions(values),
    driftRaster: values['drift-raster'],
    lf: values.lf,
    noise: values.noise,
    rms: values.rms,
    masks: values.masks,
    again: values.again,
    skip: values.skip,
    overwrite: values.overwrite,
    dryRun: values['dry-run'],
    json: values.json,
  }
}

type Values = ReturnType<typeof parse>['values']

/** Whoever says how peaks are found wants them. */
function parsePeakOptions(values: Values): PeakChoices | null {
  const number = (name: 'peak-threshold' | 'peak-radius' | 'peak-exclusion' | 'locate-radius', expected: string) =>
    given(values[name], (text) => decimal(`--${name}`, text, expected)) ?? undefined
  const locateRadius = number('locate-radius', 'micrometres, such as 75')
  const asked = {
    threshold: number('peak-threshold', 'noise levels, such as 5.5'),
    radius: number('peak-radius', 'micrometres, such as 60'),
    exclusionSeconds: number('peak-exclusion', 'seconds, such as 0.0005'),
    sign:
      given(values['peak-sign'], (text) => oneOf('--peak-sign', text, ['negative', 'positive', 'both'] as const)) ??
      undefined,
  }
  const isAsked = values.peaks || values['drift-raster'] || locateRadius !== undefined
  if (!isAsked && Object.values(asked).every((value) => value === undefined)) return null
  return { ...asked, locateRadius: locateRadius === 0 ? null : (locateRadius ?? 75) }
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
        'no-out': flag,
        threads: text,
        segment: text,
        start: text,
        end: text,
        channels: text,
        peaks: flag,
        'peak-threshold': text,
        'peak-sign': text,
        'peak-radius': text,
        'peak-exclusion': text,
        'locate-radius': text,
        'drift-raster': flag,
        lf: flag,
        noise: flag,
        rms: flag,
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

const given = <Value>(value: string | undefined, read: (text: string) => Value): Value | null =>
  value === undefined ? null : read(value)

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

function decimal(name: string, value: string, expected: string): number {
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value)
  throw new UsageError(`${name} ${value}: expected ${expected}.`)
}

function oneOf<const Value extends string>(name: string, value: string, known: readonly Value[]): Value {
  const found = known.find((candidate) => candidate === value)
  if (found !== undefined) return found
  throw new UsageError(`${name} ${value}: expected ${known.join(' or ')}.`)
}
