export { stubUpstream } from './stub-upstream.ts'
export { temporaryPipeline, type TemporaryPipeline, type TemporaryPipelineOptions } from './temporary-pipeline.ts'
