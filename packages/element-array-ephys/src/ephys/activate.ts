import { join } from 'node:path'
import { type AnyTable, requireUpstream, type Schema, type Tables } from '@neurojoint/core'
import { TriggerUnsupportedError } from '../errors.ts'
import { nameDataFile } from './data-directories.ts'
import { computePreprocessing } from './preprocessing.ts'
import { computeRecording } from './recording.ts'
import { computeClustering, computeUnits } from './sort.ts'
import type { Upstream } from './upstream.ts'
import { computeWaveforms } from './waveforms.ts'

/** The tables that `activate` declares. */
export type EphysTables<Session extends AnyTable, SkullReference extends AnyTable> = ReturnType<
  typeof activate<Session, SkullReference>
>

/** Declares insertions, recordings, their preprocessing, and the units, waveforms and labels that sorters found. */
export function activate<Session extends AnyTable, SkullReference extends AnyTable>(
  schema: Schema,
  upstream: Upstream<Session, SkullReference>,
) {
  requireUpstream('ephys', upstream, {
    tables: ['Session', 'SkullReference', 'ProbeType', 'Probe', 'ElectrodeConfig'],
    functions: ['dataDirectories', 'sessionDirectory'],
  })
  const { Session, SkullReference, ProbeType, Probe, ElectrodeConfig, dataDirectories, sessionDirectory } = upstream

  const AcquisitionSoftware = schema.lookup('AcquisitionSoftware', {}, `
    acq_software : varchar(24)
  `, { contents: [{ acq_software: 'SpikeGLX' }, { acq_software: 'Open Ephys' }] })

  const ProbeInsertion = schema.manual('ProbeInsertion', { Session, Probe }, `
    # one placement of one probe in one session
    -> Session
    insertion_number : int16
    ---
    -> Probe
  `)

  const InsertionLocation = schema.manual('InsertionLocation', { ProbeInsertion, SkullReference }, `
    -> ProbeInsertion
    ---
    -> SkullReference
    ap_location  : decimal(6, 2)    # (um) anterior is positive
    ml_location  : decimal(6, 2)    # (um) right is positive
    depth        : decimal(6, 2)    # (um) from the surface of the brain, ventral is negative
    theta = null : decimal(5, 2)    # (deg) elevation, about the ML axis, 0 to 180
    phi = null   : decimal(5, 2)    # (deg) azimuth, about the DV axis, 0 to 360
    beta = null  : decimal(5, 2)    # (deg) rotation about the shank, -180 to 180
  `)

  const EphysRecording = schema.imported('EphysRecording', { ProbeInsertion, ElectrodeConfig, AcquisitionSoftware }, `
    # the recording of one insertion, found in the session's folder by the serial number of the probe
    -> ProbeInsertion
    ---
    -> ElectrodeConfig
    -> AcquisitionSoftware
    sampling_rate      : float32     # (Hz)
    recording_datetime : datetime    # start, by the clock of the acquisition computer
    recording_duration : float32     # (s)
  `, {
    parts: {
      Channel: [{ ElectrodeConfig }, `
        -> master
        channel_idx       : int32          # column in the recording
        ---
        -> ElectrodeConfig.Electrode
        channel_name = '' : varchar(64)
      `],
      EphysFile: [{}, `
        -> master
        file_path : varchar(255)    # relative to a data directory
      `],
    },
    fetch: async (key, db) => {
      const { probe } = await db(ProbeInsertion).forKey(key).fetch1()
      const { probe_type } = await db(Probe).restrict({ probe }).fetch1()
      return {
        insertionNumber: key.insertion_number,
        serialNumber: probe,
        probeType: probe_type,
        electrodes: await db(ProbeType.Electrode).restrict({ probe_type }).fetch(),
        directory: await sessionDirectory(key, db),
        dataDirectories: dataDirectories(),
      }
    },
    compute: async (inputs) => {
      const { row, parts, config, electrodes } = await computeRecording(inputs)
      const lookups = [
        { table: ElectrodeConfig, rows: [config] },
        { table: ElectrodeConfig.Electrode, rows: electrodes },
      ]
      return { row, parts, lookups }
    },
  })

  /** The recording that a key belongs to, for a make to open. */
  const fetchRecording = async (key: object, db: Tables) => {
    const { acq_software, sampling_rate, recording_duration } = await db(EphysRecording).forKey(key).fetch1()
    const [file] = await db(EphysRecording.EphysFile)
      .forKey(key)
      .fetch({ order: ['file_path'], limit: 1 })
    return {
      software: acq_software,
      samplingRate: sampling_rate,
      durationSeconds: recording_duration,
      recordingPath: file?.file_path ?? '',
      channels: await db(EphysRecording.Channel)
        .forKey(key)
        .fetch({ order: ['channel_idx'] }),
      dataDirectories: dataDirectories(),
    }
  }

  const PreprocessingParamSet = schema.lookup('PreprocessingParamSet', {}, `
    # how to preprocess: insertParamSet() gives the hash
    preprocessing_paramset_idx : int16
    ---
    paramset_desc  : varchar(128)
    param_set_hash : uuid
    unique index (param_set_hash)
    params         : <blob>    # PreprocessingParameters
  `)

  const Preprocessing = schema.computed('Preprocessing', { EphysRecording, PreprocessingParamSet }, `
    # noise and peaks of a filtered recording
    -> EphysRecording
    -> PreprocessingParamSet
    ---
    implementation  : enum('native', 'typescript')
    channels        : <blob>     # columns of the recording that took part
    noise_levels    : <blob>     # (uV) one for each of them
    peak_count      : int32
    peak_times      : <blob@>    # (s) from the start of the recording, ascending
    peak_electrodes : <blob@>    # where each peak was the largest
    peak_depths     : <blob@>    # (um) from the lowest row, of these electrodes
    peak_amplitudes : <blob@>    # (uV) negative
  `, {
    fetch: async (key, db) => ({
      ...(await fetchRecording(key, db)),
      params: (await db(PreprocessingParamSet).forKey(key).fetch1()).params,
    }),
    compute: computePreprocessing,
  })

  const ClusteringMethod = schema.lookup('ClusteringMethod', {}, `
    clustering_method      : varchar(16)
    ---
    clustering_method_desc : varchar(1000)
  `, {
    contents: ['kilosort2', 'kilosort2.5', 'kilosort3', 'kilosort4'].map((method) => ({
      clustering_method: method,
      clustering_method_desc: `${method} clustering method`,
    })),
  })

  const ClusteringParamSet = schema.lookup('ClusteringParamSet', { ClusteringMethod }, `
    # how to sort: insertParamSet() gives the hash
    paramset_idx   : int16
    ---
    -> ClusteringMethod
    paramset_desc  : varchar(128)
    param_set_hash : uuid
    unique index (param_set_hash)
    params         : <blob>
  `)

  const ClusterQualityLabel = schema.lookup('ClusterQualityLabel', {}, `
    cluster_quality_label       : varchar(100)
    ---
    cluster_quality_description : varchar(4000)
  `, {
    contents: [
      { cluster_quality_label: 'good', cluster_quality_description: 'single unit' },
      {
        cluster_quality_label: 'ok',
        cluster_quality_description: 'probably a single unit, but could be contaminated',
      },
      { cluster_quality_label: 'mua', cluster_quality_description: 'multi-unit activity' },
      { cluster_quality_label: 'noise', cluster_quality_description: 'bad unit' },
      { cluster_quality_label: 'n.a.', cluster_quality_description: 'not available' },
    ],
  })

  const ClusteringTask = schema.manual('ClusteringTask', { EphysRecording, ClusteringParamSet }, `
    # a sort to load
    -> EphysRecording
    -> ClusteringParamSet
    ---
    clustering_output_dir = '' : varchar(255)    # relative to a data directory; '' for the session's probe_N/METHOD_IDX
    task_mode = 'load'         : enum('load', 'trigger')
  `)

  /** The task that a key belongs to, and where its sort is. */
  const fetchTask = async (key: (typeof ClusteringTask)['~key'], db: Tables) => {
    const { clustering_output_dir, task_mode } = await db(ClusteringTask).forKey(key).fetch1()
    const { clustering_method } = await db(ClusteringParamSet).forKey(key).fetch1()
    const inferred = async (): Promise<string> => {
      const folder = `${clustering_method.replaceAll('.', '-')}_${key.paramset_idx}`
      const path = join(await sessionDirectory(key, db), `probe_${key.insertion_number}`, folder)
      return nameDataFile(path, dataDirectories())
    }
    return {
      method: clustering_method,
      mode: task_mode,
      outputDirectory: clustering_output_dir || (await inferred()),
      dataDirectories: dataDirectories(),
    }
  }

  const Clustering = schema.imported('Clustering', { ClusteringTask }, `
    # a sort whose output is complete
    -> ClusteringTask
    ---
    clustering_time      : datetime       # when the spike times were written (UTC)
    package_version = '' : varchar(16)
  `, {
    fetch: fetchTask,
    compute: (task) => {
      if (task.mode === 'trigger') throw new TriggerUnsupportedError(task.method)
      return computeClustering(task)
    },
  })

  const CuratedClustering = schema.imported('CuratedClustering', { Clustering }, `
    # the units of a sort, as the sorter or a person left them
    -> Clustering
  `, {
    parts: {
      Unit: [{ ElectrodeConfig, ClusterQualityLabel }, `
        -> master
        unit                : int32
        ---
        -> ElectrodeConfig.Electrode    # where the unit is largest
        -> ClusterQualityLabel
        spike_count         : int32
        spike_times         : <blob>    # (s) from the start of the recording
        spike_sites         : <blob>    # the electrode of each spike
        spike_depths = null : <blob>    # (um) of each spike, from the lowest row
      `],
    },
    fetch: async (key, db) => ({
      ...(await fetchTask(key, db)),
      ...(await fetchRecording(key, db)),
      labels: (await db(ClusterQualityLabel).keys()).map(({ cluster_quality_label }) => cluster_quality_label),
    }),
    compute: async (inputs, context) => ({ row: {}, parts: { Unit: await computeUnits(inputs, context) } }),
  })

  const WaveformSet = schema.imported('WaveformSet', { CuratedClustering }, `
    # mean waveforms of up to 500 spikes of a unit, cut from the recording from 32 frames before the spike to 31 after
    -> CuratedClustering
  `, {
    parts: {
      PeakWaveform: [{ CuratedClustering }, `
        # at the electrode of the unit
        -> master
        -> CuratedClustering.Unit
        ---
        peak_electrode_waveform : <blob>    # (uV)
      `],
      Waveform: [{ CuratedClustering, ElectrodeConfig }, `
        # at every electrode
        -> master
        -> CuratedClustering.Unit
        -> ElectrodeConfig.Electrode
        ---
        waveform_mean    : <blob>    # (uV)
        waveforms = null : <blob>    # (uV) spikes x frames
      `],
    },
    fetch: async (key, db) => ({
      ...(await fetchTask(key, db)),
      ...(await fetchRecording(key, db)),
      units: await db(CuratedClustering.Unit).forKey(key).project('electrode', 'spike_count').fetch(),
    }),
    compute: async (inputs, context) => ({ row: {}, parts: await computeWaveforms(inputs, context) }),
  })

  return {
    AcquisitionSoftware,
    ProbeInsertion,
    InsertionLocation,
    EphysRecording,
    PreprocessingParamSet,
    Preprocessing,
    ClusteringMethod,
    ClusteringParamSet,
    ClusterQualityLabel,
    ClusteringTask,
    Clustering,
    CuratedClustering,
    WaveformSet,
  }
}
