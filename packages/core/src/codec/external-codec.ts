import { unreadable } from '../attribute/unreadable-type.ts'
import { ExternalValueError, UnreadableColumnError } from './codec-error.ts'
import type { Codec } from './codec.ts'

/**
 * The values of `blob@store`, `attach@store` and `filepath@store` in tables of DataJoint 0.14: references to objects that
 * `~external_<store>` lists. They are neither read nor written yet; NULL, and everything else of their rows, is.
 */
export const externalCodecs: readonly Codec[] = ['blob', 'attach', 'filepath'].map((kind) => ({
  name: `external-${kind}`,
  storage: () => ({ kind: 'uuid' }),
  encode: async (_value, store) => {
    throw new ExternalValueError(`${kind}@${store}`, 'written')
  },
  decode: async (_stored, store) => {
    throw new ExternalValueError(`${kind}@${store}`, 'read')
  },
}))

/** That of columns which no type of definitions is like; their place stands for its store. */
export const unreadableCodec: Codec = {
  name: unreadable,
  storage: () => ({ kind: 'bytes' }),
  encode: async (_value, place) => {
    throw new UnreadableColumnError(place ?? '')
  },
  decode: async (_stored, place) => {
    throw new UnreadableColumnError(place ?? '')
  },
}
