import {
  bytesOf,
  dtypeOf,
  formatNpyHeader,
  isNdArray,
  type NdArray,
  ndarray,
  type TypedArray,
} from '@neurojoint/arrays'
import type { StoredArray } from '../attribute/codec-values.ts'
import { CodecValueError } from './codec-error.ts'
import type { BaseCodec } from './codec.ts'
import { contentStorage, memberOf, parseStored, requireStore, textOf } from './content.ts'
import { newObjectPath } from './object-path.ts'
import { LazyArray } from './stored-array.ts'

/** Arrays, each in a file of NumPy's format that is named for its row: read as a whole or by rows when they are asked for. */
export const npyCodec: BaseCodec = {
  name: 'npy',
  storage(store) {
    requireStore('npy', store)
    return contentStorage(store)
  },
  async encode(value, storeName, context) {
    const { stores, signal } = context
    const store = stores.get(storeName ?? '')
    const { dtype, shape, content } = contentOf(value)
    const path = newObjectPath('npy', store, context, '.npy')
    await store.put(path, content(signal), { signal })
    return JSON.stringify({ path, store: store.name, dtype, shape })
  },
  async decode(stored, storeName, { stores }) {
    const json = parseStored('npy', stored, expected)
    const shape = memberOf(json, 'shape')
    if (!Array.isArray(shape) || !shape.every((length) => Number.isInteger(length))) throw json.refuse(expected)
    const store = stores.get(textOf(json, 'store', storeName ?? ''))
    return new LazyArray(store, { path: textOf(json, 'path'), dtype: textOf(json, 'dtype'), shape })
  },
}

const expected = 'JSON with `path`, `store`, `dtype` and `shape`'

interface NpyContent {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly content: (signal: AbortSignal | undefined) => AsyncIterable<Uint8Array>
}

function contentOf(value: unknown): NpyContent {
  if (isStoredArray(value)) {
    return { dtype: value.dtype, shape: value.shape, content: (signal) => value.file.stream({ signal }) }
  }
  const array = arrayOf(value)
  if (array === null) throw new CodecValueError('npy', 'an array (an NdArray or a typed array), or that of another row')
  const { dtype, shape, order, data } = array
  return { dtype, shape, content: () => pieces(formatNpyHeader(dtype, shape, order), bytesOf(data)) }
}

async function* pieces(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  yield* parts
}

function arrayOf(value: unknown): NdArray | null {
  if (isNdArray(value)) return value
  return isTypedArray(value) ? ndarray(value) : null
}

const isTypedArray = (value: unknown): value is TypedArray => dtypeOf(value) !== null

const isStoredArray = (value: unknown): value is StoredArray =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'stored-array' && 'file' in value
