export { type Column, columnOf } from './columns';
export { type FinishedFile, ParquetFile, type ParquetFileOptions } from './parquet-file';
export type { Leaf } from './schema';
