import type { AttributeType } from './attribute.ts'
import type { CodecValues } from './codec-values.ts'

/** The values of the serialized types of DataJoint 0.14: whatever their codecs give. */
export interface LegacyValues {
  tinyblob: unknown
  blob: unknown
  mediumblob: unknown
  longblob: unknown
  attach: CodecValues['attach']
}

const blobs: ReadonlyMap<string, number> = new Map([
  ['tinyblob', 2 ** 8 - 1],
  ['blob', 2 ** 16 - 1],
  ['mediumblob', 2 ** 24 - 1],
  ['longblob', 2 ** 32 - 1],
])

/** The name of the blob column that holds so many bytes. */
export const blobName = (bytes: number): string => [...blobs].find(([, length]) => length >= bytes)?.[0] ?? 'longblob'

/**
 * The types of DataJoint 0.14 that name no column of a server but what is done with the value: `longblob` and its shorter
 * kin keep serialized objects, `attach` a file; `blob@store`, `attach@store` and `filepath@store` keep in 16 bytes the
 * identity of an object that `~external_<store>` lists. The codecs of the last are their own, not those of `<blob@store>`.
 * Without a name it is the default store, which gets its name when the table is declared.
 */
export function readLegacyType(text: string): AttributeType | null {
  const name = text.toLowerCase()
  const length = blobs.get(name)
  if (length !== undefined) {
    return { text: name, storage: { kind: 'bytes', length }, codec: { name: 'blob', store: null } }
  }
  if (name === 'attach') return { text: name, storage: { kind: 'bytes' }, codec: { name: 'attach', store: null } }
  const match = /^(blob|attach|filepath)@([a-z][-\w]*)?$/i.exec(text)
  if (!match) return null
  const [, kind = '', store = ''] = match
  const own = kind.toLowerCase()
  return { text: `${own}@${store}`, storage: { kind: 'uuid' }, codec: { name: `external-${own}`, store } }
}

/** The store in whose `~external_<store>` the values of a type are listed; `null` where they are not. */
export const externalStoreOf = ({ codec }: AttributeType): string | null =>
  codec?.name.startsWith('external-') ? codec.store : null
