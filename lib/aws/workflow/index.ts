export type { ContainerTask } from './container-states';
export {
  DeadlineWatch,
  type DeadlineOptions,
  type DeadlineWatchProps,
  SlaWatch,
  type SlaWatchProps,
} from './deadline-watch';
export type { RateGate } from './gate-states';
export { BarrierInput, InputBarrier, type InputBarrierProps } from './input-barrier';
export {
  PipelineWorkflow,
  type PipelineWorkflowOptions,
  type PipelineWorkflowProps,
} from './pipeline-workflow';
export type { RetryPolicy } from './retry-policy';
export { RunLedger, type RunLedgerProps } from './run-ledger';
export { type RunLimit, WhenBusy } from './run-limit';
export { type BackfillOptions, WorkflowBackfill, type WorkflowBackfillProps } from './workflow-backfill';
export { WorkflowAlarms, type WorkflowAlarmsOptions, type WorkflowAlarmsProps } from './workflow-alarms';
export { WorkflowEvent } from './workflow-event';
export type { WorkflowNotifications, WorkflowWebhook } from './workflow-notifier';
export { WorkflowSchedule, type WorkflowScheduleProps } from './workflow-schedule';
export {
  type FunctionStepOptions,
  type GateStepOptions,
  type StepOptions,
  type TransformStepOptions,
  WorkflowStep,
} from './workflow-step';
export { WorkflowTrigger } from './workflow-trigger';
