import { UnpackableValueError } from './blob-error.ts'
import { BlobWriter } from './blob-writer.ts'
import { deepest } from './type-code.ts'

/** How far one has come into a value: a number is a place in a list, anything else is shown as it is. */
type Step = string | number

/** Writes a value, and knows where in it what is being written stands. */
export class Packer {
  readonly writer = new BlobWriter()
  readonly #steps: Step[] = []
  readonly #pack: (packer: Packer, value: unknown) => void
  #depth = 0

  constructor(pack: (packer: Packer, value: unknown) => void) {
    this.#pack = pack
  }

  /** Packs a value inside of the one that is being packed, its length before it. */
  item(value: unknown, step: Step): void {
    if (this.#depth >= deepest) {
      const advice = 'it may hold itself; if it does not, flatten it.'
      throw this.refusal(`more than ${deepest} values inside one another`, advice)
    }
    this.#depth += 1
    const start = this.writer.beginItem()
    this.at(step, () => this.#pack(this, value))
    this.writer.endItem(start)
    this.#depth -= 1
  }

  items(values: readonly unknown[]): void {
    // not forEach, which would skip holes
    for (let i = 0; i < values.length; i++) this.item(values[i], i)
  }

  /** Does something with what the step leads to. */
  at(step: Step, work: () => void): void {
    this.#steps.push(step)
    work()
    this.#steps.pop()
  }

  /** The error of a value that has no place in the format. */
  refusal(found: string, advice: string): UnpackableValueError {
    const steps = this.#steps.map((step) => (typeof step === 'number' ? `[${step}]` : step))
    const path = `value${steps.join('')}`
    return new UnpackableValueError(path.length > 200 ? `${path.slice(0, 60)}…` : path, found, advice)
  }
}
