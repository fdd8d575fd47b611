SELECT
  CAST(floor(distance / 500.0) * 500 AS BIGINT) AS miles_from,
  count(*) AS flights,
  sum(CASE WHEN delay > 15 THEN 1 ELSE 0 END) AS late_flights,
  CAST(avg(delay) AS DECIMAL(9, 2)) AS mean_delay_minutes,
  max(delay) AS longest_delay_minutes
FROM flights
GROUP BY CAST(floor(distance / 500.0) * 500 AS BIGINT)
