/** Runs a synthesized app on this machine. Used by the `lakehouse` command. */
export { CopiedTable } from '../../lambda/tables/directory-catalog';
export { INSTALL_DUCKDB } from './duckdb';
export { UnusableInput } from '../../lambda/formats/records/unusable-input';
export type { AlarmReport } from './metrics/alarm';
export { runOnLaptop } from './run/laptop-run';
export type { LaptopRunOptions, LaptopRunResult } from './run/laptop-run';
export { failOverOnLaptop } from './run/failover';
export type { FailoverRunOptions, TableFailoverReport } from './run/failover';
export { maintainOnLaptop, tablesIn } from './run/maintenance';
export type { MaintenanceRunOptions, TableMaintenanceReport } from './run/maintenance';
export type { FileInput } from './run/file-run';
export type { FileReport } from './run/file-report';
export type { RunProgress } from './run/product-run';
export type { ProductInput } from './run/stream-run';
export { ProvisioningFailed } from './run/provisioning';
export { DirectoryInUse, RunLock } from './run/run-lock';
export type { SqlAnswer, SqlQuestion } from './run/sql-answers';
export type { ProductReport, ProductSummary } from './run/summary';
