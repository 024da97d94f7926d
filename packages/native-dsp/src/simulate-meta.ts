import type { SimulatedProbe } from './simulate-probe.ts'

/** What a meta says of its file beyond the probe. */
export interface MetaFacts {
  readonly probe: SimulatedProbe
  readonly serialNumber: string
  readonly binPath: string
  readonly createdAt: string // YYYY-MM-DDTHH:MM:SS, local
  readonly frames: number
  readonly bytes: number
  readonly sha1: string // hexadecimal
  readonly seed: number
}

/** The `.ap.meta` text as SpikeGLX 20230815 writes it for a probe that saves all AP channels and the sync word. */
export function formatSpikeGlxMeta(facts: MetaFacts): string {
  const { probe, frames } = facts
  const n = probe.channels.length
  const entries: Readonly<Record<string, string | number>> = {
    acqApLfSy: `${n},${n},1`,
    appVersion: '20230815',
    fileCreateTime: facts.createdAt,
    fileName: facts.binPath.replaceAll('\\', '/'),
    fileSHA1: facts.sha1.toUpperCase(),
    fileSizeBytes: facts.bytes,
    fileTimeSecs: frames / probe.samplingRate,
    firstSample: 0,
    gateMode: 'Immediate',
    imAiRangeMax: probe.rangeVolts,
    imAiRangeMin: -probe.rangeVolts,
    imAnyChanFullBand: 'false',
    imCalibrated: 'true',
    imChan0apGain: probe.apGain,
    imChan0lfGain: probe.lfGain,
    imColsPerShank: probe.columnsPerShank,
    imDatApi: '3.62',
    imDatBs_fw: '2.0.169',
    imDatBsc_fw: '3.2.189',
    imDatBsc_hw: '1.9',
    imDatBsc_pn: 'NP2_QBSC_00',
    imDatBsc_sn: 175,
    imDatFx_hw: '1.2',
    imDatFx_pn: 'NP2_FLEX_0',
    imDatHs_fw: '5.1',
    imDatHs_pn: 'NP2_HS_30',
    imDatHs_sn: 411,
    imDatPrb_dock: 1,
    imDatPrb_pn: probe.partNumber,
    imDatPrb_port: 1,
    imDatPrb_slot: 2,
    imDatPrb_sn: facts.serialNumber,
    imDatPrb_type: 0,
    imErrFlags_IS_CT_SR_LK_PP_SY: '0 0 0 0 0 0',
    imIsSvyRun: 'false',
    imLEDEnable: 'false',
    imLowLatency: 'false',
    imMaxInt: probe.maxCount,
    imRowsPerShank: probe.rowsPerShank,
    imSampRate: probe.samplingRate,
    imStdby: '',
    imSvyMaxBnk: -1,
    imSvySecPerBnk: 60,
    imTipLength: probe.tipLength,
    imTrgRising: 'true',
    imTrgSource: 0,
    imroFile: '',
    nDataDirs: 1,
    nSavedChans: n + 1,
    snsApLfSy: `${n},0,1`,
    snsSaveChanSubset: `0:${n - 1},${2 * n}`,
    syncImInputSlot: 2,
    syncSourceIdx: 0,
    syncSourcePeriod: 1,
    trigMode: 'Immediate',
    typeImEnabled: 1,
    typeNiEnabled: 0,
    typeObEnabled: 0,
    typeThis: 'imec',
    userNotes: `simulated by NeuroJoint with seed ${facts.seed}; not a biological recording`,
    ...formatTables(probe),
  }
  return Object.entries(entries)
    .map(([key, value]) => `${key}=${value}\r\n`)
    .join('')
}

function formatTables({ channels, turns, ...probe }: SimulatedProbe): Readonly<Record<string, string>> {
  const n = channels.length
  return {
    '~imroTbl': table(
      `0,${n}`,
      channels.map((_, channel) => `${channel} 0 0 ${probe.apGain} ${probe.lfGain} 1`),
    ),
    '~muxTbl': table(
      `${n / turns.length},${turns.length}`,
      turns.map((turn) => turn.join(' ')),
    ),
    '~snsChanMap': table(`${n},${n},1`, [
      ...channels.map((_, channel) => `AP${channel};${channel}:${channel}`),
      `SY0;${2 * n}:${2 * n}`,
    ]),
    '~snsGeomMap': table(
      `${probe.partNumber},1,0,${probe.shankWidth}`,
      channels.map(({ shank, x, y, reference }) => `${shank}:${x}:${y}:${used(reference)}`),
    ),
    '~snsShankMap': table(
      `1,${probe.columnsPerShank},${probe.rowsPerShank}`,
      channels.map(({ shank, column, row, reference }) => `${shank}:${column}:${row}:${used(reference)}`),
    ),
  }
}

const table = (header: string, rows: readonly string[]): string => [header, ...rows].map((row) => `(${row})`).join('')

const used = (reference: boolean): number => (reference ? 0 : 1)
