import { PipelineError } from '../errors.ts'

/** What a store needs is not installed. */
export class MissingPeerError extends PipelineError {
  override readonly name = 'MissingPeerError'
  readonly code = 'missing-peer'
  readonly store: string
  readonly package: string
  constructor(store: string, packageName: string, options?: ErrorOptions) {
    super(
      `The store '${store}' is on S3, which needs ${packageName}: npm install ${packageName}. It is not installed with ` +
        'this package because most pipelines do without.',
      options,
    )
    this.store = store
    this.package = packageName
  }
}

/** The bucket of a store is not there. */
export class StoreBucketError extends PipelineError {
  override readonly name = 'StoreBucketError'
  readonly code = 'store-bucket-missing'
  readonly store: string
  readonly bucket: string
  readonly endpoint: string
  constructor(store: string, bucket: string, endpoint: string, options?: ErrorOptions) {
    super(
      `${endpoint} has no bucket '${bucket}' for the store '${store}'. Correct \`bucket\` or \`endpoint\`, or make the ` +
        'bucket: it is never made by itself.',
      options,
    )
    this.store = store
    this.bucket = bucket
    this.endpoint = endpoint
  }
}

/** Keys that a server does not accept, or none. */
export class StoreCredentialsError extends PipelineError {
  override readonly name = 'StoreCredentialsError'
  readonly code = 'store-credentials'
  readonly store: string
  readonly endpoint: string
  /** In the server's words: `SignatureDoesNotMatch` where the secret key is wrong. */
  readonly reason: string
  constructor(store: string, endpoint: string, reason: string, options?: ErrorOptions) {
    super(`${endpoint} does not accept the keys of the store '${store}': ${adviceFor(reason)} (${reason}).`, options)
    this.store = store
    this.endpoint = endpoint
    this.reason = reason
  }
}

function adviceFor(reason: string): string {
  switch (reason) {
    case 'SignatureDoesNotMatch':
      return 'its `secretKey` is not that of its `accessKey`'
    case 'InvalidAccessKeyId':
    case 'XAdminUserNotFound':
      return 'its `accessKey` is unknown there'
    case 'RequestTimeTooSkewed':
      return 'the clock of this machine is wrong'
    case 'CredentialsProviderError':
      return 'there are none: give `accessKey` and `secretKey`, or set up what the AWS SDK looks for'
    default:
      return 'they may have run out: give new ones'
  }
}

/** A server that cannot be spoken to. */
export class StoreUnreachableError extends PipelineError {
  override readonly name = 'StoreUnreachableError'
  readonly code = 'store-unreachable'
  readonly store: string
  readonly endpoint: string
  /** What the system says of it: `ECONNREFUSED`. */
  readonly reason: string
  constructor(store: string, endpoint: string, reason: string, options?: ErrorOptions) {
    super(
      `${endpoint} of the store '${store}' does not answer (${reason}). Check \`endpoint\` and \`secure\`, the network, ` +
        'and whether the server runs.',
      options,
    )
    this.store = store
    this.endpoint = endpoint
    this.reason = reason
  }
}

/** A request that a server answered with an error, again and again where that could help. */
export class StoreRequestError extends PipelineError {
  override readonly name = 'StoreRequestError'
  readonly code = 'store-request-failed'
  readonly store: string
  readonly path: string
  readonly action: string
  /** In the server's words. */
  readonly reason: string
  readonly status: number | null
  constructor(
    store: string,
    action: string,
    path: string,
    { reason, status }: { readonly reason: string; readonly status: number | null },
    options?: ErrorOptions,
  ) {
    const answer = status === null ? reason : `${status} ${reason}`
    const what = path === '' ? 'the store' : path
    super(
      `The store '${store}' could not ${action} ${what}: its server says ${answer}. ` +
        'Nothing is half done; try again when the server is well.',
      options,
    )
    this.store = store
    this.action = action
    this.path = path
    this.reason = reason
    this.status = status
  }
}
