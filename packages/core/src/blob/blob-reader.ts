import { InvalidBlobError } from './blob-error.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** How many bits counts and lengths have: 64, except with the mYm of 32-bit MATLAB. */
export type CountBits = 32 | 64

/** Bytes read from front to back; every read is checked against the end, which an item brings nearer. */
export class BlobReader {
  position = 0
  readonly #countBytes: number
  #end: number
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array, countBits: CountBits = 64) {
    this.#countBytes = countBits / 8
    // a Buffer's slice() is a view: plain bytes copy
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = bytes.byteLength
  }

  get remaining(): number {
    return this.#end - this.position
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true)
  }

  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true)
  }

  /** How many bytes the smallest item takes: its length and a type code. */
  get smallestItem(): number {
    return this.#countBytes + 1
  }

  /** A number that a dimension or a length may be. */
  length(): number {
    const at = this.#take(this.#countBytes)
    const low = this.#view.getUint32(at, true)
    const high = this.#countBytes === 4 ? 0 : this.#view.getUint32(at + 4, true)
    const value = high * 2 ** 32 + low
    if (value > Number.MAX_SAFE_INTEGER) throw new InvalidBlobError(`a length of ${value}`, at)
    return value
  }

  /** The number of axes and the length of each. */
  shape(): number[] {
    return this.lengths(this.count(this.#countBytes))
  }

  /** As many lengths as are asked for, all of which must still follow. */
  lengths(count: number): number[] {
    if (count * this.#countBytes > this.remaining) {
      throw new InvalidBlobError(`${count} lengths are promised where ${this.remaining} bytes are left`, this.position)
    }
    return Array.from({ length: count }, () => this.length())
  }

  /** A count of things that take at least `size` bytes each, all of which must still follow. */
  count(size: number): number {
    const at = this.position
    const count = this.length()
    if (count * size > this.remaining) {
      throw new InvalidBlobError(`${count} values are promised where ${this.remaining} bytes are left`, at)
    }
    return count
  }

  /** The next `count` bytes, at most six, as a number of two's complement. */
  signed(count: number): number {
    const at = this.#take(count)
    let value = 0
    for (let i = count - 1; i >= 0; i--) value = value * 256 + (this.#bytes[at + i] ?? 0)
    return value >= 2 ** (count * 8 - 1) ? value - 2 ** (count * 8) : value
  }

  /** The next `count` bytes, copied. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count)
    return this.#bytes.slice(at, at + count)
  }

  /** The next `count` bytes as UTF-8. */
  text(count: number): string {
    const at = this.#take(count)
    try {
      return decoder.decode(this.#bytes.subarray(at, at + count))
    } catch (error) {
      throw new InvalidBlobError('text that is not UTF-8', at, { cause: error })
    }
  }

  /** Text up to a NUL, which is skipped. */
  name(): string {
    const end = this.#bytes.subarray(0, this.#end).indexOf(0, this.position)
    if (end === -1) throw new InvalidBlobError('a name without an end', this.position)
    const name = this.text(end - this.position)
    this.position = end + 1
    return name
  }

  /** Reads an item: a length, then exactly that many bytes, which `read` must use up. */
  item<T>(read: () => T): T {
    const outer = this.#end
    const size = this.count(1)
    this.#end = this.position + size
    const value = read()
    this.finish()
    this.#end = outer
    return value
  }

  /** Throws unless everything was read. */
  finish(): void {
    if (this.remaining > 0) throw new InvalidBlobError(`${this.remaining} bytes after the value`, this.position)
  }

  #take(count: number): number {
    const at = this.position
    if (count > this.remaining) {
      throw new InvalidBlobError(`${count} bytes are needed where ${this.remaining} are left`, at)
    }
    this.position += count
    return at
  }
}
