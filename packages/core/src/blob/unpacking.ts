import { InvalidBlobError } from './blob-error.ts'
import type { BlobReader } from './blob-reader.ts'
import { deepest } from './type-code.ts'

/** Where in a blob a value is read, and how. */
export class Unpacking {
  readonly reader: BlobReader
  readonly lossless: boolean
  readonly #read: (here: Unpacking) => unknown
  readonly #depth: number
  #inside: Unpacking | null = null
  readonly #readInside = (): unknown => this.#read(this.inside())

  /** `read` reads the value that stands where the reader is. */
  constructor(reader: BlobReader, lossless: boolean, read: (here: Unpacking) => unknown, depth = 0) {
    this.reader = reader
    this.lossless = lossless
    this.#read = read
    this.#depth = depth
  }

  /** Reads a value that its length stands before, inside of this one. */
  item(): unknown {
    return this.reader.item(this.#readInside)
  }

  /** Inside of the value that is read here. Throws 'invalid-blob' where that is too deep. */
  inside(): Unpacking {
    if (this.#depth >= deepest) {
      throw new InvalidBlobError(`more than ${deepest} values inside one another`, this.reader.position)
    }
    this.#inside ??= new Unpacking(this.reader, this.lossless, this.#read, this.#depth + 1)
    return this.#inside
  }
}
