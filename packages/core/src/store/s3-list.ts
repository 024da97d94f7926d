import type { ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3'
import { persist, type Purpose, type S3, sending } from './s3-client.ts'
import { StoreRequestError } from './s3-error.ts'
import { ObjectMissingError, ObjectPathError } from './store-error.ts'
import { requireObjectPath } from './store.ts'
import type { StoredObject, StoreOptions, UnfinishedObject } from './store.ts'

/** Every object below a folder, page by page; not those whose keys could be no path of a store. */
export async function* listObjects(s3: S3, folder: string, { signal }: StoreOptions): AsyncGenerator<StoredObject> {
  const purpose: Purpose = { action: 'list', path: folder, signal }
  const below = { Bucket: s3.place.bucket, Prefix: prefixOf(s3, folder) }
  let next: string | undefined
  do {
    const input = { ...below, ...(next !== undefined && { ContinuationToken: next }) }
    const page = await persist(s3, purpose, () =>
      s3.client.send(new s3.sdk.ListObjectsV2Command(input), sending(purpose)),
    )
    for (const { Key: key, Size: size = 0, LastModified: modified } of page.Contents ?? []) {
      const path = pathOf(s3, key)
      if (path !== null && modified !== undefined) yield { path, size, modified }
    }
    next = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (next !== undefined)
}

/** Every upload below a folder that was begun and neither completed nor ended. */
export async function* listUploads(s3: S3, folder: string, { signal }: StoreOptions): AsyncGenerator<UnfinishedObject> {
  const purpose: Purpose = { action: 'list', path: folder, signal }
  const below = { Bucket: s3.place.bucket, Prefix: prefixOf(s3, folder) }
  let next: { readonly KeyMarker: string; readonly UploadIdMarker: string } | null = null
  do {
    const input: typeof below = { ...below, ...next }
    const page = await persist(s3, purpose, () =>
      s3.client.send(new s3.sdk.ListMultipartUploadsCommand(input), sending(purpose)),
    ).catch(noneWhereUnknown)
    for (const { Key: key, UploadId: id, Initiated: modified } of page.Uploads ?? []) {
      const path = pathOf(s3, key)
      if (path === null || id === undefined || modified === undefined) continue
      yield { path, id, modified, size: await sizeOfParts(s3, purpose, { key, id }) }
    }
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page
    const isMore = page.IsTruncated === true && KeyMarker !== undefined && UploadIdMarker !== undefined
    next = isMore ? { KeyMarker, UploadIdMarker } : null
  } while (next !== null)
}

/** Some servers do not list uploads: what is left of them is for those who keep the server. */
function noneWhereUnknown(error: unknown): Partial<ListMultipartUploadsCommandOutput> {
  if (error instanceof StoreRequestError && error.status === 501) return {}
  throw error
}

/** Of the first thousand parts; an upload that ended meanwhile has none. */
async function sizeOfParts(s3: S3, purpose: Purpose, { key, id }: Upload): Promise<number> {
  const input = { Bucket: s3.place.bucket, Key: key, UploadId: id }
  try {
    const { Parts: parts = [] } = await persist(s3, purpose, () =>
      s3.client.send(new s3.sdk.ListPartsCommand(input), sending(purpose)),
    )
    return parts.reduce((total, { Size: size = 0 }) => total + size, 0)
  } catch (error) {
    if (error instanceof ObjectMissingError) return 0
    throw error
  }
}

interface Upload {
  readonly key: string | undefined
  readonly id: string
}

const prefixOf = (s3: S3, folder: string): string => {
  const key = s3.key(folder).replace(/\/$/, '')
  return key === '' ? '' : `${key}/`
}

/** A key in the terms of the store; `null` for the mark of a folder, and for what could be no path. */
function pathOf({ place }: S3, key: string | undefined): string | null {
  const path = key?.slice(place.location === '' ? 0 : place.location.length + 1) ?? ''
  try {
    requireObjectPath(path)
    return path
  } catch (error) {
    if (error instanceof ObjectPathError) return null
    throw error
  }
}
