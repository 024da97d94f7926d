/** How many bytes Python's writer chooses for a safe integer: bits div 8, plus 1. */
export function integerLength(value: number): number {
  const magnitude = Math.abs(value)
  const high = Math.floor(magnitude / 2 ** 32)
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(magnitude)
  return Math.floor(bits / 8) + 1
}

/** Two's complement, little-endian, in the number of bytes that Python's writer chooses: bits div 8, plus 1. */
export function integerBytes(value: bigint): Uint8Array {
  const magnitude = value < 0n ? -value : value
  const bits = magnitude === 0n ? 0 : magnitude.toString(2).length
  const length = Math.floor(bits / 8) + 1
  const hex = BigInt.asUintN(length * 8, value).toString(16)
  return Uint8Array.from(Buffer.from(hex.padStart(length * 2, '0'), 'hex')).toReversed()
}

/** The integer of two's complement, little-endian bytes: `number` where that is exact, else `bigint`. */
export function integerOf(bytes: Uint8Array): number | bigint {
  const hex = Buffer.from(bytes.toReversed()).toString('hex')
  const value = BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex || '0'}`))
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}
