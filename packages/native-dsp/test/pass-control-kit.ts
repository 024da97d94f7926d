import { readdir, rm } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { PassOptions, PassSource } from '../src/pass.ts'
import { channels, columns, type PassBench } from './pass-bench.ts'
import { planFor, simulateCounts } from './pass-counts.ts'

/** How a pass is stopped and watched. */
export function testPassControl({ name, memory, open, place }: PassBench): void {
  describe(`${name}: control of a pass`, () => {
    const long = simulateCounts(60_000, 95)
    const source: PassSource = { kind: 'memory', counts: long, columns: 96, segments: [60_000] }

    test('an abort in the middle rejects with its reason within 100 ms and leaves nothing', async () => {
      const pass = await open(source, planFor(95))
      const attempts: number[] = []
      const target = { path: place('aborted.bin'), rows: [0], copied: [] }
      const started = performance.now()
      await pass.run(target, { rms: true, noiseLevels: true })
      // well before the end of one whose threads have started
      const middle = (performance.now() - started) / 8
      await rm(target.path)
      // a busy machine may be late more than once
      for (let attempt = 0; attempt < 3 || (attempt < 10 && Math.min(...attempts) >= 100); attempt++) {
        const control = new AbortController()
        let aborted = Infinity
        const running = pass.run(target, { rms: true, noiseLevels: true }, { signal: control.signal })
        setTimeout(() => {
          aborted = performance.now()
          control.abort('stop')
        }, middle)
        expect(await outcome(running)).toBe('stop')
        attempts.push(performance.now() - aborted)
        expect((await readdir(place('.'))).filter((file) => /aborted|partial/.test(file))).toEqual([])
      }
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
      // a busy machine may be late more than once
      for (let attempt = 0; attempt < 3 || (attempt < 10 && Math.min(...lateness) >= 1); attempt++) {
        const fractions: number[] = []
        const options: PassOptions = { onProgress: (fraction) => fractions.push(fraction) }
        const late = watchEventLoop()
        const started = performance.now()
        await pass.run(null, { rms: true }, options)
        // where the whole takes long, others have the processors
        lateness.push(late() / Math.max(50, (performance.now() - started) / 4))
        expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
        expect(fractions.filter((fraction) => fraction === 1)).toHaveLength(1)
        expect(fractions.at(-1)).toBe(1)
      }
      expect(Math.min(...lateness)).toBeLessThan(1)
    })

    test('the memory that it says it needs grows with the threads and not with the source', async () => {
      const [short, pass] = [await open(memory, planFor(channels)), await open(source, planFor(95))]
      expect(pass.memoryBytes(2)).toBeGreaterThan(pass.memoryBytes(1))
      const one: PassSource = { kind: 'memory', counts: new Int16Array(columns), columns, segments: [1] }
      expect((await open(one, planFor(channels))).memoryBytes(2)).toBe(short.memoryBytes(2))
    })
  })
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
