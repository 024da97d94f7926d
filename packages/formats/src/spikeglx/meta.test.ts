import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseSpikeGlxMeta, readSpikeGlxMeta } from './index.ts'

const folder = new URL('../../../../fixtures/spikeglx/', import.meta.url)

function textOf(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}

const parse = (text: string) => parseSpikeGlxMeta(text, '/data/a.meta')

/** The text with the line of one key replaced, or left out. */
function withKey(text: string, key: string, value: string | null): string {
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith(`${key}=`))
  return [...lines, ...(value === null ? [] : [`${key}=${value}`])].join('\n')
}

function placesIn(text: string) {
  return parse(text).electrodes.map(({ electrode, x, y }) => [electrode, x, y])
}

const subset = textOf('NP1_saved_only_subset_of_channels.meta')
const nidq = textOf('sample3B_g0_t0.nidq.meta')

describe('the ten metas', () => {
  test.each([
    // by the rule range / steps / gain, in µV: 0.6 V / 512 / 500, 0.62 / 2048 / 100, 0.5 / 8192 / 80, LF 0.6 / 512 / 250, 5 V / 32768
    ['NP1_saved_only_subset_of_channels.meta', 'ap', 151, 1, 2.34375, 'PRB_1_4_0480_1_C', '19398105682', 10827.4628],
    ['NP2_2013_all_channels.imec0.ap.meta', 'ap', 384, 1, 3.02734375, 'NP2013', '12345601012', 8.058666666666667],
    ['NP2_4_shanks.imec0.ap.meta', 'ap', 384, 1, 0.762939453125, 'NP2010', '19122510362', 1.0216],
    ['Noise_g0_t0.imec0.ap.meta', 'ap', 384, 1, 2.34375, 'PRB_1_4_0480_1', '18194809281', 5.2651666666666666],
    ['p2_g0_t0.imec0.ap.meta', 'ap', 384, 1, 0.762939453125, 'PRB2_1_2_0640_0', '19011116954', 1956.9544666666666],
    ['phase3a.imec.ap.meta', 'ap', 384, 1, 2.34375, '3A', '262720641', 194.0832],
    ['sample3B_g0_t0.imec1.ap.meta', 'ap', 384, 1, 2.34375, 'PRB_1_4_0480_1', '18005116811', 824.4640643928594],
    ['sample3B_g0_t0.imec1.lf.meta', 'lf', 384, 1, 4.6875, 'PRB_1_4_0480_1', '18005116811', 824.4640643928594],
    ['sample3B_g0_t0.nidq.meta', 'nidq', 1, 1, 152.587890625, undefined, undefined, 824.4614456108245],
    ['sampleNP2.4_1shank_g0_t0.imec.ap.meta', 'ap', 384, 1, 0.762939453125, 'NP2010', '20403308181', 4321.667066666667],
  ])('%s', (name, stream, analog, sync, gain, partNumber, serialNumber, seconds) => {
    const meta = parse(textOf(name))
    expect(meta).toMatchObject({ stream, analogChannels: analog, syncChannels: sync, durationSeconds: seconds })
    expect(meta.savedChannels).toBe(analog + sync)
    expect(meta.channels.map((channel) => channel.gain)).toEqual(Array.from({ length: analog }, () => gain))
    expect([meta.probe?.partNumber, meta.probe?.serialNumber]).toEqual([partNumber, serialNumber])
  })

  test('state the start of the recording and the rate as measured', () => {
    const meta = parse(textOf('sample3B_g0_t0.imec1.ap.meta'))
    expect([meta.createdAt, meta.samplingRate, meta.firstSample]).toEqual([
      '2019-08-15T17:37:20',
      30000.390639481,
      1738008,
    ])
  })

  test('name channels as the file does and number them as the read-out does', () => {
    expect(parse(textOf('sample3B_g0_t0.imec1.lf.meta')).channels.at(-1)).toMatchObject({
      index: 383,
      name: 'LF383',
      acquisitionIndex: 383,
    })
    expect(parse(nidq).channels[0]).toMatchObject({ name: 'XA0', acquisitionIndex: 0 })
  })

  test('mark the reference electrode of Neuropixels 1.0 as not used', () => {
    const meta = parse(textOf('Noise_g0_t0.imec0.ap.meta'))
    expect(meta.electrodes.filter(({ used }) => !used).map(({ electrode }) => electrode)).toEqual([191])
  })

  test.each([
    'NP2_4_shanks.imec0.ap.meta',
    'NP2_2013_all_channels.imec0.ap.meta',
    'phase3a.imec.ap.meta',
    'more/NP2020_sample_g0_t0.imec0.ap.meta',
    'more/NP1110_botrow80_g0_t0.imec0.ap.meta',
    'more/NP1110_2x192_bank4_g0_t0.imec0.ap.meta',
    'more/NP1110_vstripe_g0_t0.imec0.ap.meta',
  ])('give the same electrodes from their map as from the imro table alone: %s', (name) => {
    const text = textOf(name)
    const withoutMaps = withKey(withKey(text, '~snsGeomMap', null), '~snsShankMap', null)
    expect(placesIn(withoutMaps)).toEqual(placesIn(text))
  })
})

describe('the text', () => {
  test('may have either line ending, a byte order mark and spaces after a value', () => {
    const meta = { ...parse(subset), entries: null }
    expect({ ...parse(subset.replaceAll('\r\n', '\n')), entries: null }).toEqual(meta)
    expect({ ...parse(`\uFEFF${subset.replaceAll('\r\n', ' \t\r\n')}`), entries: null }).toEqual(meta)
  })

  test('is split at the first equals sign', () => {
    expect(parse(withKey(subset, 'userNotes', 'gain=500=a')).entries.get('userNotes')).toBe('gain=500=a')
  })

  test('gives the time of the acquisition where CatGT has written its own', () => {
    expect(parse(withKey(subset, 'fileCreateTime_original', '2018-07-03T20:32:28')).createdAt).toBe(
      '2018-07-03T20:32:28',
    )
  })
})

describe('gains', () => {
  test('come from the row of the read-out channel, not of the column', () => {
    const text = withKey(subset, 'snsSaveChanSubset', '100:250,768').replace(
      '(100 0 0 500 250 1)',
      '(100 0 0 1000 50 1)',
    )
    // the shank map has a row per column, the channel map names the columns
    const meta = parse(withKey(text, '~snsShankMap', null))
    expect(meta.channels.slice(0, 2)).toMatchObject([
      { index: 0, name: 'AP100', acquisitionIndex: 100, gain: 1.171875, offset: 0 },
      { index: 1, name: 'AP101', acquisitionIndex: 101, gain: 2.34375, offset: 0 },
    ])
    expect(meta.sampleShifts.slice(0, 2)).toEqual([2 / 13, 2 / 13])
    expect(meta.electrodes[0]).toMatchObject({ index: 0, electrode: 100, acquisitionIndex: 100, y: 1000, x: 27 })
  })

  test('of NP1110 come from the header', () => {
    const text = textOf('more/NP1110_bank0_g0_t0.imec0.ap.meta').replace(
      /~imroTbl=\((\w+),(\d),(\d),\d+,\d+,/,
      '~imroTbl=(NP1110,$2,$3,1000,125,',
    )
    expect(parse(text).channels[0]?.gain).toBe((1e6 * 0.6) / 512 / 1000)
  })

  test('of probes with one gain come from imChan0apGain, else from the vendor table', () => {
    const text = textOf('NP2_2013_all_channels.imec0.ap.meta')
    expect(parse(withKey(text, 'imChan0apGain', '50')).channels[0]?.gain).toBe((1e6 * 0.62) / 2048 / 50)
    expect(parse(withKey(text, 'imChan0apGain', null)).channels[0]?.gain).toBe((1e6 * 0.62) / 2048 / 100)
  })

  test('count in the steps of the ADC where imMaxInt is absent', () => {
    expect(parse(withKey(textOf('p2_g0_t0.imec0.ap.meta'), 'imMaxInt', null)).channels[0]?.gain).toBe(
      (1e6 * 0.5) / 8192 / 80,
    )
  })

  test('of National Instruments channels depend on their kind', () => {
    const text = [
      ['nSavedChans', '6'],
      ['acqMnMaXaDw', '2,1,2,1'],
      ['snsMnMaXaDw', '2,1,2,1'],
      ['niMAGain', '10'],
      ['~snsChanMap', ''],
    ].reduce((changed, [key = '', value = '']) => withKey(changed, key, value), nidq)
    const volt = 5e6 / 32768
    const { channels, syncChannels } = parse(text)
    expect(channels.map(({ name }) => name)).toEqual(['MN0', 'MN1', 'MA2', 'XA3', 'XA4'])
    expect(channels.map(({ gain }) => gain)).toEqual([volt / 200, volt / 200, volt / 10, volt, volt])
    expect(syncChannels).toBe(1)
  })

  test('of a OneBox are one', () => {
    const text = [
      'typeThis=obx',
      'nSavedChans=14',
      'snsSaveChanSubset=all',
      'acqXaDwSy=12,1,1',
      'snsXaDwSy=12,1,1',
      'obSampRate=30303.0',
      'obAiRangeMax=5',
      'obMaxInt=32768',
      'fileSizeBytes=280',
      'fileTimeSecs=0.00033',
      'fileCreateTime=2025-01-02T03:04:05',
      '~snsChanMap=(12,1,1)(XA0;0:0)',
    ].join('\r\n')
    const meta = parse(text)
    expect(meta).toMatchObject({ stream: 'obx', samplingRate: 30303, analogChannels: 12, syncChannels: 2, probe: null })
    expect(meta.channels.at(-1)).toMatchObject({
      index: 11,
      name: 'XA11',
      acquisitionIndex: 11,
      gain: 5e6 / 32768,
      offset: 0,
    })
    expect(meta.electrodes).toEqual([])
  })
})

describe('a bad meta', () => {
  test.each([
    ['no fileTimeSecs', 'fileTimeSecs', null, { code: 'missing-key', key: 'fileTimeSecs' }],
    ['an empty number', 'fileTimeSecs', '', { code: 'invalid-value', key: 'fileTimeSecs' }],
    ['a hexadecimal number', 'imSampRate', '0x7530', { code: 'invalid-value', key: 'imSampRate', value: '0x7530' }],
    ['a rate of zero', 'imSampRate', '0', { code: 'invalid-value', key: 'imSampRate' }],
    ['a negative duration', 'fileTimeSecs', '-1', { code: 'invalid-value', key: 'fileTimeSecs' }],
    [
      'an unknown part number',
      'imDatPrb_pn',
      'NP9999',
      { code: 'unknown-probe', partNumber: 'NP9999', path: '/data/a.meta' },
    ],
    ['an unknown stream', 'typeThis', 'onix', { code: 'invalid-value', key: 'typeThis' }],
    ['a wrong channel count', 'nSavedChans', '385', { code: 'contradiction' }],
    [
      'a channel that was not acquired',
      'snsSaveChanSubset',
      '0:150,769',
      { code: 'invalid-value', key: 'snsSaveChanSubset' },
    ],
    ['a subset of no list', 'snsSaveChanSubset', '0-150,768', { code: 'invalid-value', key: 'snsSaveChanSubset' }],
    ['a table that was cut', '~imroTbl', '(0,384)(0 0 0 500 250 1)(1 0 0', { code: 'invalid-value', key: '~imroTbl' }],
    ['a table of fewer rows', '~imroTbl', '(0,384)(0 0 0 500 250 1)', { code: 'invalid-value', key: '~imroTbl' }],
    ['no imro table', '~imroTbl', null, { code: 'missing-key', key: '~imroTbl' }],
    ['a map of fewer rows', '~snsShankMap', '(1,2,480)(0:0:0:1)', { code: 'contradiction' }],
    ['a time that is none', 'fileCreateTime', '2022-13-29T11:43:49', { code: 'invalid-value', key: 'fileCreateTime' }],
    ['no range', 'imAiRangeMax', null, { code: 'missing-key', key: 'imAiRangeMax' }],
  ])('with %s is refused by name', (_, key, value, facts) => {
    expect(() => parse(withKey(subset, key, value))).toThrow(expect.objectContaining(facts))
  })

  test('without fileTimeSecs is told the line to add', () => {
    expect(() => parse(withKey(subset, 'fileTimeSecs', null))).toThrow('add the line fileTimeSecs=10827.4628')
  })

  test('with a gain of zero is refused', () => {
    const text = subset.replace('(7 0 0 500 250 1)', '(7 0 0 0 250 1)')
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid-value', key: '~imroTbl' }))
  })

  test('with an electrode outside its probe is refused', () => {
    const text = subset.replace('(0:0:0:1)', '(0:0:480:1)')
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid-value', key: '~snsShankMap' }))
  })

  test('that is not there is a missing file', async () => {
    await expect(readSpikeGlxMeta('/nowhere/run_g0_t0.imec0.ap.meta')).rejects.toMatchObject({
      code: 'missing-file',
      file: 'run_g0_t0.imec0.ap.meta',
      folder: '/nowhere',
    })
  })
})
