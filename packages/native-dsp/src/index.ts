export { findBadChannels } from './bad-channels.ts'
export type { BadChannels, BadChannelSearch } from './bad-channels.ts'
export { parseChain } from './chain/parse.ts'
export { extractFeatures } from './over-passes/features.ts'
export type { PassFeatureShape, PeakFeatures } from './over-passes/features.ts'
export { findMatchedPeaks } from './over-passes/matched-peaks.ts'
export type { PassMatchedDetection, PassMatchedPeaks } from './over-passes/matched-peaks.ts'
export { extractWaveforms, readWaveforms } from './over-passes/waveforms.ts'
export type { PassPlaces, PassWaveformShape, WaveformBatch } from './over-passes/waveforms.ts'
export type {
  Detecting,
  MainWaveforms,
  MatchedDetection,
  MatchedFilter,
  MatchedPeaks,
  PeakAmplitudes,
  PeakDetection,
  PeakPlaces,
  Peaks,
  PeakWindow,
  TemporalSvd,
  Waveforms,
  WaveformShape,
} from './detecting.ts'
export type { Dsp, OperationOptions } from './dsp.ts'
export type { Filtering, PhaseShift, TraceFilter } from './filtering.ts'
export * from './errors.ts'
export { loadDsp } from './load.ts'
export { chains } from './chain/named.ts'
export type { BadChannel } from './chain/measurements.ts'
export type { AlreadyApplied } from './chain/already-applied.ts'
export type { Resolution } from './chain/resolve.ts'
export type * from './chain/steps.ts'
export { parsePeaks } from './preprocess/choices.ts'
export type { CompletePeaks, OutputChoices, PeakChoices } from './preprocess/choices.ts'
export type { Findings, RecordingPeaks } from './preprocess/findings.ts'
export { planPreprocessing } from './preprocess/plan-preprocessing.ts'
export type { PreprocessingPlan } from './preprocess/plan-preprocessing.ts'
export { preprocess } from './preprocess/preprocess.ts'
export type { PreprocessOptions, PreprocessReport } from './preprocess/preprocess.ts'
export { through } from './preprocess/through.ts'
export type { FilteredRecording, ThroughOptions } from './preprocess/through.ts'
export type * from './pass.ts'
export type * from './plan.ts'
export { channelLabels } from './measuring.ts'
export type {
  BadChannelMethod,
  BadChannelThresholds,
  ChannelLabel,
  FrameRange,
  LabelledChannels,
  Labelling,
  MaskSearch,
  Measuring,
  PowerSpectra,
  SpectrumEstimate,
} from './measuring.ts'
export { surveyRecording } from './survey.ts'
export type { Survey, SurveyOptions } from './survey.ts'
export type { OverChannels, Referencing, Whitening } from './referencing.ts'
export { annulusNeighbours, groupRows, krigingMix, matrixMix, rowsWithin } from './referencing-plans.ts'
export type { Annulus, Kriging } from './referencing-plans.ts'
export type {
  OpenSimulation,
  SimulatedChannel,
  SimulatedRange,
  SimulatedSpikes,
  SimulatedUnit,
  Simulation,
  SimulationParameters,
} from './simulate.ts'
export * from './simulate-errors.ts'
export type {
  Locating,
  LocatingOptions,
  LocationMethod,
  MotionEstimation,
  MovingPeaks,
  PeakLocation,
  PeakLocations,
  TraceCorrection,
} from './locating.ts'
export { displacementAt } from './motion.ts'
export type { DepthWindows, Motion } from './motion.ts'
export { movingPeaks } from './moving-peaks.ts'
export type { MovingPeaksOptions } from './moving-peaks.ts'
export { readGroundTruth } from './simulate-ground-truth.ts'
export type { GroundTruth } from './simulate-ground-truth.ts'
export { probeSimulation, simulatedProbe } from './simulate-probe.ts'
export type { ProbeChannel, SimulatedProbe, SimulationChoices } from './simulate-probe.ts'
export { writeSimulatedRun } from './simulate-run.ts'
export type { SimulatedRun, SimulatedRunFiles } from './simulate-run.ts'
