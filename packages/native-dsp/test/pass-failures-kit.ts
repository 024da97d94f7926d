import { execFile } from 'node:child_process'
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { PassSource } from '../src/pass.ts'
import type { Plan } from '../src/plan.ts'
import { channels, columns, frames, readWords, segments, type PassBench } from './pass-bench.ts'
import { compareWords, equalWords, globalMedian, planFor } from './pass-counts.ts'

/** What becomes of a pass that fails, or does not fit. */
export function testPassFailures({ name, passing, counts, memory, open, place }: PassBench): void {
  describe(`${name}: failures of a pass`, () => {
    const target = { rows: [0], copied: [] }
    const left = async (): Promise<string[]> =>
      (await readdir(place('.'))).filter((file) => /failed|partial/.test(file))

    test('a file that is too short is refused when it is opened, and when it is read', async () => {
      const path = place('short.bin')
      await writeFile(path, Buffer.from(counts.buffer))
      const source: PassSource = { kind: 'file', path, offsetBytes: 2, columns, segments }
      const bytes = 2 * frames * columns
      await expect(passing.openPass(source, planFor(channels))).rejects.toMatchObject({
        name: 'TruncatedFileError',
        code: 'truncated-file',
        path,
        bytes,
        expected: bytes + 2,
        message: expect.stringContaining(`has ${bytes} bytes; the recording needs ${bytes + 2}`),
      })
      const pass = await open({ ...source, offsetBytes: 0 }, planFor(channels))
      await truncate(path, bytes - 2)
      const running = pass.run({ path: place('failed.bin'), ...target }, {})
      await expect(running).rejects.toMatchObject({ code: 'truncated-file', path, bytes: bytes - 2, expected: bytes })
      expect(await left()).toEqual([])
    })

    test('a source that is not there, a folder that is not there and a folder as target are named', async () => {
      const none: PassSource = { kind: 'file', path: place('none.bin'), offsetBytes: 0, columns, segments }
      const message: unknown = expect.stringContaining('none')
      await expect(passing.openPass(none, planFor(channels))).rejects.toMatchObject({
        name: 'FileError',
        code: 'file',
        path: none.path,
        reason: expect.stringMatching(/no such file/i),
        message,
      })
      const pass = await open(memory, planFor(channels))
      const nowhere = pass.run({ path: place('none/failed.bin'), ...target }, {})
      await expect(nowhere).rejects.toMatchObject({ code: 'file', message })
      await expect(pass.run({ path: place('.'), ...target }, {})).rejects.toMatchObject({ code: 'file' })
      expect(await left()).toEqual([])
    })

    test('where the second of two files cannot have its name, the first has none either', async () => {
      const pass = await open(memory, planFor(channels))
      // found out only when the name is given: it ends as that of a folder
      const low = `${place('failed.lf.bin')}/`
      const running = pass.run({ path: place('failed.bin'), ...target }, { lf: { path: low, factor: 12 } })
      await expect(running).rejects.toMatchObject({ code: 'file', path: low })
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
}
