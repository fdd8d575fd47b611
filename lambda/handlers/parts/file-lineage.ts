import type { FileBatch } from '../../pipeline/files/intake-options';
import type { IngestReport } from '../../pipeline/ingest-report';
import type { IngestLineage } from '../../signals/lineage/ingest-lineage';
import { fileUri } from '../../stores/source-files';

/** Tells what batches of files became. */
export interface FileLineage {
  ingested(report: IngestReport, batch: FileBatch): Promise<void>;
  failed(error: unknown, batch: FileBatch): Promise<void>;
}

/**
 * The dataset is the folder: with one for each file a catalog of datasets would grow by every file that arrives. Which
 * files they were is told with their lanes.
 * @param folder URI with a slash at its end; a file that is not in it is a dataset by itself
 */
export function fileLineage(lineage: IngestLineage, folder: string | undefined): FileLineage {
  const urisOf = ({ lanes, files }: FileBatch): Map<string, string> =>
    new Map(lanes.flatMap(({ lane }) => (files.has(lane) ? [[lane, fileUri(files.get(lane)!)]] : [])));
  const sourcesOf = (uris: Iterable<string>): string[] => [
    ...new Set(
      Array.from(uris, (uri) =>
        folder !== undefined && uri.startsWith(folder) ? folder.replace(/\/$/, '') : uri,
      ),
    ),
  ];
  return {
    ingested: (report, batch) => {
      const uris = urisOf(batch);
      return lineage.ingested(report, sourcesOf(uris.values()), batch.startedAt, uris);
    },
    failed: (error, batch) =>
      lineage.failed(error, batch.lanes, sourcesOf(urisOf(batch).values()), batch.startedAt),
  };
}
