export { PipelineError } from './errors.ts'
export type { Attribute, AttributeType, Heading } from './attribute/attribute.ts'
export type { ForeignKey, Index, TableDeclaration, TableName } from './definition/table-declaration.ts'
export type { Tier } from './definition/tier.ts'
export type { AnyReference } from './definition/types.ts'
export { describe } from './schema/describe.ts'
export { defineSchema, type SchemaCodecsOptions, type SchemaOptions } from './schema/define-schema.ts'
export type { Schema, SchemaWith } from './schema/schema.ts'
export {
  insertParamSet,
  type NewParamSet,
  type ParamSetAttributes,
  paramSetHash,
  type ParamSetTable,
} from './schema/param-set.ts'
export { MissingUpstreamError, requireUpstream, type UpstreamNeeds } from './schema/upstream.ts'
export type { LookupRows, MasterOf, PartDefinitions, TableOf } from './schema/table-types.ts'
export type { ComputeContext, Make } from './query/make.ts'
export type { AnyTable, Key, NewRow, Row, Table, UpdatedRow } from './query/table.ts'
export type { ColumnOf, ColumnsOf, NumericColumn } from './query/fetch/columns.ts'
export type { Database, Tables, TransactionOptions } from './query/database.ts'
export type { Deleted, DeletedRows, DeleteOptions, DeletePlan, PlannedRows } from './query/delete/delete.ts'
export type { Preview, PreviewOptions } from './query/fetch/preview.ts'
export type { Relation } from './query/relation.ts'
export type {
  AggregateOptions,
  FetchOptions,
  OrderBy,
  StreamOptions,
  TopOptions,
} from './query/expression/row-selection.ts'
export type { JoinOptions, RestrictOptions } from './query/expression/matching.ts'
export type { Restriction } from './query/expression/restriction.ts'
export {
  between,
  type Comparable,
  type Comparing,
  gt,
  gte,
  like,
  lt,
  lte,
  ne,
  oneOf,
  type Pattern,
} from './query/expression/comparison.ts'
export { and, type Logic, not, or } from './query/expression/logic.ts'
export { attribute, type AttributeName, sql, type Sql, type SqlValue } from './query/expression/sql.ts'
export { json } from './query/expression/json.ts'
export type { Aggregated, Computed } from './query/expression/computed.ts'
export { average, count, countDistinct, max, min, sum } from './query/expression/aggregation.ts'
export { universalSet, type UniversalSet } from './query/universal-set.ts'
export type { InsertOptions, TableRelation, UpdateOptions } from './query/table-relation.ts'
export type { RowSource } from './query/insert/row-source.ts'
export { csv, type CsvOptions, type CsvRows, type CsvSource } from './query/insert/csv.ts'
export type { DatabaseSettings } from './connection/connection.ts'
export type { ConnectionSecurity, TlsCertificates, TlsSettings } from './driver/tls.ts'
export { formatSettings } from './settings/format-settings.ts'
export { type JobSettings, readSettings, type ReadSettingsOptions, type Settings } from './settings/read-settings.ts'
export {
  definePipeline,
  type OpenOptions,
  type Pipeline,
  type PipelineParts,
  type TableGroups,
} from './pipeline/pipeline.ts'
export { type DeclarePlan, declare, planDeclare } from './pipeline/declare.ts'
export { formatMigration } from './migrate/format-migration.ts'
export { migrate, type MigrateOptions, type MigrateProgress } from './migrate/migrate.ts'
export type {
  MigrationCheck,
  MigrationPlan,
  MigrationStatement,
  MigrationStep,
  TableMigration,
} from './migrate/plan.ts'
export { planMigrate, type PlanMigrateOptions, type PlanProgress } from './migrate/plan-migrate.ts'
export { renamed, type Renamed } from './migrate/renames.ts'
export { readTables, type StoredTable } from './pipeline/read-tables.ts'
export { readTable, type TableNote, type VirtualSchema, virtualSchema } from './pull/virtual-schema.ts'
export { pull, type Pulled, type PullOptions } from './pull/pull.ts'
export { drop, type DropOptions, type DropPlan, type PlannedDrop, planDrop } from './pipeline/drop.ts'
export type { PopulateEvent } from './populate/event.ts'
export { type FailedKey, populate, type PopulateResult } from './populate/populate.ts'
export type { KeyOrder, PopulateOptions, PopulateScope, RetryAfterFailure } from './populate/options.ts'
export { type Progress, progressOf, type ProgressOptions } from './populate/progress.ts'
export { planPopulate, type PopulatePlan } from './populate/plan.ts'
export { type Job, type JobCounts, type Jobs, jobsOf, type ListOptions as JobListOptions } from './jobs/jobs.ts'
export type { JobStatus, RefreshOptions as JobRefreshOptions, RefreshResult as JobRefreshResult } from './jobs/queue.ts'
export { runWorker, type WorkerResult } from './worker/run-worker.ts'
export type { WorkerOptions } from './worker/worker-options.ts'
export type { WorkerEvent } from './worker/worker-event.ts'
export { move, type Moved, type MoveOptions, type MoveProgress } from './move/move.ts'
export { type MovePlan, planMove, type PlanMoveOptions, type PlannedMove, type PlannedStore } from './move/plan.ts'
export type { ObjectReference } from './move/objects.ts'
export {
  addDownstream,
  addTables,
  addUpstream,
  collapseSchema,
  type Diagram,
  diagram,
  type DiagramNode,
  type DiagramOptions,
  type DiagramSource,
  hideParts,
  keepTables,
  removeTables,
  showParts,
} from './diagram/diagram.ts'
export { formatDot } from './diagram/dot.ts'
export { type DrawOptions, formatMermaid } from './diagram/mermaid.ts'
export { formatSvg, type SvgOptions } from './diagram/svg.ts'
export type { DiagramTheme } from './diagram/theme.ts'
export { packBlob, unpackBlob, type UnpackBlobOptions } from './blob/blob.ts'
export {
  Complex,
  ComplexArray,
  DateTime,
  DateTimeArray,
  Decimal,
  Float,
  MatlabCell,
  MatlabChars,
  MatlabStruct,
  notATime,
  ObjectArray,
  RecordArray,
  type RecordColumn,
  SparseMatrix,
  Tuple,
  Uuid,
} from './blob/blob-value.ts'
export type { DateTimeUnit } from './blob/type-code.ts'
export type {
  Attachment,
  DownloadOptions,
  LocalPath,
  NamedBytes,
  NewArray,
  NewAttachment,
  NewFilepath,
  NewObject,
  ReadOptions,
  StoredArray,
  StoredFile,
  StoredFolder,
} from './attribute/codec-values.ts'
export type { TemporalMoment, TemporalTime } from './attribute/temporal-type.ts'
export type { CodecContext } from './codec/codec.ts'
export { type Codec, type CodecDefinition, defineCodec } from './codec/define-codec.ts'
export type {
  FileStoreSettings,
  S3StoreSettings,
  Secret,
  StoreLayout,
  StoreSettings,
  StoresSettings,
} from './store/settings.ts'
export { collect, type Collected, type CollectedGarbage, type CollectOptions } from './collect/collect.ts'
export type { CollectProblem } from './collect/errors.ts'
export {
  type CollectPlan,
  type CollectProgress,
  planCollect,
  type PlanCollectOptions,
  type StoreGarbage,
} from './collect/plan-collect.ts'
export type { StoredObject, UnfinishedObject } from './store/store.ts'
export { backup, type BackupOptions, type BackupProgress } from './backup/backup.ts'
