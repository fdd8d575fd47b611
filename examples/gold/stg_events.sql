SELECT
  event_id,
  user_id,
  event_type,
  json_extract_scalar(event_properties, '$.page') AS page,
  event_time
FROM events
WHERE event_type IS NOT NULL
