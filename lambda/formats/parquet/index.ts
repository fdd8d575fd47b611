export { type Column, columnOf } from './columns';
export {
  lowerBinaryBound,
  lowerStringBound,
  upperBinaryBound,
  upperStringBound,
} from './columns/string-bounds';
export { type FinishedFile, ParquetFile, type ParquetFileOptions } from './parquet-file';
export type { Leaf } from './schema';
