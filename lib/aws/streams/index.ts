export {
  type IIngestStream,
  type ImportedIngestStreamOptions,
  IngestStream,
  IngestStreamBase,
  type IngestStreamProps,
} from './ingest-stream';
export { type StreamThroughput } from './throughput';
