export { TableMaintenance, type TableMaintenanceProps } from './table-maintenance';
