import { stat } from 'node:fs/promises'
import { layoutOf } from './layout.ts'
import { readFileChunks, writeLocalFile } from './local-file.ts'
import { persist, type Purpose, type S3, s3Opener, sending } from './s3-client.ts'
import { download, type DownloadOptions } from './s3-download.ts'
import { StoreRequestError } from './s3-error.ts'
import { damaged } from './s3-failure.ts'
import { headOf } from './s3-head.ts'
import { listObjects, listUploads } from './s3-list.ts'
import { readS3Settings } from './s3-settings.ts'
import { upload } from './s3-upload.ts'
import type { S3StoreSettings } from './settings.ts'
import { requireObjectPath } from './store.ts'
import type { Store, StoredObject, StoreOptions, TransferOptions } from './store.ts'

/** A store on a server that speaks S3; nothing is asked before it is used. Throws 'invalid-store-settings'. */
export function openS3Store(name: string, settings: S3StoreSettings): Store {
  const where = readS3Settings(name, settings)
  const open = s3Opener(where)
  const on = async (path: string, options: StoreOptions = {}): Promise<S3> => {
    options.signal?.throwIfAborted()
    requireObjectPath(path)
    return open()
  }
  const inFolder = async (folder: string, options: StoreOptions): Promise<S3> =>
    folder === '' ? open() : on(folder, options)
  async function* stream(path: string, options?: DownloadOptions): AsyncGenerator<Uint8Array> {
    yield* download(await on(path, options), path, options)
  }
  const find = async (path: string, options?: StoreOptions): Promise<StoredObject | null> =>
    findObject(await on(path, options), path, options)
  return {
    ...layoutOf(name, settings),
    name,
    protocol: 's3',
    place: `${where.endpoint}/${where.bucket}/${where.location}`,
    // a server has several names, by which two are not told apart
    identify: async () => `s3:${where.bucket}/${where.location}`,
    put: async (path, content, options) => upload(await on(path, options), path, content, options),
    async putFile(path, file, options) {
      const s3 = await on(path, options)
      const { size } = await stat(file)
      await upload(s3, path, readFileChunks(file, options?.signal), { ...options, size })
    },
    async get(path, options) {
      const s3 = await on(path, options)
      return unlessDamaged(() => getWhole(s3, path, options))
    },
    async getRange(path, start, end, options) {
      const bytes = new Uint8Array(Math.max(0, end - start) || 0)
      await fill(bytes, stream(path, { ...options, start, end }))
      return bytes
    },
    stream,
    getFile: (path, file, options) =>
      unlessDamaged(() => writeLocalFile(file, stream(path, { signal: options?.signal }), options)),
    size: async (path, options) => (await find(path, options))?.size ?? null,
    find,
    refresh: async (object, options) => refresh(await on(object.path, options), object, options),
    delete: async (path, options) => remove(await on(path, options), path, options),
    async *list(folder, options = {}) {
      yield* listObjects(await inFolder(folder, options), folder, options)
    },
    async *listUnfinished(folder, options = {}) {
      yield* listUploads(await inFolder(folder, options), folder, options)
    },
    async discard({ path, id }, options) {
      const s3 = await on(path, options)
      const input = { Bucket: s3.place.bucket, Key: s3.key(path), UploadId: id }
      const purpose: Purpose = { action: 'delete', path, signal: options?.signal }
      await persist(s3, purpose, () =>
        s3.client.send(new s3.sdk.AbortMultipartUploadCommand(input), sending(purpose)),
      ).catch(ignoreMissing)
    },
    prune: async () => {},
  }
}

/** Once more for bytes that came otherwise than the server has them. */
async function unlessDamaged<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof StoreRequestError) || error.reason !== damaged) throw error
    return work()
  }
}

async function getWhole(s3: S3, path: string, options: TransferOptions = {}): Promise<Uint8Array> {
  let bytes = new Uint8Array(0)
  const onSize = (size: number) => {
    bytes = new Uint8Array(size)
  }
  let at = 0
  for await (const piece of download(s3, path, { signal: options.signal, onSize })) {
    bytes.set(piece, at)
    at += piece.length
    options.onProgress?.(at)
  }
  return bytes
}

async function fill(bytes: Uint8Array, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  let at = 0
  for await (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
}

async function findObject(s3: S3, path: string, { signal }: StoreOptions = {}): Promise<StoredObject | null> {
  const head = await headOf(s3, { action: 'read', path, signal })
  if (head === null) return null
  return { path, size: head.ContentLength ?? 0, modified: head.LastModified ?? new Date(0) }
}

/** Copies an object onto itself, within the server. Some then keep its time: who has the bytes puts them again. */
async function refresh(s3: S3, { path, modified }: StoredObject, options: StoreOptions = {}): Promise<boolean> {
  if (!s3.seen.copyRefreshes) return false
  const { signal } = options
  const { bucket } = s3.place
  const key = s3.key(path)
  const CopySource = `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
  const input = { Bucket: bucket, Key: key, CopySource, MetadataDirective: 'REPLACE' as const }
  try {
    await persist(s3, { action: 'write', path, signal }, () =>
      s3.client.send(new s3.sdk.CopyObjectCommand(input), sending({ signal })),
    )
  } catch {
    // not every server copies, nor every object
    signal?.throwIfAborted()
    return false
  }
  const after = await findObject(s3, path, options)
  const isYounger = after !== null && after.modified > modified
  // times are told in seconds: of one written just now, nothing can be said
  if (!isYounger && Date.now() - Number(modified) > 60_000) s3.seen.copyRefreshes = false
  return isYounger
}

/** S3 does not say whether there was anything to delete. */
async function remove(s3: S3, path: string, { signal }: StoreOptions = {}): Promise<boolean> {
  const purpose: Purpose = { action: 'delete', path, signal }
  if ((await headOf(s3, purpose)) === null) return false
  const input = { Bucket: s3.place.bucket, Key: s3.key(path) }
  await persist(s3, purpose, () => s3.client.send(new s3.sdk.DeleteObjectCommand(input), sending(purpose)))
  return true
}

function ignoreMissing(error: unknown): void {
  const isMissing = typeof error === 'object' && error !== null && 'code' in error && error.code === 'object-missing'
  if (!isMissing) throw error
}
