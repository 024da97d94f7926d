import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { encodeAhead } from './encode-ahead.ts'
import type { FinishRow, GivenRow } from './row-encoder.ts'

const given = (value: unknown, row: number): GivenRow => ({ value, row, line: null, text: false })
const rows = (count: number) => Array.from({ length: count }, (_, row) => given({ row }, row))
const encode = () => [undefined]

/** Finishes each row after a while, the later the sooner, and counts how many are under way. */
function slowly(work: (row: number, signal: AbortSignal) => void | Promise<void> = () => {}) {
  const count = { now: 0, most: 0, all: 0 }
  const finish: FinishRow = async ({ row }, values, signal) => {
    count.now += 1
    count.all += 1
    count.most = Math.max(count.most, count.now)
    try {
      await delay(20 - row)
      await work(row, signal)
      values[0] = row
    } finally {
      count.now -= 1
    }
  }
  return { count, finish }
}

async function collect(all: Iterable<GivenRow> | AsyncIterable<GivenRow>, finish: FinishRow, signal?: AbortSignal) {
  const collected: unknown[] = []
  for await (const { values } of encodeAhead(all, encode, finish, signal)) collected.push(...values)
  return collected
}

test('rows are given in their order, eight of them encoded at once', async () => {
  const { count, finish } = slowly()
  expect(await collect(rows(20), finish)).toEqual(Array.from({ length: 20 }, (_, row) => row))
  expect(count).toEqual({ now: 0, most: 8, all: 20 })
})

test('of large rows fewer are encoded at once, at least one', async () => {
  const { count, finish } = slowly()
  const row = (size: number) => (_: unknown, at: number) => given({ dict: { trace: new Uint8Array(size) } }, at)
  await collect(Array.from({ length: 6 }, row(2 ** 25)), finish)
  expect(count.most).toBe(1)
  await collect(Array.from({ length: 6 }, row(2 ** 24)), finish)
  expect(count.most).toBe(3)
})

test('the problem of the first row is told, whichever comes first, when nothing is under way any more', async () => {
  const { count, finish } = slowly((row) => {
    if (row >= 3) throw new Error(`row ${row}`)
  })
  await expect(collect(rows(20), finish)).rejects.toThrow('row 3')
  expect(count.now).toBe(0)
  expect(count.all).toBeLessThan(12)
})

test('a row that cannot begin, and a source that fails, wait for the problems of the rows before', async () => {
  const { finish } = slowly((row) => {
    if (row === 2) throw new Error('row 2')
  })
  const failing = function* () {
    yield* rows(5)
    throw new Error('source')
  }
  await expect(collect(failing(), finish)).rejects.toThrow('row 2')
  await expect(collect(failing(), slowly().finish)).rejects.toThrow('source')
  const refusing = (row: GivenRow) => {
    if (row.row === 4) throw new Error('row 4')
    return encode()
  }
  const all = async (one: FinishRow) => {
    for await (const row of encodeAhead(rows(5), refusing, one, undefined)) expect(row.given.row).toBeLessThan(4)
  }
  await expect(all(finish)).rejects.toThrow('row 2')
  await expect(all(slowly().finish)).rejects.toThrow('row 4')
})

test('when it is aborted, or one fails, those under way are told', async () => {
  const controller = new AbortController()
  let told = 0
  const waiting: FinishRow = async (_, __, signal) => {
    await delay(60_000, undefined, { signal }).catch(() => (told += 1))
    signal.throwIfAborted()
  }
  const collecting = collect(rows(20), waiting, controller.signal)
  await delay(10)
  controller.abort(new Error('enough'))
  await expect(collecting).rejects.toThrow('enough')
  expect(told).toBe(8)
  const failing: FinishRow = async (row, values, signal) => {
    if (row.row === 0) throw new Error('row 0')
    return waiting(row, values, signal)
  }
  await expect(collect(rows(5), failing)).rejects.toThrow('row 0')
  expect(told).toBe(12)
})

test('ending early ends those under way and the source', async () => {
  let ended = false
  const source = function* () {
    try {
      yield* rows(100)
    } finally {
      ended = true
    }
  }
  const { count, finish } = slowly()
  for await (const { values } of encodeAhead(source(), encode, finish, undefined)) if (values[0] === 2) break
  expect(ended).toBe(true)
  expect(count.now).toBe(0)
})
