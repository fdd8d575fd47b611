import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../../contract/lineage/run-event';

/** An object that is no event of a run: `reason` says where and why. */
export class UnreadableEvent extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableEvent';
  }
}

/**
 * The events below a directory, in the order of their time; none where there is no directory.
 * @throws UnreadableEvent naming the file and the line
 */
export function readEvents(directory: string): RunEvent[] {
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(nd)?json$/.test(file))
    .sort();
  const events = files.flatMap((file) =>
    readFileSync(join(directory, file), 'utf8')
      .split('\n')
      .flatMap((line, index) => (line.trim() === '' ? [] : [eventOf(line, `${file}, line ${index + 1}`)])),
  );
  return events.sort((a, b) => a.eventTime.localeCompare(b.eventTime));
}

function eventOf(line: string, place: string): RunEvent {
  let event: Partial<RunEvent> | null;
  try {
    event = JSON.parse(line) as Partial<RunEvent> | null;
  } catch {
    throw new UnreadableEvent(`${place}: not JSON.`);
  }
  if (typeof event?.eventTime !== 'string' || typeof event.run?.runId !== 'string' || !event.job?.name)
    throw new UnreadableEvent(
      `${place}: not an event of a run, which has eventTime, run.runId and job.name.`,
    );
  return { ...(event as RunEvent), inputs: event.inputs ?? [], outputs: event.outputs ?? [] };
}
