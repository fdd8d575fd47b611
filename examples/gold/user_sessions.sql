-- Events of the same time are ordered by their id, so that every run and every engine cuts sessions alike. A session is
-- known by its user and its start, which no other session of the user shares.
WITH steps AS (
  SELECT
    user_id,
    event_id,
    event_type,
    json_extract_scalar(event_properties, '$.page') AS page,
    event_time,
    lag(event_time) OVER (PARTITION BY user_id ORDER BY event_time, event_id) AS previous_time
  FROM events
  WHERE user_id IS NOT NULL AND event_time IS NOT NULL
),
numbered AS (
  SELECT
    user_id,
    event_id,
    event_type,
    page,
    event_time,
    sum(CASE WHEN previous_time IS NULL OR event_time - previous_time > INTERVAL '30' MINUTE THEN 1 ELSE 0 END)
      OVER (PARTITION BY user_id ORDER BY event_time, event_id ROWS UNBOUNDED PRECEDING) AS session_number
  FROM steps
),
sessions AS (
  SELECT
    user_id,
    min(event_time) AS session_start,
    max(event_time) AS session_end,
    count(*) AS total_events,
    array_sort(array_agg(DISTINCT page) FILTER (WHERE page IS NOT NULL)) AS pages_visited,
    array_agg(event_type ORDER BY event_time, event_id) AS event_sequence
  FROM numbered
  GROUP BY user_id, session_number
)
SELECT
  user_id || ':' || CAST(
    CAST(extract(YEAR FROM session_start) AS BIGINT) * 10000000000
    + extract(MONTH FROM session_start) * 100000000
    + extract(DAY FROM session_start) * 1000000
    + extract(HOUR FROM session_start) * 10000
    + extract(MINUTE FROM session_start) * 100
    + extract(SECOND FROM session_start) AS VARCHAR(14)) AS session_id,
  user_id,
  session_start,
  session_end,
  total_events,
  pages_visited,
  event_sequence
FROM sessions
