/**
 * `npm run bench:relations [-- --write]` and its kin: runs a benchmark that prints a page of `docs/benchmarks`, or writes it
 * there. What it keeps in files while it runs goes with it, also when it is interrupted.
 *
 *   node scripts/benchmark-page.ts <page> [--write]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { interruption, runCommand } from './command.ts'
import { helpIfAsked, refuse } from './usage.ts'

interface Page {
  readonly program: string
  readonly compares: string
  readonly minutes: number
  /** A program that has to run before it. */
  readonly needs?: readonly string[]
}

const pages: Readonly<Record<string, Page>> = {
  blobs: {
    program: 'packages/core/bench/blobs/main.ts',
    compares: 'blobs with DataJoint for Python and the driver alone, on a MariaDB that it starts, and on SQLite',
    minutes: 2,
  },
  dsp: {
    program: 'packages/native-dsp/bench/preprocess/main.ts',
    compares: 'preprocessing with SpikeInterface and `dd`; needs Rust, and 3 GB in the temporary folder',
    minutes: 10,
    needs: ['node', 'packages/native-dsp/scripts/build-native.ts'],
  },
  populate: {
    program: 'packages/core/bench/populate/main.ts',
    compares: 'populating with DataJoint for Python, on a MariaDB that it starts',
    minutes: 6,
  },
  relations: {
    program: 'packages/core/bench/relations/main.ts',
    compares:
      'reading and writing with DataJoint for Python and the driver alone, on a MariaDB that it starts, and on SQLite',
    minutes: 10,
  },
}

const [name = '', ...parameters] = process.argv.slice(2)
const page = pages[name]
if (page === undefined) throw new RangeError(`There is no page ${name}. There are: ${Object.keys(pages).join(', ')}.`)
const usage = `npm run bench:${name}              compares ${page.compares} (some ${page.minutes} minutes)
npm run bench:${name} -- --write   the same, and puts the page into docs/benchmarks`
const unknown = parameters.find((word) => word !== '--write')
helpIfAsked(usage, parameters)
if (unknown !== undefined) refuse(`There is no \`${unknown}\`.`, usage)

const folder = await mkdtemp(join(tmpdir(), 'neurojoint-bench-'))
try {
  process.exitCode = await run(page, folder)
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

async function run({ program, needs, minutes }: Page, temporary: string): Promise<number> {
  if (needs !== undefined) {
    const { exitCode } = await runCommand(needs)
    if (exitCode !== 0) return exitCode
  }
  if (interruption() !== null) return 130
  console.error(`Some ${minutes} minutes on an idle machine, after environments that are made once. Ctrl-C stops it.`)
  const { exitCode } = await runCommand(['node', '--conditions=development', program, ...parameters], {
    environment: { TMPDIR: temporary },
  })
  return interruption() === null ? exitCode : 130
}
