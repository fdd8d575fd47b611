-- Events of each user and day. A backfill of years of clickstream is what Glue's workers are for: on another engine the
-- text is the same.
SELECT
  CAST(event_time AS DATE) AS day,
  user_id,
  count(*) AS events,
  count(DISTINCT event_type) AS kinds_of_events,
  min(event_time) AS first_event,
  max(event_time) AS last_event
FROM events
WHERE user_id IS NOT NULL AND event_time IS NOT NULL
GROUP BY CAST(event_time AS DATE), user_id
