import { describeValue, isObject, requireKnown, UnexpectedEvent } from './unexpected-event';

/** Which tables to maintain, and how: the event of a schedule, or of a person. */
export interface MaintenanceRequest {
  /** URIs. */
  readonly tables: readonly string[];
  readonly compact: { readonly targetBytes?: number; readonly minFiles?: number } | false;
  readonly expire: { readonly olderThanHours?: number; readonly keepLast?: number } | false;
  readonly orphans: { readonly olderThanHours?: number; readonly dryRun?: boolean } | false;
}

interface Check {
  readonly holds: (value: unknown) => boolean;
  readonly allowed: string;
}

const wholeFrom = (least: number): Check => ({
  holds: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  allowed: `a whole number from ${least}`,
});
const hoursFrom = (least: number): Check => ({
  holds: (value) => typeof value === 'number' && Number.isFinite(value) && value >= least,
  allowed: `a number of hours from ${least}`,
});
const FLAG: Check = { holds: (value) => typeof value === 'boolean', allowed: 'true, false' };

const STEPS = {
  compact: { targetBytes: wholeFrom(1), minFiles: wholeFrom(2) },
  expire: { olderThanHours: hoursFrom(0), keepLast: wholeFrom(1) },
  // Younger files may belong to a commit under way.
  orphans: { olderThanHours: hoursFrom(1), dryRun: FLAG },
} satisfies Record<string, Record<string, Check>>;

/**
 * Reads `{ tables, compact?, expire?, orphans? }`. A step that is absent is done with its defaults, one that is false is
 * left out. Names it does not know are refused: a misspelt `dryRun` would delete files.
 * @throws UnexpectedEvent naming the field, what it is and what is allowed
 */
export function maintenanceRequest(event: unknown): MaintenanceRequest {
  if (!isObject(event)) {
    throw new UnexpectedEvent(
      `Not a request for maintenance: ${describeValue(event)}. Allowed: an object with a list "tables".`,
    );
  }
  requireKnown(event, ['tables', ...Object.keys(STEPS)], '');
  const { tables } = event;
  if (
    !Array.isArray(tables) ||
    tables.length === 0 ||
    !tables.every((uri) => typeof uri === 'string' && uri)
  ) {
    throw new UnexpectedEvent(
      `tables is ${describeValue(tables)}. Allowed: a list of at least one table URI, for example ` +
        `["s3://<bucket>/<prefix>"].`,
    );
  }
  return {
    tables: [...new Set(tables as string[])],
    compact: step(event, 'compact'),
    expire: step(event, 'expire'),
    orphans: step(event, 'orphans'),
  };
}

function step<Name extends keyof typeof STEPS>(
  event: Record<string, unknown>,
  name: Name,
): MaintenanceRequest[Name] | false {
  const value = event[name] ?? {};
  if (value === false) return false;
  if (!isObject(value)) {
    throw new UnexpectedEvent(
      `${name} is ${describeValue(value)}. Allowed: an object of its options, or false to leave it out.`,
    );
  }
  const checks: Record<string, Check> = STEPS[name];
  requireKnown(value, Object.keys(checks), `${name}.`);
  for (const [option, { holds, allowed }] of Object.entries(checks)) {
    const given = value[option];
    if (given === undefined || holds(given)) continue;
    throw new UnexpectedEvent(`${name}.${option} is ${describeValue(given)}. Allowed: ${allowed}.`);
  }
  return value as MaintenanceRequest[Name];
}
