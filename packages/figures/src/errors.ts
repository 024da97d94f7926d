/** Data that make no figure: recognise it by its `code`, never by its class. */
export class InvalidFigureError extends Error {
  override readonly name = 'InvalidFigureError'
  readonly code = 'invalid-figure'
  readonly figure: string
  constructor(figure: string, problem: string, advice: string) {
    super(`${figure}: ${problem}. ${advice}`)
    this.figure = figure
  }
}
