-- One row for each event of a visit. sequence(1, 0) counts down in every engine: the condition keeps empty lists empty.
SELECT
  v.session_id,
  v.user_id,
  element_at(v.events, p.n).event_ts AS event_ts,
  element_at(v.events, p.n).event_type AS event_type
FROM visits AS v
CROSS JOIN UNNEST(sequence(1, cardinality(v.events))) AS p (n)
WHERE v.user_id IS NOT NULL AND p.n BETWEEN 1 AND cardinality(v.events)
