import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesOf } from '@neurojoint/arrays'
import { afterAll, beforeAll } from 'vitest'
import type { Chain } from '../src/chain/steps.ts'
import type { Dsp } from '../src/dsp.ts'

export const fixtures = new URL('../../../fixtures/', import.meta.url)
const demo = new URL('demo-session/sim_a_g0/sim_a_g0_imec0/sim_a_g0_t0.imec0.ap', fixtures).pathname
export const columns = 33
export const frames = 12_000

/** Filter, shift, bad channels that are known, and median: nothing has to be measured. */
export const chain: Chain = {
  name: 'test',
  steps: [
    { step: 'band-pass', low: 300, high: 6000, order: 3 },
    { step: 'phase-shift' },
    { step: 'bad-channels', method: 'given', channels: [5, 20] },
    { step: 'common-reference' },
  ],
}

/** A run of SpikeGLX to preprocess, there when tests run, and folders to do it into. */
export interface PreprocessBench {
  readonly dsp: Dsp
  readonly root: string
  readonly metaPath: string
  /** Its words. */
  readonly source: Int16Array
  newTarget(): string
}

/** Writes the run before the tests, and removes it and all targets after them. */
export function preparePreprocess(dsp: Dsp): PreprocessBench {
  let [root, metaPath, targets] = ['', '', 0]
  let source = new Int16Array()

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'neurojoint-preprocess-'))
    const folder = join(root, 'run_g0_imec0')
    await mkdir(folder)
    source = await readWords(`${demo}.bin`, frames * columns)
    await writeFile(join(folder, 'run_g0_t0.imec0.ap.bin'), bytesOf(source))
    const meta = (await readFile(`${demo}.meta`, 'utf8'))
      .replace(/fileSizeBytes=\d+/, `fileSizeBytes=${2 * frames * columns}`)
      .replace(/fileTimeSecs=[\d.]+/, `fileTimeSecs=${frames / 30_000}`)
    metaPath = join(folder, 'run_g0_t0.imec0.ap.meta')
    await writeFile(metaPath, meta)
  })
  afterAll(() => rm(root, { recursive: true }))

  return {
    dsp,
    get root() {
      return root
    },
    get metaPath() {
      return metaPath
    },
    get source() {
      return source
    },
    newTarget: () => join(root, `out${++targets}`),
  }
}

export async function readWords(path: string, count: number): Promise<Int16Array<ArrayBuffer>> {
  const words = new Int16Array(count)
  const file = await open(path)
  try {
    await file.read(new Uint8Array(words.buffer), 0, words.byteLength, 0)
  } finally {
    await file.close()
  }
  return words
}

export const everyWord = (words: Int16Array, word: number, width: number): Int16Array =>
  words.filter((_, at) => at % width === word)

export const isEqual = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, at) => value === b[at])
