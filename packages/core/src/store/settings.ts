/** Where a store is, in DataJoint's terms. */
export interface FileStoreSettings {
  readonly protocol: 'file'
  /** The absolute path of its folder. */
  readonly location: string
  /** What the paths of hash-addressed objects begin with; `_hash` unless given. */
  readonly hashPrefix?: string
  /** What the paths of objects named for their row begin with; `_schema` unless given. */
  readonly schemaPrefix?: string
  /** Lengths of the folders that a hash is folded into; none unless given. */
  readonly subfolding?: readonly number[]
}

/** A store of any protocol. */
export type StoreSettings = FileStoreSettings

/** The stores of a pipeline. */
export interface StoresSettings {
  readonly stores?: Readonly<Record<string, StoreSettings>>
  /** Which of them `<blob@>` means; not needed where there is only one. */
  readonly default?: string
}
