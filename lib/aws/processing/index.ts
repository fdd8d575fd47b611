export { ContainerCluster, type ContainerClusterProps } from './container-cluster';
export type { ContainerProcessorOptions } from './container-options';
export { ContainerProcessor, type ContainerProcessorProps } from './container-processor';
export {
  DeduplicationTable,
  type DeduplicationTableProps,
  type DeduplicationTableReplica,
  type IDeduplicationTable,
} from './deduplication-table';
export {
  EventDeduplication,
  type EventDeduplicationBinding,
  type EventDeduplicationOptions,
  type EventDeduplicationScope,
} from './event-deduplication';
export { FileDisposition, type DispositionSource } from './file-disposition';
export type { FileProcessorOptions } from './file-options';
export { FileProcessor, type FileProcessorProps } from './file-processor';
export { FileSource, type FileSourceBinding, type FileSourceOptions } from './file-source';
export type { HandlerNetwork } from '../handler-network';
export type { HandlerOptions } from '../handler-options';
export type { StreamProcessorOptions } from './stream-options';
export { StreamProcessor, type StreamProcessorProps } from './stream-processor';
export type { MaskingOptions } from './masking';
export type { PersonalDataDetection } from './personal-data-detection';
export type { SilverProcessorOptions } from './silver-options';
export { SilverProcessor, type SilverProcessorProps } from './silver-processor';
export { type ITableCommitter, TableCommitter, type TableCommitterProps } from './table-committer';
export type { IRecordProcessor } from './record-processor';
export { RecordSource, RecordSourceKind } from './record-source';
export { StreamSource, type StreamSourceBinding } from './stream-source';
export * from './transform';
