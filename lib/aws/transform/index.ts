export {
  GlueExecutionClass,
  type GlueSparkJobProps,
  type GlueSparkOptions,
  GlueWorkerType,
} from './glue-job-options';
export { GlueSparkJob } from './glue-spark-job';
export {
  type IQueryWorkgroup,
  QueryWorkgroup,
  type QueryWorkgroupAttributes,
  type QueryWorkgroupProps,
} from './query-workgroup';
export { SparkApplication, type SparkApplicationOptions } from './spark-application';
export { type AthenaEngineOptions, SqlEngine } from './sql-engine';
export { SqlTransform } from './sql-transform';
export type { SqlTransformProps } from './sql-transform-props';
export type { TransformInput } from './transform-input';
export { TransformMode } from './transform-mode';
export {
  type CommitTriggerOptions,
  type ScheduleTriggerOptions,
  TransformTrigger,
} from './transform-trigger';
