import { describe, expect, test } from 'vitest'
import { ndarray } from './ndarray.ts'
import { formatNpy } from './npy.ts'
import { type NpySource, readNpyFrom } from './npy-source.ts'

/** Bytes that are far away, and what was asked of them. */
function farAway(bytes: Uint8Array): { source: NpySource; asked: [position: number, length: number][] } {
  const asked: [number, number][] = []
  const fill: NpySource['fill'] = async (into, position, { signal }) => {
    signal?.throwIfAborted()
    asked.push([position, into.length])
    into.set(bytes.subarray(position, position + into.length))
  }
  return { source: { path: 'far/away.npy', size: bytes.length, fill }, asked }
}

const array = ndarray(
  Float32Array.from({ length: 30_000 }, (_, index) => index),
  [10_000, 3],
)

describe('an NPY file that is read from any source of bytes', () => {
  test('is asked for its header once, and then for the rows that are wanted', async () => {
    const { source, asked } = farAway(formatNpy(array))
    const reader = await readNpyFrom(source)
    expect(reader).toMatchObject({ path: 'far/away.npy', dtype: 'float32', shape: [10_000, 3], order: 'C' })
    expect(await reader.read(5000, 5002)).toEqual(ndarray(array.data.slice(15_000, 15_006), [2, 3]))
    expect(asked).toEqual([
      [0, 512],
      [128 + 5000 * 12, 24],
    ])
  })

  test('is read whole, and in Fortran order by columns', async () => {
    const columns = ndarray(array.data, [10_000, 3], 'F')
    const { source } = farAway(formatNpy(columns))
    const reader = await readNpyFrom(source)
    expect(await reader.readAll()).toEqual(columns)
    expect(await reader.read(1, 2)).toEqual(ndarray(Float32Array.of(1, 10_001, 20_001), [1, 3], 'F'))
    expect((await reader.read(3, 3)).shape).toEqual([0, 3])
  })

  test('that is cut is refused before anything else is asked', async () => {
    const bytes = formatNpy(array)
    const { source, asked } = farAway(bytes)
    const cut = { ...source, size: bytes.length - 1 }
    await expect(readNpyFrom(cut)).rejects.toMatchObject({ code: 'truncated-npy', path: 'far/away.npy' })
    expect(asked).toHaveLength(1)
    await expect(readNpyFrom({ ...source, size: 5 })).rejects.toMatchObject({ code: 'invalid-npy' })
  })

  test('is not read on when that is aborted', async () => {
    const reader = await readNpyFrom(farAway(formatNpy(array)).source)
    const reading = reader.read(0, 1, { signal: AbortSignal.abort(new RangeError('stop')) })
    await expect(reading).rejects.toThrow('stop')
  })
})
