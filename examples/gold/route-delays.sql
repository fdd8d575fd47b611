SELECT
  origin,
  destination,
  count(*) AS flights,
  sum(CASE WHEN delay > 15 THEN 1 ELSE 0 END) AS late_flights,
  CAST(avg(delay) AS DECIMAL(9, 2)) AS mean_delay_minutes,
  max(delay) AS longest_delay_minutes,
  max(distance) AS distance_miles
FROM flights
WHERE origin IS NOT NULL AND destination IS NOT NULL
GROUP BY origin, destination
