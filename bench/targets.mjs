// What the library promises, each as a figure of the same run.
export const TARGETS = [
  { figure: 'rowsPerCpuSecond.lakehouse-constructs.10000.median', atLeast: 120_000 },
  { figure: 'coldBatchCpuMs.lakehouse-constructs.500', below: 60 },
  { figure: 'peakMemoryMiB.kinesis-ingest.10000', below: 192 },
  { figure: 'bundleKiB.kinesis-ingest', below: 700 },
  { figure: 'importCpuMs.kinesis-ingest', below: 180 },
  { figure: 'synthCpuMs.difference', below: 1000 },
];

export function judge(figures) {
  return TARGETS.filter(({ figure }) => figures[figure] !== undefined).map((target) => ({
    ...target,
    value: figures[target.figure],
    met:
      target.atLeast === undefined
        ? figures[target.figure] < target.below
        : figures[target.figure] >= target.atLeast,
  }));
}
