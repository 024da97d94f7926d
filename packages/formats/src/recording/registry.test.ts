import { expect, test } from 'vitest'
import { openRecording, recordingFormats } from './index.ts'
import type { Recording } from './index.ts'

const silence: Recording = {
  kind: 'recording',
  samplingRate: 1,
  channels: [],
  segments: [{ frames: 0, startSeconds: 0 }],
  location: null,
  traces: async () => new Int16Array(),
  close: async () => {},
}

test('a format that was added is loaded only for the paths it recognises', async () => {
  const loaded: string[] = []
  const mine = {
    recognises: (path: string) => path.endsWith('.mine'),
    load: async () => {
      loaded.push('mine')
      return async () => silence
    },
  }
  const formats = { ...recordingFormats, mine }
  await expect(openRecording('/nowhere/a.ap.meta', formats)).rejects.toMatchObject({ code: 'missing-file' })
  expect(loaded).toEqual([])
  expect(await openRecording('/nowhere/a.mine', formats)).toBe(silence)
  expect(loaded).toEqual(['mine'])
})

test('a path of no known format is refused with the known ones, a folder with what it holds', async () => {
  const known = ['spikeglx', 'openephys', 'plain']
  await expect(openRecording(import.meta.filename)).rejects.toMatchObject({
    code: 'unknown-format',
    known,
    names: null,
  })
  await expect(openRecording(import.meta.dirname)).rejects.toMatchObject({
    code: 'unknown-format',
    known,
    names: expect.arrayContaining(['registry.test.ts']),
    message: expect.stringContaining('recording.ts'),
  })
})

test('a path where nothing is, is missing, whatever it looks like', async () => {
  for (const path of ['/nowhere/a.txt', '/nowhere/run_g0'])
    await expect(openRecording(path)).rejects.toMatchObject({ code: 'missing-file', path })
  await expect(openRecording('run_g0')).rejects.toThrow(`\`run_g0\` is missing in ${process.cwd()}.`)
})
