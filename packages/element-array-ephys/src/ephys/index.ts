export { activate, type EphysTables } from './activate.ts'
export { findInsertions, type FoundInsertions } from './find-insertions.ts'
export { defaultPreprocessingParameters, type PreprocessingParameters } from './preprocessing.ts'
export type { Upstream } from './upstream.ts'
