export { AlarmGroup } from './alarm-group';
export { PipelineAlarms } from './pipeline-alarms';
export type { PipelineAlarmsOptions, PipelineAlarmsProps } from './pipeline-alarms-props';
export { PipelineMetrics, type PipelineMetricsProps } from './pipeline-metrics';
export type { PipelineThresholds } from './pipeline-thresholds';
export { SilverAlarms, type SilverAlarmsProps } from './silver-alarms';
export { SilverMetrics, type SilverMetricsProps } from './silver-metrics';
