import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { embeddedMetrics } from '../metrics/embedded-metrics';
import type { MetricStore } from '../metrics/metric-store';
import { isObject, objectAt, textAt } from '../template/json';
import type { JsonObject } from '../template/json';

const LINES_AT_ONCE = 100;

/** A function's output: metrics go to the store, all of it to a file. */
export class FunctionLog {
  /** Records quarantined by reason, from the line the handler logs for each batch (lambda/signals/ingest-log.ts). */
  readonly reasons: Record<string, number> = {};
  /** What the last line of level ERROR says. */
  lastError: string | undefined;
  private lines: string[] = [];

  constructor(
    private readonly file: string,
    private readonly metrics: MetricStore,
    private readonly logged: (entry: JsonObject) => void = () => undefined,
  ) {
    mkdirSync(dirname(file), { recursive: true });
  }

  add(line: string): void {
    for (const { identity, value, timestamp } of embeddedMetrics(line)) {
      this.metrics.add(identity, value, timestamp);
    }
    const entry = logEntry(line);
    for (const [reason, count] of Object.entries(objectAt(entry, 'reasons'))) {
      this.reasons[reason] = (this.reasons[reason] ?? 0) + Number(count);
    }
    if (entry.level !== undefined) this.logged(entry);
    if (textAt(entry, 'level') === 'ERROR') this.lastError = errorOf(entry);
    this.lines.push(line);
    if (this.lines.length >= LINES_AT_ONCE) this.close();
  }

  close(): void {
    if (this.lines.length > 0) appendFileSync(this.file, `${this.lines.join('\n')}\n`);
    this.lines = [];
  }
}

function logEntry(line: string): JsonObject {
  if (!line.startsWith('{') || !/"(reasons|level)"/.test(line)) return {};
  try {
    const entry: unknown = JSON.parse(line);
    return isObject(entry) ? entry : {};
  } catch {
    return {};
  }
}

function errorOf(entry: JsonObject): string {
  const message = textAt(entry, 'message') ?? 'an error';
  const cause = textAt(objectAt(entry, 'error'), 'message') ?? textAt(entry, 'error');
  return cause === undefined ? message : `${message}: ${cause}`;
}
