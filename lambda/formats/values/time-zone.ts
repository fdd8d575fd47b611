const DAY = 86_400;

/** Seconds a zone is ahead of UTC at a wall-clock reading given in seconds as if it were UTC. */
export type ZoneOffset = (wallClockSeconds: number) => number;

const OFFSET = /^([+-])(\d\d):(\d\d)$/;

/**
 * @param name IANA name, for example `Europe/Berlin`, or an offset from UTC, for example `-03:00`
 * @returns undefined for UTC
 * @throws Error for a zone this runtime does not know
 */
export function zoneOffset(name: string): ZoneOffset | undefined {
  if (/^(Z|UTC|GMT|Etc\/(UTC|GMT|UCT|Zulu))$/i.test(name)) return undefined;
  const [, sign, hours, minutes] = OFFSET.exec(name) ?? [];
  if (sign !== undefined) {
    const seconds = Number(hours) * 3600 + Number(minutes) * 60;
    return () => (sign === '-' ? -seconds : seconds);
  }
  const clock = zoneClock(name);
  // As java.time resolves it: an hour that a change repeats is the earlier one, and a reading that it skips is moved
  // on by as much as the clock was.
  return (wallClock) => {
    const before = clock(wallClock - DAY);
    const after = clock(wallClock + DAY);
    if (before === after || clock(wallClock - before) === before) return before;
    return clock(wallClock - after) === after ? after : before;
  };
}

function zoneClock(name: string): (epochSeconds: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new Error(
      `Time zone "${name}" is not known. Allowed: a name of the IANA database, such as Europe/Berlin, or an offset such as -03:00.`,
    );
  }
  // Zones change at quarter hours only, as far as the IANA database goes back for any living clock.
  const known = new Map<number, number>();
  return (epochSeconds) => {
    const quarter = Math.floor(epochSeconds / 900);
    let offset = known.get(quarter);
    if (offset === undefined) {
      offset = offsetAt(format, quarter * 900);
      if (known.size > 10_000) known.clear();
      known.set(quarter, offset);
    }
    return offset;
  };
}

function offsetAt(format: Intl.DateTimeFormat, epochSeconds: number): number {
  const parts: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(epochSeconds * 1000)) parts[type] = value;
  const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
  const wallClock = new Date(0);
  wallClock.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  wallClock.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  return wallClock.getTime() / 1000 - epochSeconds;
}
