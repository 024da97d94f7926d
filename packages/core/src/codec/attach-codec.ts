import { basename } from 'node:path'
import type { Attachment } from '../attribute/codec-values.ts'
import { putByHashTwice } from '../store/hash-address.ts'
import { readFileChunks } from '../store/local-file.ts'
import { CodecValueError, LocalFileError, StoredFormError } from './codec-error.ts'
import type { BaseCodec } from './codec.ts'
import { contentStorage, readContent, writeContent } from './content.ts'
import { findLocal, isLocalPath } from './local-source.ts'

/** Files, with their names: in the table, or in a store under their hash. Kept as name, NUL, content. */
export const attachCodec: BaseCodec = {
  name: 'attach',
  storage: contentStorage,
  async encode(value, store, context) {
    const source = await attachmentOf('attach', value)
    const start = Buffer.from(`${source.name}\0`)
    const { schema, stores, signal } = context
    if (store !== null && source.kind === 'file') {
      const read = () => joined(start, readFileChunks(source.path, signal))
      return JSON.stringify(await putByHashTwice(stores.get(store), schema, read, { signal }))
    }
    const bytes = source.kind === 'bytes' ? source.bytes : await readWhole(source.path, signal)
    return writeContent(Buffer.concat([start, bytes]), store, context)
  },
  async decode(stored, store, context): Promise<Attachment> {
    const content = await readContent('attach', stored, store, context)
    const end = content.indexOf(0)
    const name = new TextDecoder().decode(content.subarray(0, Math.max(end, 0)))
    if (end === -1 || !isBaseName(name)) {
      throw new StoredFormError('attach', `bytes that begin with ${JSON.stringify(name.slice(0, 40))}`, 'a file name')
    }
    return { name, bytes: new Uint8Array(content.subarray(end + 1)) }
  },
}

/** A file to be attached: at hand, or on this machine. */
export type AttachmentSource =
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'file'; readonly name: string; readonly path: string }

/** Throws 'codec-value' and 'local-file'. */
export async function attachmentOf(codec: string, value: unknown): Promise<AttachmentSource> {
  if (isAttachment(value)) return { kind: 'bytes', name: value.name, bytes: value.bytes }
  if (!isLocalPath(value)) {
    throw new CodecValueError(
      codec,
      '{ name, bytes }: the base name of a file (no slashes) and its content; or the absolute path or file: URL of a file',
    )
  }
  const { path, isFolder } = await findLocal(value)
  if (isFolder) throw new LocalFileError(path, 'is a folder, and one file is attached: use <object> for folders.')
  return { kind: 'file', name: basename(path), path }
}

async function* joined(start: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield start
  yield* rest
}

export async function readWhole(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of readFileChunks(path, signal)) pieces.push(piece)
  return Buffer.concat(pieces)
}

function isAttachment(value: unknown): value is Attachment {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    isBaseName(value.name) &&
    'bytes' in value &&
    value.bytes instanceof Uint8Array
  )
}

/** A name that stays in the folder it is written to, wherever it is read. */
export function isBaseName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)
}
