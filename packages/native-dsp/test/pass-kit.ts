import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Pass, Passing, PassOptions, PassSource } from '../src/pass.ts'
import type { Interval, Plan } from '../src/plan.ts'
import { compareWords, equalWords, globalMedian, planFor, simulateCounts } from './pass-counts.ts'
import { computeInOnePiece, roundHalfEven } from './pass-reference.ts'

const channels = 13
const columns = channels + 1
/** The second segment is shorter than a block, the first is some blocks long. */
const segments = [20_000, 5000] as const
const frames = 25_000

/** What every implementation of `Passing` must do; each one's own test file calls it. */
export function testPassing(name: string, passing: Passing): void {
  // threads take long to start on a busy machine
  vi.setConfig({ testTimeout: 30_000 })
  const counts = simulateCounts(frames, channels)
  const memory: PassSource = { kind: 'memory', counts, columns, segments }
  const opened: Pass[] = []
  let folder = ''
  const open = async (source: PassSource, plan: Plan): Promise<Pass> => {
    const pass = await passing.openPass(source, plan)
    opened.push(pass)
    return pass
  }
  const place = (file: string): string => join(folder, file)
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'neurojoint-pass-'))
  })
  afterAll(async () => {
    await Promise.all(opened.map((pass) => pass.close()))
    await rm(folder, { recursive: true, force: true })
  })

  describe(`${name}: blocks of a pass`, () => {
    const gaps: readonly Interval[] = [
      { segment: 0, start: 0, end: 5 },
      { segment: 0, start: 3000, end: 3010 },
      { segment: 0, start: 3011, end: 3018 },
      { segment: 0, start: 8190, end: 8200 },
      { segment: 1, start: 4000, end: 5000 },
    ]
    const mask = { gaps, flatFrames: null, saturation: null }
    const causal = [{ kind: 'high-pass', cutoff: 300, order: 3, direction: 'causal' }] as const
    const bandPass = [{ kind: 'band-pass', low: 300, high: 6000, order: 5, direction: 'zero-phase' }] as const
    test.for<[string, Partial<Plan>]>([
      ['a high-pass', {}],
      ['a band-pass of order 5', { temporal: { ...planFor(channels).temporal, filters: bandPass } }],
      ['a causal high-pass', { temporal: { ...planFor(channels).temporal, filters: causal } }],
      ['a high-pass between gaps', { mask }],
      ['a band-pass between gaps', { mask, temporal: { ...planFor(channels).temporal, filters: bandPass } }],
      ['delays of 32 taps alone', { spatial: [], temporal: { ...planFor(channels).temporal, taps: 32, filters: [] } }],
      ['unequal gains', { scale: Array.from({ length: channels }, (_, row) => 1 + row / 8) }],
    ])('%s: equal what is computed in one piece, to 1 count in less than 5 of 10,000 words', async ([, changes]) => {
      const plan = planFor(channels, changes)
      const pass = await open(memory, plan)
      let first = 0
      for (const [segment, length] of segments.entries()) {
        const found = await pass.traces({ segment, start: 0, end: length })
        const expected = expectedWords(plan, counts.subarray(first * columns, (first + length) * columns), segment)
        const { share, most } = compareWords(found, expected)
        expect(most).toBeLessThanOrEqual(1)
        expect(share).toBeLessThan(5e-4)
        first += length
      }
    })

    test('do not depend on the range, the rows or the threads, to the bit', async () => {
      const pass = await open(memory, planFor(channels, { mask }))
      const whole = await pass.traces({ segment: 0, start: 0, end: segments[0] }, { threads: 1 })
      const rows = [12, 0, 5]
      for (const [start, end, threads] of [
        [0, 1, 2],
        [8191, 8193, 3],
        [4000, 17_000, 2],
        [19_999, 20_000, 1],
        [77, 77, 1],
      ] as const) {
        const part = await pass.traces({ segment: 0, start, end }, { threads })
        expect(compareWords(part, whole.subarray(start * channels, end * channels))).toEqual(equalWords)
        const some = await pass.traces({ segment: 0, start, end, rows }, { threads })
        const expected = Array.from(some, (_, at) => {
          return whole[(start + Math.floor(at / rows.length)) * channels + rows[at % rows.length]!]!
        })
        expect(compareWords(some, expected)).toEqual(equalWords)
      }
    })

    test('do not depend on the range either where steps look along time, and their seams are none', async () => {
      const all = Array.from({ length: channels }, (_, row) => row)
      const gainControl = { windowFrames: 301, epsilon: 0.1 }
      const shape = { order: 3, cutoff: 0.05, padding: 4, taper: 0 }
      const spatial = [
        { kind: 'mix', purpose: 'interpolate', rows: [{ row: 4, of: [3, 5], weights: [0.5, 0.5] }] },
        { kind: 'spatial-high-pass', groups: [all], ...shape, gainControl },
      ] as const
      const pass = await open(memory, planFor(channels, { spatial, mask }))
      const whole = await pass.traces({ segment: 0, start: 0, end: 20_000 }, { threads: 1 })
      for (const [start, end] of [
        [8191, 8193],
        [16_000, 16_500],
        [3015, 3025],
      ] as const) {
        const part = await pass.traces({ segment: 0, start, end }, { threads: 2 })
        expect(compareWords(part, whole.subarray(start * channels, end * channels))).toEqual(equalWords)
      }
      // on a grid that lies elsewhere, the same frames are the same but for rounding
      const later = { ...memory, counts: counts.subarray(5000 * columns, 20_000 * columns), segments: [15_000] }
      const moved = await open(later, planFor(channels, { spatial }))
      const found = await moved.traces({ segment: 0, start: 5000, end: 15_000 })
      const unmasked = await open(memory, planFor(channels, { spatial }))
      const expected = await unmasked.traces({ segment: 0, start: 10_000, end: 20_000 })
      const { share, most } = compareWords(found, expected)
      expect(most).toBeLessThanOrEqual(1)
      expect(share).toBeLessThan(5e-4)
    })

    test('are what a run writes, to the bit, from memory and from a file', async () => {
      const plan = planFor(channels, { mask })
      const path = place('source.bin')
      await writeFile(path, Buffer.concat([Buffer.alloc(64, 7), Buffer.from(counts.buffer)]))
      const file: PassSource = { kind: 'file', path, offsetBytes: 64, columns, segments }
      for (const [source, threads] of [
        [memory, 1],
        [memory, 3],
        [file, 2],
      ] as const) {
        const pass = await open(source, plan)
        const target = { path: place('target.bin'), rows: [3, 1, 12], copied: [channels, 0] }
        const found = await pass.run(target, {}, { threads })
        expect(found).toMatchObject({ frames, masked: gaps, noiseLevels: null, rms: null, peaks: null })
        const written = await readWords(target.path)
        const parts = await Promise.all(
          segments.map((end, segment) => pass.traces({ segment, start: 0, end, rows: target.rows })),
        )
        const rows = Int16Array.from(parts.flatMap((part) => Array.from(part)))
        expect(compareWords(pick(written, 5, [0, 1, 2]), rows)).toEqual(equalWords)
        expect(compareWords(pick(written, 5, [3, 4]), pick(counts, columns, [channels, 0]))).toEqual(equalWords)
      }
      expect(await readdir(folder)).toEqual(expect.not.arrayContaining([expect.stringContaining('partial')]))
    })

    test('an extent is written alone', async () => {
      const plan = planFor(channels)
      const pass = await open(
        { kind: 'memory', counts: counts.subarray(0, 20_000 * columns), columns, segments: [20_000] },
        plan,
      )
      const target = { path: place('extent.bin'), rows: plan.columns, copied: [] }
      const extent = { start: 8000, end: 8500 }
      expect(await pass.run(target, {}, { extent })).toMatchObject({ frames: 500 })
      const traces = await pass.traces({ segment: 0, ...extent })
      expect(compareWords(await readWords(target.path), traces)).toEqual(equalWords)
    })
  })

  describe(`${name}: odd sizes of a pass`, () => {
    test.for([
      [1, 1],
      [1, 7],
      [7, 1],
      [7, 7],
      [384, 300],
      [1536, 40],
      [3, 0],
      [1, 9000],
    ] as const)('%i channels of %i frames, with a sync word', async ([width, length]) => {
      const words = simulateCounts(length, width)
      const plan = planFor(width)
      const pass = await open({ kind: 'memory', counts: words, columns: width + 1, segments: [length] }, plan)
      const target = { path: place(`odd-${width}-${length}.bin`), rows: plan.columns, copied: [width] }
      const found = await pass.run(target, { rms: true, noiseLevels: true })
      expect(found).toMatchObject({ frames: length, masked: [] })
      expect([found.rms?.length, found.noiseLevels?.length]).toEqual([width, width])
      const written = await readWords(target.path)
      const { share, most } = compareWords(pick(written, width + 1, plan.columns), expectedWords(plan, words, 0))
      expect(most).toBeLessThanOrEqual(1)
      expect(share * length * width).toBeLessThanOrEqual(Math.max(1, 5e-4 * length * width))
      expect(compareWords(pick(written, width + 1, [width]), pick(words, width + 1, [width]))).toEqual(equalWords)
    })

    test('no segments, and segments without frames', async () => {
      const empty = new Int16Array()
      for (const none of [[], [0, 0]]) {
        const pass = await open({ kind: 'memory', counts: empty, columns: 3, segments: none }, planFor(2))
        const target = { path: place('empty.bin'), rows: [0], copied: [] }
        expect(await pass.run(target, {})).toMatchObject({ frames: 0, masked: [] })
        expect(await readFile(target.path)).toHaveLength(0)
      }
    })

    test('counts at the ends of int16 are clamped, not wrapped', async () => {
      const square = Int16Array.from({ length: 4000 }, (_, frame) => (frame % 50 < 25 ? 32_767 : -32_768))
      const temporal = { method: 'direct', shifts: [0.5], taps: 16, filters: [] } as const
      const plan = planFor(1, { spatial: [], temporal })
      const pass = await open({ kind: 'memory', counts: square, columns: 1, segments: [4000] }, plan)
      const { most } = compareWords(
        await pass.traces({ segment: 0, start: 0, end: 4000 }),
        expectedWords(plan, square, 0, 1),
      )
      expect(most).toBeLessThanOrEqual(1)
    })
  })

  describe(`${name}: findings of a pass`, () => {
    test('rms and noise levels are those of the result', async () => {
      const plan = planFor(channels)
      const pass = await open(memory, plan)
      const { rms, noiseLevels } = await pass.run(null, { rms: true, noiseLevels: true })
      const rows = segmentsOf(counts).flatMap((part) => Array.from(computeInOnePiece(plan, part, columns)))
      for (let row = 0; row < channels; row++) {
        const values = rows.filter((_, at) => at % channels === row)
        const square = values.reduce((sum, value) => sum + value * value, 0) / values.length
        expect(rms?.[row]).toBeCloseTo(Math.sqrt(square), 3)
        const middle = median(values)
        const level = median(values.map((value) => Math.abs(value - middle))) / 0.6744897501960817
        expect(noiseLevels?.[row]).toBeCloseTo(level, 3)
      }
    })

    test('masked frames are 0, are told, and count in nothing', async () => {
      const words = counts.slice(0, 12_000 * columns)
      words.fill(700, 5000 * columns, 5100 * columns)
      for (let frame = 9000; frame < 9004; frame++) words.fill(-32_768, frame * columns, frame * columns + channels)
      const mask = {
        gaps: [{ segment: 0, start: 100, end: 200 }],
        flatFrames: 30,
        saturation: { level: 20_000, slope: 10_000, share: 0.5, widenFrames: 3 },
      }
      const pass = await open(
        { kind: 'memory', counts: words, columns, segments: [12_000] },
        planFor(channels, { mask }),
      )
      const { masked, rms } = await pass.run(null, { rms: true })
      expect(masked).toEqual([
        { segment: 0, start: 100, end: 200 },
        { segment: 0, start: 5000, end: 5100 },
        { segment: 0, start: 8996, end: 9007 },
      ])
      expect(Math.max(...(rms ?? [Infinity]))).toBeLessThan(60)
      const hidden = await pass.traces({ segment: 0, start: 5000, end: 5100 })
      expect(hidden.every((word) => word === 0)).toBe(true)
    })

    test('spikes are found once, with their places, whatever the threads', async () => {
      const words = counts.slice()
      // on both sides of the seam between blocks, at the start of the second segment, and one on a row alone
      const spikes = [500, 8191, 8192 + 40, 16_384, 20_010, 24_000]
      for (const [index, spike] of spikes.entries()) {
        const row = (index * 2) % channels
        for (const near of [row - 1, row, row + 1].filter((at) => at >= 0 && at < channels)) {
          words[spike * columns + near]! -= near === row ? 900 : 300
        }
      }
      const temporal = { ...planFor(channels).temporal, shifts: null }
      const pass = await open({ ...memory, counts: words }, planFor(channels, { temporal }))
      const peaks = {
        positions: Array.from({ length: channels }, (_, row) => [0, 20 * row]).flat(),
        threshold: 8,
        radius: 50,
        exclusionFrames: 15,
        sign: 'negative',
        locateRadius: 50,
      } as const
      const [one, two] = [
        await pass.run(null, { peaks }, { threads: 1 }),
        await pass.run(null, { peaks }, { threads: 2 }),
      ]
      const places = (found: typeof one): string[] =>
        Array.from(found.peaks?.row ?? [], (row, at) => {
          return `${found.peaks?.segment[at]} ${found.peaks?.sampleIndex[at]} ${row}`
        })
      const expected = spikes.map((spike, index) => {
        return `${spike < 20_000 ? `0 ${spike}` : `1 ${spike - 20_000}`} ${(index * 2) % channels}`
      })
      expect(places(one)).toEqual(expected)
      expect(two.peaks).toEqual(one.peaks)
      expect(one.peaks?.location).toHaveLength(2 * spikes.length)
      one.peaks?.row.forEach((row, at) =>
        expect(Math.abs((one.peaks?.location?.[2 * at + 1] ?? 0) - 20 * row)).toBeLessThan(10),
      )
    })

    test('low frequencies are written beside the frames', async () => {
      const pass = await open(memory, planFor(channels))
      const lf = { path: place('lf.bin'), factor: 12 }
      const target = { path: place('ap.bin'), rows: [0], copied: [channels] }
      await pass.run(target, { lf }, { threads: 2 })
      const written = await readWords(lf.path)
      const results = segments.map((length) => Math.ceil(length / 12))
      expect(written).toHaveLength(columns * results.reduce((sum, count) => sum + count, 0))
      // 8 Hz passes, and the sync word is copied
      const slow = (frame: number): number => 1500 * Math.sin((2 * Math.PI * 8 * frame) / 30_000) + 200
      for (const result of [50, 800, 1600]) {
        expect(Math.abs(written[result * columns]! - slow(12 * result))).toBeLessThan(40)
        expect(written[result * columns + channels]).toBe(counts[12 * result * columns + channels])
      }
    })
  })

  describe(`${name}: failures of a pass`, () => {
    const target = { rows: [0], copied: [] }
    const left = async (): Promise<string[]> => (await readdir(folder)).filter((file) => /failed|partial/.test(file))

    test('a file that is too short is refused when it is opened, and when it is read', async () => {
      const path = place('short.bin')
      await writeFile(path, Buffer.from(counts.buffer))
      const source: PassSource = { kind: 'file', path, offsetBytes: 2, columns, segments }
      const bytes = 2 * frames * columns
      await expect(passing.openPass(source, planFor(channels))).rejects.toMatchObject({
        code: 'truncated-file',
        message: expect.stringContaining(`has ${bytes} bytes; the recording needs ${bytes + 2}`),
      })
      const pass = await open({ ...source, offsetBytes: 0 }, planFor(channels))
      await truncate(path, bytes - 2)
      const running = pass.run({ path: place('failed.bin'), ...target }, {})
      await expect(running).rejects.toMatchObject({ code: 'truncated-file' })
      expect(await left()).toEqual([])
    })

    test('a source that is not there, a folder that is not there and a folder as target are named', async () => {
      const none: PassSource = { kind: 'file', path: place('none.bin'), offsetBytes: 0, columns, segments }
      const message: unknown = expect.stringContaining('none')
      await expect(passing.openPass(none, planFor(channels))).rejects.toMatchObject({ code: 'file', message })
      const pass = await open(memory, planFor(channels))
      const nowhere = pass.run({ path: place('none/failed.bin'), ...target }, {})
      await expect(nowhere).rejects.toMatchObject({ code: 'file', message })
      await expect(pass.run({ path: folder, ...target }, {})).rejects.toMatchObject({ code: 'file' })
      expect(await left()).toEqual([])
    })

    test.skipIf(process.platform !== 'linux')('a file that grows too large leaves nothing', async () => {
      const room = place('full')
      await mkdir(room)
      const script = fileURLToPath(new URL('pass-limited.ts', import.meta.url))
      // 64 blocks of 512 or 1024 bytes; Node ignores the signal, and the file system refuses
      const command = ['ulimit -f 64 && exec "$0" "$@"', process.execPath, script, name, room]
      const { stdout } = await promisify(execFile)('sh', ['-c', ...command])
      expect(JSON.parse(stdout)).toEqual({ code: 'file', left: [] })
    })

    test.skipIf(process.getuid?.() === 0)(
      'a source that may not be read, and a folder that may not be written',
      async () => {
        const secret = place('secret')
        await mkdir(secret, { mode: 0o500 })
        const pass = await open(memory, planFor(channels))
        const forbidden = pass.run({ path: join(secret, 'failed.bin'), ...target }, {})
        await expect(forbidden).rejects.toMatchObject({ code: 'file', message: expect.stringContaining('failed.bin') })
        const path = place('unreadable.bin')
        await writeFile(path, Buffer.from(counts.buffer), { mode: 0o200 })
        const source: PassSource = { kind: 'file', path, offsetBytes: 0, columns, segments }
        await expect(
          passing.openPass(source, planFor(channels)).then((p) => p.run(null, { rms: true })),
        ).rejects.toMatchObject({ code: 'file' })
        expect(await readdir(secret)).toEqual([])
      },
    )

    test('the source is not written over', async () => {
      const path = place('precious.bin')
      await writeFile(path, Buffer.from(counts.buffer))
      const pass = await open({ kind: 'file', path, offsetBytes: 0, columns, segments }, planFor(channels))
      await expect(pass.run({ path, ...target }, {})).rejects.toMatchObject({ code: 'file' })
      expect(compareWords(await readWords(path), counts)).toEqual(equalWords)
    })

    test('what does not fit is refused by name', async () => {
      const refused = (plan: Plan, source = memory): Promise<unknown> =>
        passing.openPass(source, plan).then(
          () => 'resolved',
          ({ code, parameter }: { code: unknown; parameter: unknown }) => `${String(code)} ${String(parameter)}`,
        )
      expect(await refused(planFor(channels, { columns: [columns] }))).toBe('invalid-parameter columns')
      expect(await refused(planFor(channels, { columns: [] }))).toBe('invalid-parameter columns')
      expect(await refused(planFor(channels, { scale: [1] }))).toBe('wrong-length scale')
      expect(await refused(planFor(channels, { spatial: [globalMedian(channels + 1)] }))).toMatch(/^invalid-parameter/)
      expect(await refused(planFor(channels), { ...memory, segments: [1] })).toBe('wrong-length counts')
      const pass = await open(memory, planFor(channels))
      for (const range of [
        { segment: 2, start: 0, end: 1 },
        { segment: 0, start: -1, end: 1 },
        { segment: 0, start: 5, end: 4 },
        { segment: 1, start: 0, end: 5001 },
        { segment: 0, start: 0, end: 1, rows: [channels] },
        { segment: 0, start: 0.5, end: 1 },
      ]) {
        await expect(pass.traces(range)).rejects.toMatchObject({ code: 'invalid-parameter' })
      }
    })

    test('a pass that is closed refuses', async () => {
      const pass = await passing.openPass(memory, planFor(channels))
      await pass.close()
      await expect(pass.traces({ segment: 0, start: 0, end: 1 })).rejects.toMatchObject({ code: 'invalid-parameter' })
    })
  })

  describe(`${name}: control of a pass`, () => {
    const long = simulateCounts(60_000, 95)
    const source: PassSource = { kind: 'memory', counts: long, columns: 96, segments: [60_000] }

    test('an abort in the middle rejects with its reason within 100 ms and leaves nothing', async () => {
      const pass = await open(source, planFor(95))
      const attempts: number[] = []
      for (let attempt = 0; attempt < 3; attempt++) {
        const control = new AbortController()
        let aborted = Infinity
        const target = { path: place('aborted.bin'), rows: [0], copied: [] }
        const running = pass.run(target, { rms: true, noiseLevels: true }, { signal: control.signal })
        setTimeout(() => {
          aborted = performance.now()
          control.abort('stop')
        }, 60)
        expect(await outcome(running)).toBe('stop')
        attempts.push(performance.now() - aborted)
        expect((await readdir(folder)).filter((file) => /aborted|partial/.test(file))).toEqual([])
      }
      // a busy machine may be late once
      expect(Math.min(...attempts)).toBeLessThan(100)
    })

    test('a signal that is aborted before, and what a progress function throws, are the rejection', async () => {
      const pass = await open(memory, planFor(channels))
      const range = { segment: 0, start: 0, end: 20_000 }
      const reason = new Error('never mind')
      expect(await outcome(pass.traces(range, { signal: AbortSignal.abort(reason) }))).toBe(reason)
      const refusal = new Error('no: more')
      const onProgress = (): void => {
        throw refusal
      }
      expect(await outcome(pass.traces(range, { onProgress }))).toBe(refusal)
    })

    test('progress never falls, ends with 1, and the event loop goes on', async () => {
      const pass = await open(source, planFor(95))
      const lateness: number[] = []
      for (let attempt = 0; attempt < 3; attempt++) {
        const fractions: number[] = []
        const options: PassOptions = { onProgress: (fraction) => fractions.push(fraction) }
        const late = watchEventLoop()
        await pass.run(null, { rms: true }, options)
        lateness.push(late())
        expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
        expect(fractions.filter((fraction) => fraction === 1)).toHaveLength(1)
        expect(fractions.at(-1)).toBe(1)
      }
      // a busy machine may be late once
      expect(Math.min(...lateness)).toBeLessThan(50)
    })

    test('the memory that it says it needs grows with the threads and not with the source', async () => {
      const [short, pass] = [await open(memory, planFor(channels)), await open(source, planFor(95))]
      expect(pass.memoryBytes(2)).toBeGreaterThan(pass.memoryBytes(1))
      const one: PassSource = { kind: 'memory', counts: new Int16Array(columns), columns, segments: [1] }
      expect((await open(one, planFor(channels))).memoryBytes(2)).toBe(short.memoryBytes(2))
    })
  })
}

/** What a plan without other masks than gaps makes of a segment, each stretch between gaps in one piece. */
function expectedWords(plan: Plan, counts: Int16Array, segment: number, width = plan.columns.length + 1): Float64Array {
  const rows = plan.columns.length
  const total = counts.length / width
  const words = new Float64Array(total * rows)
  const gaps = (plan.mask?.gaps ?? []).filter((gap) => gap.segment === segment)
  const starts = [0, ...gaps.map(({ end }) => end)]
  const ends = [...gaps.map(({ start }) => start), total]
  starts.forEach((start, index) => {
    const end = ends[index]!
    if (end <= start) return
    const result = computeInOnePiece(plan, counts.subarray(start * width, end * width), width)
    words.set(result.map(roundHalfEven), start * rows)
  })
  return words
}

const segmentsOf = (counts: Int16Array): Int16Array[] => [
  counts.subarray(0, segments[0] * columns),
  counts.subarray(segments[0] * columns),
]

const readWords = async (path: string): Promise<Int16Array> => {
  const bytes = await readFile(path)
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

const pick = (words: Int16Array, width: number, chosen: readonly number[]): Int16Array =>
  Int16Array.from({ length: (words.length / width) * chosen.length }, (_, at) => {
    return words[Math.floor(at / chosen.length) * width + chosen[at % chosen.length]!]!
  })

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}

/** What a promise was rejected with; its value is not kept, because printing large arrays takes gigabytes. */
const outcome = (running: Promise<unknown>): Promise<unknown> =>
  running.then(
    () => 'resolved',
    (reason: unknown) => reason,
  )

/** Returns a function that stops watching and tells the longest time (ms) the event loop was late. */
function watchEventLoop(): () => number {
  let last = performance.now()
  let worst = 0
  const timer = setInterval(() => {
    worst = Math.max(worst, performance.now() - last - 5)
    last = performance.now()
  }, 5)
  return () => {
    clearInterval(timer)
    return worst
  }
}
