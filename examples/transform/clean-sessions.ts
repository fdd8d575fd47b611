import type { CleanSessionsOutput } from './clean-sessions.types';
import type { RawSessionLogInput } from './raw-session-log.types';

/** The event with its date in UTC. What it did has to be known; repeated ones are for silver's key. */
export default function cleanSessions(event: RawSessionLogInput): CleanSessionsOutput | null {
  const { session_id, event_timestamp, event_type, page } = event;
  if (event_type === null) return null;
  return { session_id, event_timestamp, event_type, parsed_date: event_timestamp.slice(0, 10), page };
}
