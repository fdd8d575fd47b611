SELECT e.event_id, e.user_id, e.event_type, s.segment, e.event_time
FROM events AS e
LEFT JOIN segments AS s ON s.user_id = e.user_id
WHERE e.event_time IS NOT NULL
