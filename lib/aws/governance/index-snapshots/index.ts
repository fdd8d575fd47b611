export { IndexSnapshotAlarms, type IndexSnapshotAlarmsProps } from './index-snapshot-alarms';
export { IndexSnapshots } from './index-snapshots';
export type { IndexSnapshotsProps } from './index-snapshots-props';
