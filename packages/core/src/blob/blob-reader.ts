import { InvalidBlobError } from './blob-error.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes read from front to back; every read is checked against the end, which an item brings nearer. */
export class BlobReader {
  position = 0
  #end: number
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
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

  /** A u64 that a dimension or a length may be. */
  length(): number {
    const at = this.#take(8)
    const value = this.#view.getBigUint64(at, true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new InvalidBlobError(`a length of ${value}`, at)
    return Number(value)
  }

  /** A u64 count of things that take at least `size` bytes each, all of which must still follow. */
  count(size: number): number {
    const at = this.position
    const count = this.length()
    if (count * size > this.remaining) {
      throw new InvalidBlobError(`${count} values are promised where ${this.remaining} bytes are left`, at)
    }
    return count
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
