/** Bytes that grow as they are written; all numbers little-endian. */
export class BlobWriter {
  /** Whether something was written that only Python reads. */
  needsPython = false
  #bytes = new Uint8Array(128)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  u8(value: number): void {
    const at = this.#reserve(1)
    this.#view.setUint8(at, value)
  }

  u16(value: number): void {
    const at = this.#reserve(2)
    this.#view.setUint16(at, value, true)
  }

  u32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setUint32(at, value, true)
  }

  i32(value: number): void {
    const at = this.#reserve(4)
    this.#view.setInt32(at, value, true)
  }

  /** A length or a count, below 2^53. */
  u64(value: number): void {
    this.#setLength(this.#reserve(8), value)
  }

  /** The lowest bytes, at most seven, of an integer in two's complement. */
  signed(value: number, count: number): void {
    const at = this.#reserve(count)
    let rest = value
    for (let i = 0; i < count; i++) {
      this.#bytes[at + i] = rest % 256
      rest = Math.floor(rest / 256)
    }
  }

  i64(value: bigint): void {
    const at = this.#reserve(8)
    this.#view.setBigInt64(at, value, true)
  }

  f64(value: number): void {
    const at = this.#reserve(8)
    this.#view.setFloat64(at, value, true)
  }

  /** The number of axes, then the length of each. */
  shape(lengths: readonly number[]): void {
    this.u64(lengths.length)
    for (const length of lengths) this.u64(length)
  }

  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length)
    this.#bytes.set(value, at)
  }

  /** Leaves room for the length of an item, and tells where. */
  beginItem(): number {
    return this.#reserve(8)
  }

  /** Puts the length of what was written since in its place. */
  endItem(start: number): void {
    this.#setLength(start, this.#length - start - 8)
  }

  /** Everything written so far: a view. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #setLength(at: number, value: number): void {
    this.#view.setUint32(at, value, true)
    this.#view.setUint32(at + 4, value / 2 ** 32, true)
  }

  /** Makes room; it may replace the buffer and the view, so nothing may hold them across a call. */
  #reserve(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      // all of it is written before it is read
      const { buffer } = Buffer.allocUnsafeSlow(Math.max(this.#length, this.#bytes.length * 2))
      const grown = new Uint8Array(buffer)
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
      this.#view = new DataView(buffer)
    }
    return at
  }
}
