-- Points count from the latest batch of the loyalty system alone: each batch holds them all.
WITH latest AS (
  SELECT max(batch_id) AS batch_id FROM loyalty
),
points AS (
  SELECT l.customer_id, sum(l.points) AS loyalty_points
  FROM loyalty AS l
  JOIN latest ON latest.batch_id = l.batch_id
  GROUP BY l.customer_id
),
spent AS (
  SELECT customer_id, sum(total) AS lifetime_value, count(*) AS order_count, max(CAST(ordered_at AS DATE)) AS last_order
  FROM orders
  WHERE status = 'completed'
  GROUP BY customer_id
)
SELECT
  c.customer_id,
  c.name,
  coalesce(s.lifetime_value, 0) AS lifetime_value,
  coalesce(p.loyalty_points, 0) AS loyalty_points,
  CASE
    WHEN coalesce(p.loyalty_points, 0) >= 10000 THEN 'PLATINUM'
    WHEN coalesce(p.loyalty_points, 0) >= 1000 THEN 'GOLD'
    ELSE 'BASIC'
  END AS loyalty_tier,
  least(100, 20 * coalesce(s.order_count, 0)) AS engagement_score,
  CASE
    WHEN s.last_order IS NULL THEN 100
    WHEN s.last_order < ${today} - INTERVAL '180' DAY THEN 80
    WHEN s.last_order < ${today} - INTERVAL '90' DAY THEN 50
    ELSE 10
  END AS churn_risk_score
FROM customers AS c
LEFT JOIN spent AS s ON s.customer_id = c.customer_id
LEFT JOIN points AS p ON p.customer_id = c.customer_id
