import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChainName, titles } from './chains.ts'
import type { Timing } from './turns.ts'

export interface Results {
  readonly spikeInterface: string
  /** How long the recordings are (s). */
  readonly seconds: { readonly memory: number; readonly file: number }
  readonly memory: Map<ChainName, ReadonlyMap<string, Timing>>
  readonly detection: ReadonlyMap<string, Timing>
  readonly file: ReadonlyMap<string, Timing>
  readonly viewer: Timing
  readonly kernels: string
}

/** What the figures run into, found with `perf` and callgrind while the kernels were made. */
const limits = `Every line ends with counts as int16 (copy: nothing is done but that). One core moves about 12 GB/s, so 1540 bytes in and out of each frame take some
125 ns of it where nothing lies in the cache. Arithmetic alone would allow 110 ns for the delay (here about 35, by products of 16-bit integers), 140 ns for a
high-pass of order 3 forward and backward (here about 100, its zeros being additions; each step waits 4 cycles for the last), and the exact median takes about 130 ns.

Peaks, RMS and references are taken of 128 frames at a time, as they leave the backward filter. Only where a step looks along time (the k-filter's gain
control) does a block of rows, 12.6 MB, pass through the cache that both cores share: 1536 bytes for each frame, written and read again. The search for peaks takes about
20 ns, and the noise levels before it some 80 ms of processor time for a recording of any length (a third each for the filters, for putting rows together, and for their medians); the annulus mean adds about 200 ns, of which 60 put sixteen frames side by
side and back, the k-filter with its gain control about 480 ns and 37 % more frames at the seams of blocks. New memory for results is cleared by the system before it is used, which costs
about as much as the pass itself, on large pages too, and cannot be had without; \`traces\` writes \`into\` memory that is given, and uses results that were let go of again.`

/** A page of tables, in the words of a reader who wants to know how long a recording will take. */
export function formatReport(results: Results): string {
  const { spikeInterface, seconds, memory, detection, file, viewer, kernels } = results
  const names = [...new Set([...memory.values()].flatMap((timings) => [...timings.keys()]))]
  const rows = [...memory].map(([chain, timings]) => {
    const cells = names.map((name) => formatRate(timings.get(name), seconds.memory))
    return `| ${titles[chain]} | ${cells.join(' | ')} | ${formatRatio(timings)} |`
  })
  const pass = detection.get('pass')?.median ?? Number.NaN
  const withPeaks = detection.get('pass and peaks')?.median ?? Number.NaN
  const [ours, dd] = [file.get('native, 2 threads'), file.get('dd conv=fsync')]
  return `# How fast preprocessing is

Times real time (seconds of recording per second), 384 channels at 30 kHz: the median of five turns in one run, and the best in brackets,
after one that warms up; taken on ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node} on two cores. Everyone works on the same simulated recording of
Neuropixels 1.0 and begins with the ADC shift.

## In memory, int16 to int16

${seconds.memory} s. SpikeInterface ${spikeInterface} reads the recording from the page cache and writes its result to a file, with two processes.
Ours go \`into\` memory that was used before, or into new memory where it says so.

| chain | ${names.join(' | ')} | native, 2 threads, to SpikeInterface |
|---|${names.map(() => '---:|').join('')}---:|
${rows.join('\n')}

One thread has its turn right after SpikeInterface, whose result the system may still be writing to the disk: the kernels below tell what it does alone.

## From file to file

${seconds.file} s, the source in the page cache, the target on the disk (fsync) before the clock stops; \`dd bs=8M conv=fsync\` copies the same bytes.

| | times real time |
|---|---:|
| high-pass, global median, 2 threads | ${formatRate(ours, seconds.file)} |
| \`dd\` | ${formatRate(dd, seconds.file)} |

That is ${percent((dd?.median ?? Number.NaN) / (ours?.median ?? Number.NaN))} of the rate of \`dd\`.

## Beside that

- One second of 384 channels for a viewer, anywhere in the ${seconds.file} s, two threads: ${(viewer.median * 1000).toFixed(1)} ms (best ${(viewer.best * 1000).toFixed(1)} ms).
- Detection of peaks in the same pass, its noise levels included: ${percent(withPeaks / pass - 1)} more (${seconds.file} s in memory, two threads).

## Where the time goes

\`\`\`text
${kernels}
\`\`\`

${limits}

Run it with \`npm run bench:dsp\` (\`-- --write\` puts the page here). It makes a Python environment with SpikeInterface in the cache
folder the first time; \`SPIKEINTERFACE_PYTHON\` names another interpreter that has it.
`
}

export async function writeReport(report: string): Promise<void> {
  await writeFile(join(import.meta.dirname, '../../../../docs/benchmarks/preprocessing.md'), report)
}

const formatRate = (timing: Timing | undefined, seconds: number): string =>
  timing ? `${round(seconds / timing.median)}x (${round(seconds / timing.best)}x)` : ''

function formatRatio(timings: ReadonlyMap<string, Timing>): string {
  const [ours, theirs] = [timings.get('native, 2 threads'), timings.get('SpikeInterface, 2 workers')]
  return ours && theirs ? `**${round(theirs.median / ours.median)}x**` : ''
}

const round = (value: number): string => value.toPrecision(value >= 99.5 ? 3 : 2)

const percent = (fraction: number): string => `${(100 * fraction).toFixed(0)} %`
