export { formatPlainDescription, parsePlainDescription } from './description.ts'
export type { PlainDescription, PlainFile } from './description.ts'
export { openPlainRecording } from './open.ts'
export type { PlainOptions } from './open.ts'
