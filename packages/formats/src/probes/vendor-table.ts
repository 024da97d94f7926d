import type { ProbeFeatures } from './probe-type.ts'

interface VendorEntry extends ProbeFeatures {
  readonly partNumbers: readonly string[]
}

const tenBits = {
  adcBits: 10,
  adcRange: 1.2,
  apGains: [50, 125, 250, 500, 1000, 1500, 2000, 3000],
  lfSamplingRate: 2500,
  imroFormat: 'np1000',
  muxFormat: 'np1000',
  readoutChannels: 384,
} as const

const np1 = {
  ...tenBits,
  name: 'Neuropixels 1.0',
  shanks: 1,
  columns: 2,
  rows: 480,
  shankPitch: 0,
  horizontalPitch: 32,
  verticalPitch: 20,
  evenRowOffset: 27,
  oddRowOffset: 11,
  shankWidth: 70,
  tipLength: 209,
  siteSide: 12,
} as const

const np1Nhp = { ...np1, shankWidth: 125, tipLength: 373 } as const

const np1Ultra = { ...np1, shankWidth: 70, verticalPitch: 6, horizontalPitch: 6, columns: 8 } as const

const np2 = {
  name: 'Neuropixels 2.0',
  shanks: 1,
  columns: 2,
  rows: 640,
  shankPitch: 0,
  horizontalPitch: 32,
  verticalPitch: 15,
  evenRowOffset: 27,
  oddRowOffset: 27,
  shankWidth: 70,
  tipLength: 206,
  siteSide: 12,
  adcBits: 12,
  adcRange: 1.24,
  apGains: [100],
  lfSamplingRate: null,
  imroFormat: 'np2003',
  muxFormat: 'np2000',
  readoutChannels: 384,
} as const

const np2Phase1 = { ...np2, adcBits: 14, adcRange: 1, apGains: [80] } as const
const np2FourShank = { ...np2, name: 'Neuropixels 2.0 four-shank', shanks: 4, shankPitch: 250 } as const
const np2QuadBase = {
  ...np2FourShank,
  name: 'Neuropixels 2.0 quad base',
  imroFormat: 'np2020',
  muxFormat: 'np2020',
  readoutChannels: 1536,
} as const
const nxt = { ...np2, name: 'Neuropixels NXT', adcRange: 1.34, readoutChannels: 1536 } as const

/**
 * The vendor's statements by part number: `neuropixels_probe_features.json` of billkarsh/ProbeTable, version 1.8, as
 * shipped with probeinterface 0.4.2 (there NP2010's `total_electrodes` is 1280; it has 5120).
 */
export const vendorTable: readonly VendorEntry[] = [
  {
    ...np1,
    partNumbers: ['NP1000', 'NP1001', 'NP1010', 'NP1011', 'NP1012', 'NP1013', 'NP1014']
      // the first commercial and development probes, before the NP numbers; `PRB_1_4_0480_1_C` has a cap
      .concat(['PRB_1_2_0480_2', 'PRB_1_4_0480_1', 'PRB_1_4_0480_1_C']),
  },
  // has no part number in its meta, only `imProbeOpt`
  { ...np1, name: 'Neuropixels Phase 3A', partNumbers: ['3A'] },
  { ...np1, name: 'Neuropixels 1.0 NHP short linear', oddRowOffset: 27, partNumbers: ['NP1015', 'NP1016', 'NP1017'] },
  {
    ...np1Nhp,
    name: 'Neuropixels 1.0 NHP medium staggered',
    rows: 1248,
    horizontalPitch: 87,
    partNumbers: ['NP1020', 'NP1021'],
  },
  {
    ...np1Nhp,
    name: 'Neuropixels 1.0 NHP medium linear',
    rows: 1248,
    horizontalPitch: 103,
    evenRowOffset: 11,
    partNumbers: ['NP1022'],
  },
  {
    ...np1Nhp,
    name: 'Neuropixels 1.0 NHP long staggered',
    rows: 2208,
    horizontalPitch: 87,
    partNumbers: ['NP1030', 'NP1031'],
  },
  {
    ...np1Nhp,
    name: 'Neuropixels 1.0 NHP long linear',
    rows: 2208,
    horizontalPitch: 103,
    evenRowOffset: 11,
    partNumbers: ['NP1032', 'NP1033', 'NP1040', 'NP1041', 'NP1042', 'NP1050', 'NP1051'],
  },
  {
    ...np1Ultra,
    name: 'Neuropixels Ultra phase 1',
    rows: 48,
    evenRowOffset: 14,
    oddRowOffset: 14,
    tipLength: 206.5,
    siteSide: 5,
    partNumbers: ['NP1100'],
  },
  {
    ...np1Ultra,
    name: 'Neuropixels Ultra phase 2',
    rows: 768,
    evenRowOffset: 15.5,
    oddRowOffset: 15.5,
    shankWidth: 73,
    tipLength: 203.5,
    siteSide: 5,
    imroFormat: 'np1110',
    partNumbers: ['NP1110'],
  },
  {
    ...np1Ultra,
    name: 'Neuropixels Ultra phase 3 type 1',
    columns: 2,
    rows: 192,
    horizontalPitch: 4.5,
    verticalPitch: 4.5,
    evenRowOffset: 6.75,
    oddRowOffset: 6.75,
    tipLength: 205.75,
    siteSide: 3.5,
    partNumbers: ['NP1120'],
  },
  {
    ...np1Ultra,
    name: 'Neuropixels Ultra phase 3 type 2',
    columns: 1,
    rows: 384,
    horizontalPitch: 0,
    verticalPitch: 3,
    evenRowOffset: 6.25,
    oddRowOffset: 6.25,
    tipLength: 205.25,
    siteSide: 2.5,
    partNumbers: ['NP1121'],
  },
  {
    ...np1Ultra,
    name: 'Neuropixels Ultra phase 3 type 3',
    columns: 16,
    rows: 24,
    horizontalPitch: 3,
    verticalPitch: 3,
    evenRowOffset: 12.5,
    oddRowOffset: 12.5,
    tipLength: 205.25,
    siteSide: 2.5,
    partNumbers: ['NP1122'],
  },
  {
    ...np1Ultra,
    name: 'Neuropixels Ultra phase 3 type 4',
    columns: 12,
    rows: 32,
    horizontalPitch: 4.5,
    verticalPitch: 4.5,
    evenRowOffset: 10.25,
    oddRowOffset: 10.25,
    tipLength: 205.75,
    siteSide: 3.5,
    partNumbers: ['NP1123'],
  },
  {
    ...np1Nhp,
    name: 'Neuropixels NHP passive, 128 channels',
    rows: 64,
    verticalPitch: 31,
    evenRowOffset: 56.5,
    oddRowOffset: 36.5,
    tipLength: 372,
    muxFormat: 'np1200',
    readoutChannels: 128,
    partNumbers: ['NP1200', 'NP1210'],
  },
  {
    ...np1,
    name: 'Neuropixels Opto',
    horizontalPitch: 48,
    evenRowOffset: 11,
    partNumbers: ['NP1300', 'NP1400'],
  },
  { ...np2Phase1, imroFormat: 'np2000', partNumbers: ['NP2000', 'PRB2_1_2_0640_0', 'PRB2_1_4_0480_1'] },
  { ...np2, partNumbers: ['NP2003', 'NP2004', 'NP2005'] },
  { ...np2, name: 'Neuropixels 2.0 NHP short staggered', oddRowOffset: 11, partNumbers: ['NP2006'] },
  {
    ...np2Phase1,
    name: 'Neuropixels 2.0 four-shank',
    shanks: 4,
    shankPitch: 250,
    imroFormat: 'np2010',
    partNumbers: ['NP2010', 'PRB2_4_2_0640_0', 'PRB2_4_4_0480_1'],
  },
  { ...np2FourShank, imroFormat: 'np2013', partNumbers: ['NP2013', 'NP2014'] },
  { ...np2QuadBase, partNumbers: ['NP2020', 'NP2021'] },
  {
    ...np2QuadBase,
    name: 'Neuropixels 2.0 quad base NHP',
    shankPitch: 2141.45,
    horizontalPitch: 20,
    oddRowOffset: 11,
    partNumbers: ['NP2022'],
  },
  {
    ...np2,
    name: 'Neuropixels Opto 2',
    horizontalPitch: 48,
    evenRowOffset: 11,
    oddRowOffset: 11,
    partNumbers: ['NP2300'],
  },
  {
    ...np1,
    name: 'Neuropixels NXT passive, 128 channels',
    columns: 1,
    rows: 128,
    horizontalPitch: 0,
    verticalPitch: 15,
    evenRowOffset: 59,
    oddRowOffset: 59,
    tipLength: 206,
    muxFormat: 'np1200',
    readoutChannels: 128,
    partNumbers: ['NP3000', 'NXT3000'],
  },
  {
    ...nxt,
    tipLength: 203,
    imroFormat: 'np3010',
    muxFormat: 'np3010',
    partNumbers: ['NP3010', 'NP3011', 'NP3012'],
  },
  {
    ...nxt,
    name: 'Neuropixels NXT four-shank',
    shanks: 4,
    shankPitch: 250,
    tipLength: 204,
    imroFormat: 'np3020',
    muxFormat: 'np3020',
    partNumbers: ['NP3020', 'NP3021', 'NP3022', 'NP3023', 'NP3024'],
  },
]

/** Names that the DataJoint Elements use for probe types, and the part number whose geometry they mean. */
export const partNumberAliases: ReadonlyMap<string, string> = new Map([
  ['neuropixels 1.0 - 3A', '3A'],
  ['neuropixels 1.0 - 3B', 'NP1010'],
  ['neuropixels 1.0', 'NP1010'],
  ['neuropixels UHD', 'NP1100'],
  ['neuropixels 2.0 - SS', 'NP2000'],
  ['neuropixels 2.0 - MS', 'NP2010'],
])

/** The part number that stands for an `imDatPrb_type` where a meta has no part number and it is not the digits of one. */
export const partNumberOfType: ReadonlyMap<string, string> = new Map([
  ['0', 'NP1000'],
  ['21', 'NP2000'],
  ['24', 'NP2010'],
])
