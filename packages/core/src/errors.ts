/** Every error of this package: recognise one by its `code`, never by its class. */
export abstract class PipelineError extends Error {
  abstract readonly code: string
}
