export type {
  AppliedStep,
  Channel,
  ChannelSite,
  CountRange,
  FrameInterval,
  ReadOptions,
  Recording,
  RecordingFile,
  RecordingLocation,
  Segment,
  TraceRange,
} from './recording.ts'
export { openRecording, recordingFormats } from './registry.ts'
export type { RecordingFormat, RecordingFormats } from './registry.ts'
