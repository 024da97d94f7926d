import type { Random } from '../../../test/random.ts'
import { classId, protocols, typeCode } from '../type-code.ts'

type Bytes = readonly number[]

/** Makes up bytes that are, or nearly are, an uncompressed blob: from real ones, from the grammar, or from nothing. */
export function fuzzBytes(random: Random, seeds: readonly [Uint8Array, ...Uint8Array[]]): Uint8Array {
  const way = random.below(10)
  if (way < 6) return mutate(random, random.pick(seeds), random.pick(seeds))
  const head = Buffer.from(random.pick([protocols.mym, protocols.dj0]), 'latin1')
  if (random.below(1000) === 0) return Uint8Array.from([...head, ...deep(random)])
  if (way < 9) return Uint8Array.from([...head, ...grammar(random, random.below(5))])
  return Uint8Array.from([...(random.below(4) === 0 ? [] : head), ...noise(random, random.below(80))])
}

/** Numbers at which something may happen, as lengths and counts. */
const edges: readonly [bigint, ...bigint[]] = [
  0n,
  1n,
  2n,
  3n,
  8n,
  255n,
  65_536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 61n,
  2n ** 63n,
  2n ** 64n - 1n,
]

/** A real blob with some changes. */
function mutate(random: Random, seed: Uint8Array, other: Uint8Array): Uint8Array {
  let bytes = Uint8Array.from(seed)
  for (let changes = 1 + random.below(4); changes > 0; changes--) bytes = change(random, bytes, other)
  return bytes
}

function change(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  // what comes before the value is seldom worth a change
  const at = Math.min(bytes.length, random.below(20) === 0 ? 0 : 4) + random.below(Math.max(1, bytes.length - 4))
  const changed = bytes.slice()
  switch (random.below(8)) {
    case 0:
      if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8))
      return changed
    case 1:
      if (at < changed.length) changed[at] = random.pick([0, 1, 2, 4, 0x41, 0x43, 0x46, 0x50, 0x53, 0x7f, 0x80, 0xff])
      return changed
    case 2:
      if (at + 8 <= changed.length) new DataView(changed.buffer).setBigUint64(at, random.pick(edges), true)
      return changed
    case 3:
      if (at + 4 <= changed.length) new DataView(changed.buffer).setUint32(at, random.below(20), true)
      return changed
    case 4:
      return changed.slice(0, at)
    case 5:
      return spliced(bytes, at, random.below(9), noise(random, random.below(9)))
    case 6:
      return spliced(bytes, at, 0, bytes.subarray(at, at + random.below(64)))
    default: {
      const from = random.below(other.length)
      return spliced(bytes, at, random.below(64), other.subarray(from, from + random.below(64)))
    }
  }
}

const spliced = (bytes: Uint8Array, at: number, removed: number, added: Bytes | Uint8Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...bytes.subarray(0, at), ...added, ...bytes.subarray(at + removed)])

/** A value of the format; now and then one of its numbers is wrong. */
function grammar(random: Random, depth: number): Bytes {
  const codes = Object.values(typeCode)
  const code = codes[random.below(codes.length)] ?? typeCode.none
  return [code, ...payload(random, code, depth)]
}

function payload(random: Random, code: number, depth: number): Bytes {
  const count = depth === 0 ? 0 : random.below(4)
  const items = (length: number) => Array.from({ length }, () => item(random, depth - 1)).flat()
  switch (code) {
    case typeCode.none:
      return []
    case typeCode.boolean:
      return [random.below(3)]
    case typeCode.integer: {
      const length = random.below(10)
      return [...u16(length), ...noise(random, length)]
    }
    case typeCode.float:
      return noise(random, 8)
    case typeCode.complex:
    case typeCode.uuid:
      return noise(random, 16)
    case typeCode.datetime:
      return [
        ...u32(random.pick([0xffffffff, 20_240_115, 20_240_231])),
        ...u64(random, random.pick([0, 123_456_000_000])),
      ]
    case typeCode.string:
    case typeCode.bytes:
    case typeCode.decimal: {
      const length = random.below(12)
      const text = Array.from({ length }, () => random.pick([0x31, 0x2e, 0x45, 0x61, 0xc3, 0xa9]))
      return [...u64(random, length), ...text]
    }
    case typeCode.list:
    case typeCode.tuple:
    case typeCode.set:
      return [...u64(random, count), ...items(count)]
    case typeCode.dict:
      return [...u64(random, count), ...items(2 * count)]
    case typeCode.cell:
      return [...u64(random, 2), ...u64(random, 1), ...u64(random, count), ...items(count)]
    case typeCode.struct: {
      const fields = random.below(3)
      return [...u64(random, 1), ...u64(random, count), ...names(random, fields), ...items(count * fields)]
    }
    case typeCode.record: {
      const fields = random.below(4)
      const columns = Array.from({ length: fields }, () =>
        depth > 0 && random.below(4) === 0
          ? [typeCode.record, ...payload(random, typeCode.record, depth - 1)]
          : [typeCode.array, ...payload(random, typeCode.array, depth - 1)],
      )
      return [...names(random, fields), ...columns.flat()]
    }
    case typeCode.sparse: {
      const starts = [0, ...Array.from({ length: count }, (_, column) => Math.min(column + 1, count))]
      const numbers = [3, count, count].flatMap((one) => u64(random, one))
      const indices = [...starts, ...Array(count).fill(0)].flatMap((one: number) => u64(random, one))
      return [...numbers, ...u32(6), ...u32(0), ...indices, ...noise(random, count * 8)]
    }
    default:
      return array(random, depth)
  }
}

function array(random: Random, depth: number): Bytes {
  const shape = Array.from({ length: random.below(4) }, () => random.below(4))
  const size = shape.reduce((all, length) => all * length, 1)
  const ids = [...Object.values(classId), 0x10000 + random.below(14)]
  const id = ids[random.below(ids.length)] ?? 0
  const isComplex = random.below(5) === 0
  const head = [
    ...u64(random, shape.length),
    ...shape.flatMap((one) => u64(random, one)),
    ...u32(id),
    ...u32(isComplex ? 1 : 0),
  ]
  if (id === classId.object) return [...head, ...Array.from({ length: size }, () => item(random, depth - 1)).flat()]
  return [...head, ...noise(random, size * (isComplex ? 2 : 1) * random.pick([1, 2, 4, 8]))]
}

function item(random: Random, depth: number): Bytes {
  const value = depth <= 0 ? [typeCode.none] : grammar(random, depth)
  return [...u64(random, value.length), ...value]
}

/** Values inside one another, more of them than any stack has room for. */
function deep(random: Random): Bytes {
  const none = [typeCode.none]
  const [one, key] = [wide(1), [...wide(1), ...none]]
  // what stands before each value, but for its length
  const before = random.pick<Bytes>([
    [typeCode.list, ...one],
    [typeCode.tuple, ...one],
    [typeCode.set, ...one],
    [typeCode.dict, ...one, ...key],
    [typeCode.cell, ...one, ...one],
    [typeCode.array, ...one, ...one, ...u32(classId.object), ...u32(0)],
    [typeCode.struct, ...one, ...one, ...u32(1), 0x61, 0],
    [typeCode.record, ...u32(1), 0x61, 0],
  ])
  const hasLength = before[0] !== typeCode.record
  const levels = Array.from({ length: random.below(5000) }, () => before)
  const step = before.length + (hasLength ? 8 : 0)
  return [
    ...levels.flatMap((level, index) =>
      hasLength ? [...level, ...wide((levels.length - index - 1) * step + 1)] : level,
    ),
    ...none,
  ]
}

const names = (random: Random, count: number): Bytes => [
  ...u32(count),
  ...Array.from({ length: count }, (_, index) => [0x61 + (random.below(20) === 0 ? 0 : index), 0]).flat(),
]

const noise = (random: Random, length: number): number[] => Array.from({ length }, () => random.below(256))
const u16 = (value: number): Bytes => [value & 0xff, (value >> 8) & 0xff]
const u32 = (value: number): Bytes => [...u16(value & 0xffff), ...u16(value >>> 16)]

const wide = (value: number | bigint): Bytes => [...Buffer.from(new BigUint64Array([BigInt(value)]).buffer)]

/** A number, or now and then another one. */
const u64 = (random: Random, value: number): Bytes => wide(random.below(60) === 0 ? random.pick(edges) : value)
