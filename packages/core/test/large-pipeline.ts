import { type AnyTable, defineSchema, type Schema } from '../src/index.ts'

/** A lab's pipeline as it grows: animals, sessions, ephys, imaging, behaviour, and what is computed from them. */
export function largePipeline(prefix = ''): readonly Schema[] {
  const schemas = new Map<string, Schema>()
  const tables = new Map<string, AnyTable>()
  for (const line of description.trim().split('\n')) {
    const [, name = '', tier = '', key = '', secondary = '', parts = ''] =
      /^(\S+) (manual|lookup|imported|computed) \[(.*?)\]\s*\[(.*?)\]\s*(.*)$/.exec(line.trim()) ?? []
    const [group = '', type = ''] = name.split('.')
    const schema = schemas.get(group) ?? defineSchema(prefix + group)
    schemas.set(group, schema)
    const list = (text: string) => text.split(',').flatMap((word) => word.trim() || [])
    const spell = (word: string) => (/^[A-Z]|^->/.test(word) ? `-> ${word}` : `${word} : int32`)
    const used = [...list(key), ...list(secondary)].map((word) => word.replace(/^\[\w+\] /, '').replace(/[.(].*$/, ''))
    const references = Object.fromEntries(
      used.flatMap((word) => {
        const table = tables.get(word)
        return table ? [[word, table] as const] : []
      }),
    )
    const definition: string = `# ${type}\n${list(key).map(spell).join('\n')}\n---\nnote_${type.toLowerCase()} = '' : varchar(100)\n${list(secondary).map(spell).join('\n')}`
    const options = {
      parts: Object.fromEntries(
        list(parts).map((part) => {
          const text: string = `-> master\n${part.toLowerCase()} : int32\n---\nvalue : float64`
          return [part, [{}, text] as const]
        }),
      ),
    }
    const table: AnyTable =
      tier === 'imported' || tier === 'computed'
        ? schema[tier](type, references, definition, { make: null, ...options })
        : schema[tier === 'lookup' ? 'lookup' : 'manual'](type, references, definition, options)
    tables.set(type, table)
  }
  return [...schemas.values()]
}

/** `schema.Table tier [key] [secondary] parts` */
const description = `
lab.Organization lookup [organization] []
lab.Lab manual [lab] [Organization]
lab.Location lookup [Lab, location] []
lab.UserRole lookup [user_role] []
lab.User manual [user] []
lab.LabMembership manual [Lab, User] [UserRole]
lab.Protocol lookup [protocol] []
lab.Source lookup [source] []
subject.Strain lookup [strain] []
subject.Allele lookup [allele] []
subject.Line manual [line] [Strain] Allele
subject.Subject manual [subject] [Line, Source]
subject.SubjectDeath manual [Subject] []
subject.Zygosity manual [Subject, Allele] []
subject.Breeding manual [Line, breeding] [Subject.proj(dam='subject')]
session.Project manual [project] []
session.Session manual [Subject, session] [] Attribute
session.SessionNote manual [Session] []
session.SessionUser manual [Session, User] []
session.ProjectSession manual [Project, Session] []
probe.ProbeType lookup [probe_type] [] Electrode
probe.Probe manual [probe] [ProbeType]
probe.ElectrodeConfig manual [electrode_config] [ProbeType] Electrode
ephys.AcquisitionSoftware lookup [software] []
ephys.ProbeInsertion manual [Session, insertion] [Probe]
ephys.InsertionLocation manual [ProbeInsertion] [Location]
ephys.EphysRecording imported [ProbeInsertion] [ElectrodeConfig, AcquisitionSoftware] Channel, EphysFile
ephys.LFP imported [EphysRecording] [] LfpElectrode
ephys.ClusteringMethod lookup [clustering_method] []
ephys.ClusteringParamSet lookup [paramset_idx] [ClusteringMethod]
ephys.ClusteringTask manual [EphysRecording, ClusteringParamSet] []
ephys.Clustering imported [ClusteringTask] []
ephys.ClusterQualityLabel lookup [cluster_quality] []
ephys.CuratedClustering imported [Clustering] [] Unit
ephys.WaveformSet imported [CuratedClustering] [] Waveform, PeakWaveform
ephys.QualityMetrics imported [CuratedClustering] [] Cluster
imaging.Scanner lookup [scanner] []
imaging.Scan manual [Session, scan] [Scanner]
imaging.ScanInfo imported [Scan] [] Field, ScanFile
imaging.ProcessingMethod lookup [processing_method] []
imaging.ProcessingParamSet lookup [processing_idx] [ProcessingMethod]
imaging.ProcessingTask manual [ScanInfo, ProcessingParamSet] []
imaging.MotionCorrection imported [ProcessingTask] [] Summary
imaging.Segmentation computed [MotionCorrection] [] Mask
imaging.Fluorescence computed [Segmentation] [] Trace
imaging.Activity computed [Fluorescence] [] Spikes
behavior.Camera lookup [camera] []
behavior.VideoRecording manual [Session, Camera, recording] []
behavior.PoseModel manual [pose_model] []
behavior.PoseTask manual [VideoRecording, PoseModel] []
behavior.PoseEstimation computed [PoseTask] [] BodyPart
behavior.TrialType lookup [trial_type] []
behavior.Trial manual [Session, trial] [TrialType]
behavior.BehaviorEvent imported [Trial, event_nr] []
analysis.PsthParams lookup [psth_idx] []
analysis.Psth computed [CuratedClustering, TrialType, PsthParams] []
analysis.Tuning computed [Psth] []
analysis.Decoding computed [Psth, PoseEstimation] []
analysis.PopulationActivity computed [Activity, TrialType] []
analysis.Comparison computed [Psth, Psth.proj(psth_other='psth_idx')] []
`
