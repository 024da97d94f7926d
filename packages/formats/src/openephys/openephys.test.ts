import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatNpy, ndarray } from '@neurojoint/arrays'
import { assert, constantFrom, double, property } from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FormatError } from '../errors.ts'
import { openRecording } from '../recording/index.ts'
import { openOpenEphysRecording, parseOpenEphysSettings, parseOpenEphysStructure } from './index.ts'

const fixtures = new URL('../../../../fixtures/openephys/', import.meta.url)
const fixture = (name: string): string => readFileSync(new URL(name, fixtures), 'utf8')

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'openephys-'))
})
afterAll(() => rm(root, { recursive: true }))

/** Column `c` of frame `t` is 100 t + c. */
async function writeStream(folder: string, channels: number, numbers: readonly number[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  const words = Int16Array.from(
    { length: numbers.length * channels },
    (_, word) => 100 * Math.floor(word / channels) + (word % channels),
  )
  await writeFile(join(folder, 'continuous.dat'), words)
  await writeFile(join(folder, 'sample_numbers.npy'), formatNpy(ndarray(BigInt64Array.from(numbers, BigInt))))
}

/** The simulated session, with a few frames in each recording: five, then three and four with packets lost between. */
async function makeSession(): Promise<string> {
  const node = await mkdtemp(join(root, 'Record Node 111-'))
  await cp(new URL('sim_a/', fixtures), node, { recursive: true })
  const experiment = join(node, 'experiment1')
  for (const [recording, numbers] of [
    [1, [1227000, 1227001, 1227002, 1227003, 1227004]],
    [2, [1257000, 1257001, 1257002, 1257010, 1257011, 1257012, 1257013]],
  ] as const)
    for (const band of ['AP', 'LFP'])
      await writeStream(
        join(experiment, `recording${recording}/continuous/Neuropix-PXI-106.ProbeA-${band}`),
        32,
        numbers,
      )
  return node
}

describe('an Open Ephys recording', () => {
  test('has a segment for each recording, and for what follows lost packets', async () => {
    const node = await makeSession()
    const recording = await openRecording(node)
    expect(recording).toMatchObject({ format: 'openephys', samplingRate: 30000, location: null, applied: [] })
    expect(recording.segments).toEqual([
      { frames: 5, startSeconds: 0 },
      { frames: 3, startSeconds: 1 },
      { frames: 4, startSeconds: 30010 / 30000 },
    ])
    expect(recording.files?.map(({ segments, columns }) => [segments, columns])).toEqual([
      [[0], 32],
      [[1, 2], 32],
    ])
    expect(await recording.traces({ segment: 2, start: 1, end: 3, channels: [31, 0] })).toEqual(
      Int16Array.of(431, 400, 531, 500),
    )
    await recording.close()
  })

  test('knows which channels of the probe were recorded, where they are and when they were sampled', async () => {
    const recording = await openRecording(await makeSession())
    // channels 100 to 131 of a 1.0 probe: 27, 59, 11, 43 um from row 50 of 20 um on; converter +-0.6 V / 500 / 0.195 uV
    expect(recording.channels[0]).toEqual({
      index: 0,
      name: 'AP101',
      acquisitionIndex: 100,
      gain: 0.1949999928474426,
      offset: 0,
      site: { shank: 0, x: 27, y: 1000, used: true },
      sampleShift: 2 / 13,
      range: { least: -6154, most: 6154 },
    })
    expect(recording.channels.slice(0, 4).map(({ site }) => site?.x)).toEqual([27, 59, 11, 43])
    await recording.close()
  })

  test('opens by any of its folders and files', async () => {
    const node = await makeSession()
    const recording1 = join(node, 'experiment1/recording1')
    const frames = async (path: string) => {
      const recording = await openRecording(path)
      await recording.close()
      return [recording.samplingRate, recording.segments.map((segment) => segment.frames)]
    }
    expect(await frames(join(node, 'experiment1'))).toEqual([30000, [5, 3, 4]])
    expect(await frames(join(node, 'settings.xml'))).toEqual([30000, [5, 3, 4]])
    expect(await frames(recording1)).toEqual([30000, [5]])
    expect(await frames(join(recording1, 'structure.oebin'))).toEqual([30000, [5]])
    const lfp = join(recording1, 'continuous/Neuropix-PXI-106.ProbeA-LFP')
    expect(await frames(lfp)).toEqual([2500, [5]])
    expect(await frames(join(lfp, 'continuous.dat'))).toEqual([2500, [5]])
  })

  test('names the stream that is meant', async () => {
    const node = await makeSession()
    const recording = await openOpenEphysRecording(node, { stream: 'ProbeA-LFP' })
    expect(recording.channels[0]).toMatchObject({ name: 'LFP101', acquisitionIndex: 100, sampleShift: 2 / 12 })
    await recording.close()
    await expect(openOpenEphysRecording(node, { stream: 'ProbeB' })).rejects.toMatchObject({
      code: 'out-of-range',
      available: 'ProbeA-AP, ProbeA-LFP',
    })
  })

  test('says what processors did before the record node', async () => {
    const node = await mkdtemp(join(root, 'Record Node 101-'))
    await cp(new URL('np2014_car/', fixtures), node, { recursive: true })
    await writeStream(join(node, 'experiment1/recording1/continuous/Neuropix-PXI-100.ProbeA'), 384, [7, 8])
    const recording = await openRecording(node)
    expect(recording.applied).toMatchObject([{ step: 'common-reference', by: 'Open Ephys 1.0.1' }])
    expect(recording.channels[383]).toMatchObject({ name: 'CH383', acquisitionIndex: 383, sampleShift: 15 / 16 })
    // 1 Vpp or 1.24 Vpp over the gain of 2.0 probes
    expect(recording.channels[0]?.range?.most).toBeGreaterThan(20000)
    await recording.close()
  })

  test.each([
    ['cut within a frame', 'recording1', 'continuous.dat', 33, 'ragged-file'],
    ['cut between two frames', 'recording1', 'continuous.dat', 64, 'contradiction'],
    ['without its sample numbers', 'recording2', 'sample_numbers.npy', null, 'missing-file'],
    ['without its counts', 'recording2', 'continuous.dat', null, 'missing-file'],
  ])('%s is refused', async (_, recording, name, bytes, code) => {
    const node = await makeSession()
    const path = join(node, `experiment1/${recording}/continuous/Neuropix-PXI-106.ProbeA-AP`, name)
    await (bytes === null ? rm(path) : truncate(path, bytes))
    await expect(openRecording(node)).rejects.toMatchObject({ code })
  })

  test('whose numbers fall is refused', async () => {
    const node = await makeSession()
    const folder = join(node, 'experiment1/recording1/continuous/Neuropix-PXI-106.ProbeA-AP')
    await writeStream(folder, 32, [5, 6, 7, 3, 4])
    await expect(openRecording(node)).rejects.toMatchObject({ code: 'contradiction' })
  })

  test('of several experiments is refused with their names', async () => {
    const node = await makeSession()
    await cp(join(node, 'experiment1'), join(node, 'experiment2'), { recursive: true })
    await expect(openRecording(node)).rejects.toMatchObject({
      code: 'ambiguous-recording',
      found: [join(node, 'experiment1'), join(node, 'experiment2')],
    })
  })
})

describe('settings', () => {
  test('list the channels of a probe by their number, whatever their order', () => {
    const [probe] = parseOpenEphysSettings(fixture('np2010_settings.xml'), 'settings.xml').probes
    expect(probe).toMatchObject({
      partNumber: 'NP2010',
      serialNumber: '20472307462',
      streamName: 'ProbeA',
      apGain: null,
    })
    expect(probe?.sites.size).toBe(384)
    expect(probe?.sites.get(192)).toEqual({ shank: 2, x: 508, y: 0 })
  })

  test('list what every processor was told', () => {
    const { version, processors } = parseOpenEphysSettings(fixture('np2000_bandpass_settings.xml'), 'settings.xml')
    const filter = processors.find(({ name }) => name === 'Bandpass Filter')
    expect([version, filter?.parametersOf('ProbeA-AP').get('low_cut')]).toEqual(['0.6.0', '300'])
    expect(processors.find(({ name }) => name === 'Record Node')?.recordedOf('ProbeA-AP')).toBe('ALL')
  })
})

describe('a file that was cut or changed is read or refused by name', () => {
  const outcomeOf = (read: () => unknown): string => {
    try {
      read()
      return 'read'
    } catch (error) {
      if (error instanceof FormatError) return error.code
      throw error
    }
  }
  const allowed = /^(read|missing-key|invalid-value|unknown-probe)$/
  const fraction = double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
  const settings = ['sim_a/settings.xml', 'np2010_settings.xml', 'np2014_car/settings.xml'].map(fixture)
  const structure = fixture('sim_a/experiment1/recording1/structure.oebin')

  test('settings.xml', () => {
    assert(
      property(
        constantFrom(...settings),
        fraction,
        constantFrom('', '"', '<', '>', '/', '0', 'x'),
        (text, at, character) => {
          const place = Math.floor(at * text.length)
          expect(outcomeOf(() => parseOpenEphysSettings(text.slice(0, place), 'a'))).toMatch(allowed)
          const changed = text.slice(0, place) + character + text.slice(place + 1)
          expect(outcomeOf(() => parseOpenEphysSettings(changed, 'a'))).toMatch(allowed)
        },
      ),
      { numRuns: 100 },
    )
  })

  test('structure.oebin', () => {
    assert(
      property(fraction, constantFrom('', '"', '{', '-', '0', 'x'), (at, character) => {
        const place = Math.floor(at * structure.length)
        expect(outcomeOf(() => parseOpenEphysStructure(structure.slice(0, place), 'a'))).toMatch(allowed)
        const changed = structure.slice(0, place) + character + structure.slice(place + 1)
        expect(outcomeOf(() => parseOpenEphysStructure(changed, 'a'))).toMatch(allowed)
      }),
      { numRuns: 200 },
    )
  })

  test('a folder name that leads elsewhere is refused', async () => {
    const node = await makeSession()
    const path = join(node, 'experiment1/recording1/structure.oebin')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('Neuropix-PXI-106.ProbeA-AP/', '../../x/'))
    await expect(openRecording(node)).rejects.toMatchObject({ code: 'invalid-value' })
  })
})
