export type { Channel, Recording, RecordingLocation, Segment, TraceRange } from './recording.ts'
export { openRecording, recordingFormats } from './registry.ts'
export type { RecordingFormat, RecordingFormats } from './registry.ts'
