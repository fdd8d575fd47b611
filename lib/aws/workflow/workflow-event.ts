/** `source` of the events that workflows put on an event bus. */
export const WORKFLOW_EVENT_SOURCE = 'lakehouse.workflow';

/** What workflows tell others, as `detail-type` of an event whose source is `lakehouse.workflow`. */
export enum WorkflowEvent {
  /** A table is fit to be read for a date: `{ table, snapshot, date, workflow, execution }`. */
  TABLE_PUBLISHED = 'Lakehouse Table Published',
  /** A run ended well: `{ workflow, date, execution, link, time, tables, results }`. */
  SUCCEEDED = 'Lakehouse Workflow Succeeded',
  /** A run failed: `{ workflow, task, date, time, execution, link, error, cause, subject, text }`. */
  FAILED = 'Lakehouse Workflow Failed',
  /** A quality gate let nothing or not everything through: the same with `table`, `decision` and `results`. */
  GATE_FAILED = 'Lakehouse Gate Failed',
  /** Something was not done at its time: `{ workflow, date, deadline, timeZone, missing, subject, text }`. */
  DEADLINE_MISSED = 'Lakehouse Deadline Missed',
}
