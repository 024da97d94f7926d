/** What stands behind a key: itself, or where it is read from when the store is first used. */
export type Secret = string | { readonly file: string } | { readonly environment: string }

/** How objects lie in a store, in DataJoint's terms. */
export interface StoreLayout {
  /** What the paths of hash-addressed objects begin with; `_hash` unless given. */
  readonly hashPrefix?: string
  /** What the paths of objects named for their row begin with; `_schema` unless given. */
  readonly schemaPrefix?: string
  /** What the paths of files that rows only point to begin with; unless given, they lie anywhere else. */
  readonly filepathPrefix?: string | null
  /** Lengths of the folders that a hash is folded into; unless given none, and for tables of DataJoint 0.14 [2, 2]. */
  readonly subfolding?: readonly number[]
  /** Attributes of the primary key that come first in the path of an object named for its row: `{subject}/{session}`. */
  readonly partitionPattern?: string | null
  /** How many random characters end the name of such an object: 4 to 16, 8 unless given. */
  readonly tokenLength?: number
  /** The absolute path of a folder of this machine for copies of files (`filepath@store` of DataJoint 0.14). */
  readonly stage?: string | null
  /**
   * Files larger than this many bytes are recorded without a checksum (`filepath@store` of DataJoint 0.14, which reads a
   * file for it); no limit unless given.
   */
  readonly checksumLimit?: number | null
}

/** A store in a folder. */
export interface FileStoreSettings extends StoreLayout {
  readonly protocol: 'file'
  /** The absolute path of its folder. */
  readonly location: string
}

/** A store on a server that speaks S3. */
export interface S3StoreSettings extends StoreLayout {
  readonly protocol: 's3'
  /** `host`, `host:port`, or a whole URL. */
  readonly endpoint: string
  readonly bucket: string
  /** The folder of the bucket that the store is in; all of the bucket unless given. */
  readonly location?: string
  /** Both keys or none; without them the AWS SDK looks where it always does: environment, profile, role. */
  readonly accessKey?: Secret
  readonly secretKey?: Secret
  /** Whether by HTTPS; yes unless given. */
  readonly secure?: boolean
  /** `host/bucket/…` and not `bucket.host/…`; so unless given, except at Amazon itself. */
  readonly pathStyle?: boolean
  /** `us-east-1` unless given. */
  readonly region?: string
  /** How long a request may be without an answer or a byte before it is tried again; 30 unless given. */
  readonly timeoutSeconds?: number
}

/** A store of any protocol. */
export type StoreSettings = FileStoreSettings | S3StoreSettings

/** The stores of a pipeline. */
export interface StoresSettings {
  readonly stores?: Readonly<Record<string, StoreSettings>>
  /** Which of them `<blob@>` means; not needed where there is only one. */
  readonly default?: string
  /** Which of them `<filepath@>` means; the default one unless given. */
  readonly filepathDefault?: string
}
