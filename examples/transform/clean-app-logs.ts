import type { AppEventsOutput } from './app-events.types';
import type { RawAppLogsInput } from './raw-app-logs.types';

/** Who did what, and when; nothing of a line that lacks one of the first two. */
export default function cleanAppLogs(line: RawAppLogsInput): AppEventsOutput | null {
  const { userId, eventName, timestamp, properties } = line;
  if (userId === null || eventName === null) return null;
  return { userId, eventName, eventTime: timestamp, properties };
}
