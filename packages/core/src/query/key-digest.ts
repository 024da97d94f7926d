import { identify, type Tuple } from './tuple.ts'

/**
 * A digest of a set of keys that does not depend on their order, made as they come: the sums of two hashes of each (FNV-1a
 * with other offsets, and a last mixing), modulo 2^32. It tells sets that changed from sets that did not; it is no seal.
 */
export class KeyDigest {
  rows = 0
  #first = 0
  #second = 0

  add(key: Tuple): void {
    const text = identify(key)
    this.rows += 1
    this.#first = (this.#first + hash(text, 0x811c9dc5)) >>> 0
    this.#second = (this.#second + hash(text, 0x01234567)) >>> 0
  }

  toString(): string {
    return [this.rows, this.#first, this.#second].map((part) => part.toString(16)).join('-')
  }
}

function hash(text: string, offset: number): number {
  let mixed = offset
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 0x01000193)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
