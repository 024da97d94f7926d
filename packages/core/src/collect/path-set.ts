import { createHash } from 'node:crypto'

/**
 * A set of paths that keeps 48 bits of each: 16 bytes or so a path, whatever its length. Of a million paths, one that was
 * never added is taken for one that was once in some hundred million times: an object is kept that could go.
 */
export class PathSet {
  #slots = new Float64Array(1024)
  #size = 0

  get size(): number {
    return this.#size
  }

  add(path: string): void {
    if ((this.#size + 1) * 2 > this.#slots.length) this.#grow()
    if (insert(this.#slots, fingerprint(path))) this.#size += 1
  }

  has(path: string): boolean {
    const wanted = fingerprint(path)
    for (let at = slotOf(this.#slots, wanted); ; at = (at + 1) % this.#slots.length) {
      if (this.#slots[at] === wanted) return true
      if (this.#slots[at] === 0) return false
    }
  }

  #grow(): void {
    const larger = new Float64Array(this.#slots.length * 2)
    for (const one of this.#slots) if (one !== 0) insert(larger, one)
    this.#slots = larger
  }
}

const slotOf = (slots: Float64Array, one: number): number => one % slots.length

/** Whether it was not there. */
function insert(slots: Float64Array, one: number): boolean {
  let at = slotOf(slots, one)
  for (; slots[at] !== 0; at = (at + 1) % slots.length) if (slots[at] === one) return false
  slots[at] = one
  return true
}

/** 48 bits of the path's hash; 0 is for a free slot. */
const fingerprint = (path: string): number => createHash('sha1').update(path).digest().readUIntBE(0, 6) || 1
