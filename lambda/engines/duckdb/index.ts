export { UnsupportedColumn } from './column-types';
export { DuckDb, DuckDbMissing, openDuckDb, type DuckDbOptions } from './duckdb';
export { ScratchExceeded } from './local-files';
export { RequiredColumnEmpty } from './required-columns';
export { ResultMismatch } from './result-columns';
export { identifier, literal } from './sql-text';
export { DuckDbSqlEngine } from './sql-engine';
export { attachTable, type AttachedTable, type AttachOptions } from './table-view';
export { NotOneQuery, writeResult, type WriteOptions } from './write-result';
