import type { Assertion, InputDataset, LanesFacet, RunEvent } from '../../contract/lineage/run-event';
import { datasetLabel, type LineageGraph } from './lineage-graph';

/** A run that found rules broken. */
export interface BrokenRules {
  readonly run: RunEvent;
  readonly dataset: string;
  /** Snapshot that was judged. */
  readonly version?: string;
  readonly assertions: readonly Assertion[];
}

/** A run that fed what was judged, directly or through others. */
export interface FeedingRun {
  /** Runs between it and the judged dataset, 1 for the one that wrote it. */
  readonly distance: number;
  readonly job: string;
  readonly runId: string;
  readonly time: string;
  /** What it wrote on the way to the judged dataset. */
  readonly dataset: string;
  readonly version?: string;
  readonly rows?: number;
  /** What it read, with the snapshots or positions. */
  readonly inputs: readonly {
    readonly dataset: string;
    readonly version?: string;
    readonly lanes?: LanesFacet['lanes'];
  }[];
}

/** Of each job the last run, where it found rules broken; the latest first. */
export function brokenRules({ ended }: LineageGraph): BrokenRules[] {
  const last = new Map(ended.map((run) => [run.job.name, run]));
  return [...last.values()].reverse().flatMap((run) =>
    run.inputs.flatMap((input) => {
      const assertions = failedAssertions(input);
      return assertions.length === 0
        ? []
        : [{ run, dataset: datasetLabel(input), version: versionOf(input), assertions }];
    }),
  );
}

/**
 * The runs that what was judged came through, the nearest first: those that wrote it since the job looked at it before, and
 * of each what it had read, back to the sources.
 */
export function traceUpstream({ ended }: LineageGraph, { run, dataset }: BrokenRules): FeedingRun[] {
  const found = new Map<string, FeedingRun>();
  let level = [{ run, only: dataset as string | undefined }];
  for (let distance = 1; level.length > 0; distance++) {
    const next: typeof level = [];
    for (const { run: consumer, only } of level) {
      for (const input of consumer.inputs) {
        if (only !== undefined && datasetLabel(input) !== only) continue;
        for (const feeding of feedingRuns(ended, consumer, input)) {
          if (found.has(feeding.run.runId) || feeding === run) continue;
          found.set(feeding.run.runId, describe(feeding, datasetLabel(input), distance));
          next.push({ run: feeding, only: undefined });
        }
      }
    }
    level = next;
  }
  return [...found.values()];
}

/** Runs that wrote an input of a run after what the job had read the time before, and up to what it read now. */
function feedingRuns(ended: readonly RunEvent[], consumer: RunEvent, input: InputDataset): RunEvent[] {
  const name = datasetLabel(input);
  const writers = ended.filter(
    ({ eventType, outputs, eventTime }) =>
      eventType === 'COMPLETE' &&
      eventTime <= consumer.eventTime &&
      outputs.some((output) => datasetLabel(output) === name),
  );
  const before = ended
    .filter(({ job, eventTime }) => job.name === consumer.job.name && eventTime < consumer.eventTime)
    .at(-1);
  const seen = before?.inputs.find((one) => datasetLabel(one) === name);
  const from = seen && madeBy(writers, name, versionOf(seen));
  const to = madeBy(writers, name, versionOf(input));
  const since = writers.slice((from ?? -1) + 1, to === undefined ? undefined : to + 1);
  // Nothing new since: what it judged is what the last writer left.
  return since.length > 0 ? since : writers.slice(0, to === undefined ? undefined : to + 1).slice(-1);
}

/** Index of the run that made a snapshot; undefined where its event was lost, or others made it, as compaction does. */
function madeBy(writers: readonly RunEvent[], name: string, version: string | undefined): number | undefined {
  const index = writers.findIndex(({ outputs }) =>
    outputs.some(
      (output) =>
        datasetLabel(output) === name &&
        version !== undefined &&
        (versionOf(output) === version ||
          output.outputFacets?.lakehouse_snapshots?.snapshots.includes(version) === true),
    ),
  );
  return index < 0 ? undefined : index;
}

function describe(
  { job, run, eventTime, inputs, outputs }: RunEvent,
  name: string,
  distance: number,
): FeedingRun {
  const output = outputs.find((one) => datasetLabel(one) === name);
  return {
    distance,
    job: job.name,
    runId: run.runId,
    time: eventTime,
    dataset: name,
    version: output && versionOf(output),
    rows: output?.outputFacets?.outputStatistics?.rowCount,
    inputs: inputs.map((input) => ({
      dataset: datasetLabel(input),
      version: versionOf(input),
      lanes: input.inputFacets?.lakehouse_lanes?.lanes,
    })),
  };
}

function failedAssertions({ inputFacets }: InputDataset): Assertion[] {
  return inputFacets?.dataQualityAssertions?.assertions.filter(({ success }) => !success) ?? [];
}

function versionOf({ facets }: InputDataset): string | undefined {
  return facets?.version?.datasetVersion;
}
