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

Where something looks at rows (peaks, RMS) or combines them other than by a final median (annulus, k-filter), a block of them, 12.6 MB, passes through the
cache that both cores share: 1536 bytes for each frame, written and read again. That, and not the search itself (about 40 ns), is what detection costs; the annulus mean
adds about 220 ns, the k-filter with its gain control about 480 ns and 37 % more frames at the seams of blocks. Searching a few hundred frames at a time, while they are
warm, is what would help next. New memory for results is cleared by the system before it is used, which costs as much as the pass itself; results that were
let go of are used again.`

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

| chain | ${names.join(' | ')} | native, 2 threads, to SpikeInterface |
|---|${names.map(() => '---:|').join('')}---:|
${rows.join('\n')}

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
