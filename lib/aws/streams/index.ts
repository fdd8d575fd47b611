export {
  type IIngestStream,
  type ImportedIngestStreamOptions,
  IngestStream,
  IngestStreamBase,
  type IngestStreamProps,
} from './ingest-stream';
export { StreamArchive, type StreamArchiveProps } from './stream-archive';
export { type StreamThroughput } from './throughput';
