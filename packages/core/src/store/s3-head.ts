import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { persist, type Purpose, type S3, sending } from './s3-client.ts'
import { ObjectMissingError, StoreAccessError } from './store-error.ts'

/** What the server says of an object; `null` where there is none. Throws 'store-bucket-missing'. */
export async function headOf(s3: S3, purpose: Purpose): Promise<HeadObjectCommandOutput | null> {
  const input = { Bucket: s3.place.bucket, Key: s3.key(purpose.path) }
  const asking: Purpose = { ...purpose, action: 'read' }
  try {
    const head = await persist(s3, asking, () => s3.client.send(new s3.sdk.HeadObjectCommand(input), sending(purpose)))
    s3.seen.bucket = true
    return head
  } catch (error) {
    // an answer to HEAD has no text that would say what is missing or wrong; that to another request has
    const isVague = error instanceof StoreAccessError || (error instanceof ObjectMissingError && !s3.seen.bucket)
    if (isVague) await askInWords(s3, asking)
    if (error instanceof ObjectMissingError) return null
    throw error
  }
}

async function askInWords(s3: S3, purpose: Purpose): Promise<void> {
  const input = { Bucket: s3.place.bucket, Prefix: s3.key(purpose.path), MaxKeys: 1 }
  await persist(s3, purpose, () => s3.client.send(new s3.sdk.ListObjectsV2Command(input), sending(purpose)))
  s3.seen.bucket = true
}
