/** What records come in. */
export enum RecordSourceKind {
  STREAM = 'stream',
  FILES = 'files',
}

/** Where the records of a data product come from: `StreamSource.kinesis(…)`, for example. */
export abstract class RecordSource {
  abstract readonly kind: RecordSourceKind;
}
