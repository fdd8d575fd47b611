import type { ProductReport } from '../run/summary';

export function reportPage(reports: readonly ProductReport[], at: Date): string {
  return `${reports.length} ${at.toISOString()}`;
}
