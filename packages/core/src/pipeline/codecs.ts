import { CodecConflictError } from '../codec/codec-error.ts'
import { type Codecs, codecsOf } from '../codec/codecs.ts'
import type { Codec } from '../codec/define-codec.ts'
import type { Schema } from '../schema/schema.ts'

/** The codecs of a pipeline: those of its schemas and, before them, its own. Throws 'codec-conflict'. */
export function codecsIn(schemas: readonly Schema[], overrides: readonly Codec[]): Codecs {
  const settled = new Set(overrides.map(({ name }) => name))
  const found = new Map<string, { readonly codec: Codec; readonly schema: string }>()
  for (const schema of schemas) {
    for (const codec of schema.codecs) {
      const other = found.get(codec.name)
      if (other && other.codec !== codec && !settled.has(codec.name)) {
        throw new CodecConflictError(codec.name, [other.schema, schema.name])
      }
      found.set(codec.name, { codec, schema: schema.name })
    }
  }
  return codecsOf([...[...found.values()].map(({ codec }) => codec), ...overrides])
}
