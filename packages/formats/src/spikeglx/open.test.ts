import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openRecording } from '../recording/index.ts'
import { openSpikeGlxRecording } from './index.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spikeglx-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Four AP channels (read-out channels 10 to 13) and sync, at 1 kHz. */
function metaText(bytes: number, { seconds = bytes / 10_000, columns = 5 } = {}): string {
  const imro = Array.from({ length: 384 }, (_, channel) => `(${channel} 0 0 500 250 1)`).join('')
  return [
    'typeThis=imec',
    `nSavedChans=${columns}`,
    'snsApLfSy=4,0,1',
    'acqApLfSy=384,384,1',
    'snsSaveChanSubset=10:13,768',
    'imSampRate=1000',
    `fileSizeBytes=${bytes}`,
    `fileTimeSecs=${seconds}`,
    'fileCreateTime=2025-01-02T03:04:05',
    'imAiRangeMax=0.6',
    'imMaxInt=512',
    'imDatPrb_pn=NP1000',
    'imDatPrb_sn=1',
    `~imroTbl=(0,384)${imro}`,
  ].join('\r\n')
}

const metaPath = () => join(folder, 'a_g0_t0.imec0.ap.meta')
const binPath = () => join(folder, 'a_g0_t0.imec0.ap.bin')

/** Column `c` of frame `t` is 10 t + c; the sync word is -1. */
async function writeRun(frames: number, meta = metaText(frames * 10)): Promise<void> {
  const words = Int16Array.from({ length: frames * 5 }, (_, word) =>
    word % 5 === 4 ? -1 : 10 * Math.floor(word / 5) + (word % 5),
  )
  await writeFile(binPath(), words)
  await writeFile(metaPath(), meta)
}

describe('a SpikeGLX recording', () => {
  beforeEach(() => writeRun(6))

  test('gives counts frame by frame, without the sync word', async () => {
    const recording = await openSpikeGlxRecording(metaPath())
    expect(recording).toMatchObject({
      kind: 'recording',
      samplingRate: 1000,
      segments: [{ frames: 6, startSeconds: 0 }],
    })
    expect(recording.location).toEqual({ path: binPath(), columns: 5, dtype: 'int16' })
    expect(await recording.traces({ start: 1, end: 3 })).toEqual(Int16Array.of(10, 11, 12, 13, 20, 21, 22, 23))
    expect(await recording.traces({ start: 6, end: 6 })).toEqual(new Int16Array())
    await recording.close()
  })

  test('gives some channels in the order asked for', async () => {
    const recording = await openSpikeGlxRecording(metaPath())
    expect(await recording.traces({ start: 4, end: 6, channels: [3, 0] })).toEqual(Int16Array.of(43, 40, 53, 50))
    expect(await recording.traces({ start: 0, end: 6, channels: [] })).toEqual(new Int16Array())
    await recording.close()
  })

  test('can be read by many at once', async () => {
    const recording = await openSpikeGlxRecording(metaPath())
    const frames = await Promise.all(
      Array.from({ length: 6 }, (_, start) => recording.traces({ start, end: start + 1, channels: [0] })),
    )
    expect(frames.map(([count]) => count)).toEqual([0, 10, 20, 30, 40, 50])
    await recording.close()
  })

  test('opens by the path of its .bin too, and by the registry of formats', async () => {
    for (const path of [binPath(), metaPath()]) {
      const recording = await openRecording(path)
      expect(recording.channels.map(({ name }) => name)).toEqual(['AP10', 'AP11', 'AP12', 'AP13'])
      await recording.close()
    }
  })

  test.each([
    [{ start: 0, end: 7 }, 'Frames'],
    [{ start: -1, end: 2 }, 'Frames'],
    [{ start: 3, end: 2 }, 'Frames'],
    [{ start: 0.5, end: 2 }, 'Frames'],
    [{ start: 0, end: 1, segment: 1 }, 'Segment'],
    [{ start: 0, end: 1, channels: [4] }, 'Channel'],
  ])('refuses %j', async (range, what) => {
    const recording = await openSpikeGlxRecording(metaPath())
    await expect(recording.traces(range)).rejects.toMatchObject({ code: 'out-of-range', what })
    await recording.close()
  })

  test('refuses to be read after it was closed', async () => {
    const recording = await openSpikeGlxRecording(metaPath())
    await recording.close()
    await expect(recording.traces({ start: 0, end: 1 })).rejects.toMatchObject({ code: 'recording-closed' })
  })
})

describe('the folder of a probe', () => {
  const names = ['run_g0_t0', 'run_g0_t3']
  const makeFolder = async (change: (meta: string) => string = (meta) => meta) => {
    const probe = await mkdtemp(join(folder, 'run_g0_imec0-'))
    for (const [trigger, name] of names.entries()) {
      const text = `${metaText(20 + 10 * trigger)}\r\nfirstSample=${5000 + 2000 * trigger}`
      await writeFile(join(probe, `${name}.imec0.ap.meta`), trigger === 0 ? text : change(text))
      await writeFile(join(probe, `${name}.imec0.ap.bin`), new Int16Array(10 + 5 * trigger).fill(trigger + 1))
    }
    return probe
  }

  test('gives its triggers as segments, each at its time', async () => {
    const recording = await openRecording(await makeFolder())
    expect(recording.segments).toEqual([
      { frames: 2, startSeconds: 0 },
      { frames: 3, startSeconds: 2 },
    ])
    expect(recording.location).toBeNull()
    expect(recording.files?.map(({ segments }) => segments)).toEqual([[0], [1]])
    expect(await recording.traces({ segment: 1, start: 2, end: 3 })).toEqual(Int16Array.of(2, 2, 2, 2))
    await recording.close()
  })

  test('is its LF band where it holds nothing else', async () => {
    const probe = await mkdtemp(join(folder, 'lf-only-'))
    await writeFile(join(probe, 'run_g0_t0.imec0.lf.meta'), metaText(20))
    await writeFile(join(probe, 'run_g0_t0.imec0.lf.bin'), new Int16Array(10).fill(7))
    const recording = await openRecording(probe)
    expect(recording.files?.map(({ path }) => basename(path))).toEqual(['run_g0_t0.imec0.lf.bin'])
    await recording.close()
    await writeFile(join(probe, 'run_g0_t0.imec0.ap.meta'), metaText(20))
    await writeFile(join(probe, 'run_g0_t0.imec0.ap.bin'), new Int16Array(10).fill(8))
    const wide = await openRecording(probe)
    expect(wide.files?.map(({ path }) => basename(path))).toEqual(['run_g0_t0.imec0.ap.bin'])
    await wide.close()
  })

  test('is the only one that it holds, whatever it is called; of several, one has to be named', async () => {
    const probe = await mkdtemp(join(folder, 'renamed-'))
    await writeFile(join(probe, 'mine.meta'), metaText(20))
    await writeFile(join(probe, 'mine.bin'), new Int16Array(10).fill(7))
    for (const path of [probe, join(probe, 'mine.bin'), join(probe, 'mine.meta')]) {
      const recording = await openRecording(path)
      expect(recording.segments).toEqual([{ frames: 2, startSeconds: 0 }])
      await recording.close()
    }
    await writeFile(join(probe, 'yours.meta'), metaText(20))
    await expect(openRecording(probe)).rejects.toMatchObject({ code: 'ambiguous-recording', found: { length: 2 } })
  })

  test('is refused where its triggers are set up differently, or are of several runs', async () => {
    const other = await makeFolder((meta) => meta.replaceAll(' 500 ', ' 1000 '))
    await expect(openRecording(other)).rejects.toMatchObject({ code: 'contradiction' })
    const filtered = await makeFolder((meta) => `${meta}\r\ncatGTCmdline0=<CatGT -gblcar>`)
    await expect(openRecording(filtered)).rejects.toMatchObject({
      code: 'contradiction',
      found: 'counts to which phase-shift (CatGT), common-reference (CatGT) was applied',
    })
    await writeFile(join(other, 'second_g0_t0.imec0.ap.meta'), metaText(10))
    await expect(openRecording(other)).rejects.toMatchObject({ code: 'ambiguous-recording' })
  })
})

describe('a .bin that does not fit its .meta is refused', () => {
  test('when it is shorter', async () => {
    await writeRun(5, metaText(60))
    await expect(openSpikeGlxRecording(metaPath())).rejects.toMatchObject({
      code: 'file-truncated',
      bytes: 50,
      expectedBytes: 60,
    })
    // what the advice says makes it whole
    await truncate(binPath(), 53)
    const { message } = await openSpikeGlxRecording(metaPath()).catch((error) => error)
    expect(message).toMatch(/cut the last 3 bytes of the file/)
    const [, bytes = '', seconds = ''] = /fileSizeBytes=(\d+) and fileTimeSecs=([\d.e-]+) /.exec(message) ?? []
    await truncate(binPath(), 50)
    await writeFile(metaPath(), metaText(Number(bytes), { seconds: Number(seconds) }))
    const recording = await openSpikeGlxRecording(metaPath())
    expect(recording.segments).toMatchObject([{ frames: 5 }])
    await recording.close()
  })

  test('when it is longer', async () => {
    await writeRun(7, metaText(60))
    await expect(openSpikeGlxRecording(metaPath())).rejects.toMatchObject({
      code: 'file-overlong',
      bytes: 70,
      expectedBytes: 60,
    })
  })

  test('when it does not hold whole frames', async () => {
    await writeRun(6, metaText(57))
    await truncate(binPath(), 57)
    await expect(openSpikeGlxRecording(metaPath())).rejects.toMatchObject({
      code: 'ragged-file',
      bytes: 57,
      frameBytes: 10,
    })
  })

  test('when its length in seconds is another', async () => {
    await writeRun(6, metaText(60, { seconds: 0.06 }))
    await expect(openSpikeGlxRecording(metaPath())).rejects.toMatchObject({
      code: 'contradiction',
      found: 'fileTimeSecs=0.06',
    })
  })

  test('when it is not there', async () => {
    await writeRun(6)
    await rm(binPath())
    await expect(openSpikeGlxRecording(metaPath())).rejects.toMatchObject({
      code: 'missing-file',
      file: 'a_g0_t0.imec0.ap.bin',
    })
  })
})

test('a file beyond 2 GiB is read at its end, in the memory of what was asked for', async () => {
  const frames = 250_000_000
  await writeFile(metaPath(), metaText(frames * 10))
  const file = await open(binPath(), 'w')
  await file.truncate(frames * 10)
  await file.write(new Uint8Array(Int16Array.of(1, 2, 3, 4, -1).buffer), 0, 10, (frames - 1) * 10)
  await file.close()
  const recording = await openSpikeGlxRecording(metaPath())
  expect(await recording.traces({ start: frames - 2, end: frames })).toEqual(Int16Array.of(0, 0, 0, 0, 1, 2, 3, 4))
  await recording.close()
  await rm(binPath())
})
