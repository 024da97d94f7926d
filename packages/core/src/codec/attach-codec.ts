import { CodecValueError, StoredFormError } from './codec-error.ts'
import type { Codec } from './codec.ts'
import { contentStorage, readContent, writeContent } from './content.ts'

/** A small file that travels with its row. */
export interface Attachment {
  /** The base name of the file. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** Files, with their names: in the table, or in a store under their hash. Kept as name, NUL, content. */
export const attachCodec: Codec = {
  name: 'attach',
  storage: contentStorage,
  async encode(value, store, context) {
    if (!isAttachment(value)) {
      throw new CodecValueError('attach', '{ name, bytes }: the base name of a file (no slashes) and its content')
    }
    return writeContent(Buffer.concat([Buffer.from(`${value.name}\0`), value.bytes]), store, context)
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
function isBaseName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)
}
