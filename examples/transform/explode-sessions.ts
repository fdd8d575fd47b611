import type { RawSessionsInput } from './raw-sessions.types';
import type { SessionEventsOutput } from './session-events.types';

/** A row for each event of a session; none while nobody has signed in. */
export default function explodeSession(session: RawSessionsInput): SessionEventsOutput[] | null {
  const { session_id, user_id, events } = session;
  if (user_id === null) return null;
  return (events ?? []).flatMap((event) =>
    event === null ? [] : [{ session_id, user_id, event_ts: event.event_ts, event_type: event.event_type }],
  );
}
