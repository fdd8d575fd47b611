export { AlarmGroup } from './alarm-group';
export { PipelineAlarms, type PipelineAlarmsOptions, type PipelineAlarmsProps } from './pipeline-alarms';
export { PipelineMetrics, type PipelineMetricsProps } from './pipeline-metrics';
export type { PipelineThresholds } from './pipeline-thresholds';
export { SilverAlarms, type SilverAlarmsProps } from './silver-alarms';
export { SilverMetrics, type SilverMetricsProps } from './silver-metrics';
