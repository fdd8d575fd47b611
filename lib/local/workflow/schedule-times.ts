const DAY = 86_400_000;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEK_DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/**
 * When a schedule of EventBridge Scheduler fires between two moments, the first included. A time that does not exist on
 * a day (clocks put forward) is left out, one that comes twice (put back) fires the first time: so says its documentation.
 * @throws Error for an expression that is not understood
 */
export function scheduledTimes(expression: string, timeZone: string, from: number, to: number): number[] {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate !== null) {
    const every =
      Number(rate[1]) * { minute: 60_000, hour: 3_600_000, day: DAY }[rate[2] as 'minute' | 'hour' | 'day'];
    return Array.from({ length: Math.ceil((to - from) / every) }, (_, index) => from + index * every);
  }
  const cron = /^cron\((.*)\)$/.exec(expression);
  const fields = cron?.[1].trim().split(/\s+/) ?? [];
  if (fields.length !== 6) throw new Error(`The schedule "${expression}" is not understood on this machine.`);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = [
    matcher(fields[0], 0, 59),
    matcher(fields[1], 0, 23),
    matcher(fields[2], 1, 31),
    matcher(fields[3], 1, 12, MONTHS, 1),
    matcher(fields[4], 1, 7, WEEK_DAYS, 1),
    matcher(fields[5], 1970, 2199),
  ];
  const times: number[] = [];
  // One day more on both ends: the local day may be another than that of UTC.
  for (let day = Math.floor(from / DAY) * DAY - DAY; day <= to + DAY; day += DAY) {
    const date = new Date(day);
    const matches =
      year(date.getUTCFullYear()) &&
      month(date.getUTCMonth() + 1) &&
      dayOfMonth(date.getUTCDate()) &&
      dayOfWeek(date.getUTCDay() + 1);
    if (!matches) continue;
    for (let minuteOfDay = 0; minuteOfDay < 24 * 60; minuteOfDay++) {
      if (!hour(Math.floor(minuteOfDay / 60)) || !minute(minuteOfDay % 60)) continue;
      const time = momentOf(day + minuteOfDay * 60_000, timeZone);
      if (time !== undefined && time >= from && time < to) times.push(time);
    }
  }
  return times;
}

/** The first moment a zone's clocks show a local time (given as if it were UTC); undefined if they never do. */
export function momentOf(local: number, timeZone: string): number | undefined {
  const moments = [-DAY, DAY]
    .map((distance) => local - offsetAt(local + distance, timeZone))
    .filter((moment) => moment + offsetAt(moment, timeZone) === local);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

function offsetAt(moment: number, timeZone: string): number {
  const parts = format(timeZone).formatToParts(moment);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)!.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(moment / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

/** One field of a cron expression: lists of values, ranges and steps. */
function matcher(
  field: string,
  first: number,
  last: number,
  names: string[] = [],
  offset = 0,
): (value: number) => boolean {
  const number = (text: string): number => {
    const index = names.indexOf(text.toUpperCase());
    const value = index >= 0 ? index + offset : Number(text);
    if (!Number.isInteger(value) || value < first || value > last) {
      throw new Error(`"${field}" in a cron expression is not understood on this machine.`);
    }
    return value;
  };
  const allowed = new Set<number>();
  for (const part of field.split(',')) {
    const [range, step = '1'] = part.split('/');
    const [from, to] =
      range === '*' || range === '?'
        ? [first, last]
        : range.includes('-')
          ? range.split('-').map(number)
          : [number(range), part.includes('/') ? last : number(range)];
    for (let value = from; value <= to; value += Number(step)) allowed.add(value);
  }
  return (value) => allowed.has(value);
}
