/** An object of DataJoint 0.14, as `~external_<store>` of its schema lists it. */
export interface External {
  readonly schema: string
  readonly store: string
  /** MD5 of the content, of name and content, or of the path: 16 bytes. */
  readonly hash: Uint8Array
  /** In bytes. */
  readonly size: bigint
  /** Of `attach@store`. */
  readonly attachmentName: string | null
  /** Of `filepath@store`: relative to the store. */
  readonly filepath: string | null
  /** Of `filepath@store`: MD5 of the content, 16 bytes; `null` where it was too large. */
  readonly contentsHash: Uint8Array | null
}
